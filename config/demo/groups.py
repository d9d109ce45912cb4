"""The customer groups that a demo tenant starts with: a sale, a rescue, a renewal."""

from __future__ import annotations

from typing import Any

from accounts.models import Membership, Role, Tenant
from accounts.tenancy import tenant_scope
from segmentation.actions.customer_groups import make_group
from segmentation.models import CustomerGroup


def _compare(field: str, operator: str, value: Any = None) -> dict[str, Any]:
    return {"field": field, "operator": operator} | ({} if value is None else {"value": value})


# Name, note, condition.
GROUPS: tuple[tuple[str, str, dict[str, Any]], ...] = (
    (
        "大客户用量下滑 · Large and using less",
        "年费高、近 30 天用量明显下降的在约客户，优先回访。"
        " High annual fees, use fell by a fifth or more: call first.",
        {
            "match": "all",
            "conditions": [
                _compare("arr", "at_least", 150000),
                _compare("usage_trend", "at_most", 0.8),
                _compare("stage", "is_one_of", ["new", "active", "loyal", "dormant"]),
            ],
        },
    ),
    (
        "90 天内续约且有风险 · Renewal near, at risk",
        "90 天内到期，且层级低、席位闲置或有逾期。"
        " The contract ends within 90 days, and the tier is low, seats stand empty or money is late.",
        {
            "match": "all",
            "conditions": [
                _compare("days_to_renewal", "at_most", 90),
                {
                    "match": "any",
                    "conditions": [
                        _compare("tier", "is", "low"),
                        _compare("seat_utilisation", "at_most", 0.3),
                        _compare("payment_overdue_days", "at_least", 1),
                    ],
                },
            ],
        },
    ),
    (
        "可增购 · Ready for more",
        "用得深、席位用得多、没有逾期，可推荐新模块。"
        " Deep use, many of the seats used, nothing overdue: propose a module.",
        {
            "match": "all",
            "conditions": [
                _compare("tier", "is_one_of", ["high", "mature"]),
                _compare("breadth", "at_least", 0.6),
                _compare("seat_utilisation", "at_least", 0.4),
                {"match": "none", "conditions": [_compare("payment_overdue_days", "at_least", 1)]},
            ],
        },
    ),
)


def make_example_groups(tenant: Tenant) -> None:
    """Make the groups once, before the nights of the past, which then evaluate them; they are the
    administrator's and for everybody."""
    with tenant_scope(tenant.id):
        if CustomerGroup.objects.exists():
            return
        admin = Membership.objects.filter(roles__contains=[Role.ADMIN], is_active=True).first()
        for name, note, condition in GROUPS:
            make_group(
                name=name, note=note, condition=condition, owner=admin, is_shared=True, by=None
            )
