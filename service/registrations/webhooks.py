"""What other programs can be told of work, surveys, renewals and cases."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.webhook_kinds import Link, WebhookKind, register_webhook

_CUSTOMER: dict[str, Link] = {"customer": ("api_customer", ("customer",))}
_CASE_LINKS: dict[str, Link] = {"case": ("api_case", ("case",)), **_CUSTOMER}
_CTA_LINKS: dict[str, Link] = {"cta": ("api_cta", ("cta",)), **_CUSTOMER}
_ANSWER_LINKS: dict[str, Link] = {"answer": ("api_survey_answer", ("answer",)), **_CUSTOMER}
_RENEWAL_LINKS: dict[str, Link] = {"renewal": ("api_renewal", ("contract",)), **_CUSTOMER}
_CTA: dict[str, Any] = {
    "cta": 981,
    "customer": "C-00017",
    "play": "onboarding",
    "state": "open",
    "opened_on": "2026-11-23",
    "due_on": "2026-11-30",
    "value_at_stake": "120000.0000",
}
_CASE_DATA: dict[str, Any] = {
    "case": "TN-55",
    "customer": "C-00017",
    "kind": "problem",
    "priority": "high",
}
_RENEWAL: dict[str, Any] = {
    "contract": "K-2024-17",
    "customer": "C-00017",
    "outcome": "expanded",
    "due_on": "2026-12-31",
    "arr_before": "120000.0000",
    "arr_after": "150000.0000",
    "renewed_by": "K-2026-3",
    "churn_reason": None,
}

_KINDS: tuple[tuple[str, str | Promise, str | Promise, Mapping[str, Any], Mapping[str, Link]], ...]
_KINDS = (
    (
        "cta.opened",
        _("CTA opened"),
        _("Work for a customer was opened, by a play or by hand."),
        _CTA,
        _CTA_LINKS,
    ),
    (
        "cta.closed",
        _("CTA done or closed"),
        _(
            "Work for a customer is over. State: done, dismissed, condition_gone, expired or "
            "switched_off."
        ),
        {**_CTA, "state": "done"},
        _CTA_LINKS,
    ),
    (
        "cta.reopened",
        _("CTA opened again"),
        _("Work that was over is open again."),
        _CTA,
        _CTA_LINKS,
    ),
    (
        "survey.answered",
        _("Survey answered"),
        _("A contact gave a score, or another one instead (changed)."),
        {
            "answer": "link-311",
            "customer": "C-00017",
            "kind": "nps",
            "score": 4,
            "answered_on": "2026-11-22",
            "changed": False,
        },
        _ANSWER_LINKS,
    ),
    (
        "renewal.decided",
        _("Renewal decided"),
        _("A contract was renewed, or the customer leaves. Outcome: renewed, expanded, contracted "
          "or churned."),
        _RENEWAL,
        _RENEWAL_LINKS,
    ),
    (
        "renewal.reverted",
        _("Decision on a renewal taken back"),
        _("What was decided on a renewal was taken back: it is open again."),
        {name: _RENEWAL[name] for name in ("contract", "customer", "outcome")},
        _RENEWAL_LINKS,
    ),
    (
        "case.opened",
        _("Case opened"),
        _("A customer reported something, or a case was opened again (reopened). Cases that files "
          "bring are not told."),
        {**_CASE_DATA, "reopened": False},
        _CASE_LINKS,
    ),
    (
        "case.solved",
        _("Case solved"),
        _("A case was solved, or closed without a solution (state: closed)."),
        {**_CASE_DATA, "state": "solved"},
        _CASE_LINKS,
    ),
)  # fmt: skip
for _place, (_key, _label, _words, _example, _links) in enumerate(_KINDS):
    register_webhook(WebhookKind(_key, _label, _words, _example, 30 + _place * 2, _links))
