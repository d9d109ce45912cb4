"""The demo tenant shows every tier scheme: value groups are its tier, the others stand beside it."""

from __future__ import annotations

from accounts.models import Tenant
from accounts.tenancy import tenant_scope
from config.notes import SHOWS_EVERY_SCHEME
from segmentation.actions.rules import change_rules
from segmentation.queries.rules import latest_rule_set


def show_every_scheme(tenant: Tenant) -> None:
    """Publish rules that do, before the first night; a tenant that has rules keeps them."""
    with tenant_scope(tenant.id):
        if latest_rule_set() is None:
            change = {"tiers": {"also_shown": ["b", "c"]}}
            change_rules(change=change, note=SHOWS_EVERY_SCHEME, by=None)
