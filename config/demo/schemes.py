"""The demo tenant shows every tier scheme: value groups are its tier, the others stand beside it."""

from __future__ import annotations

from django.utils.translation import gettext as _

from accounts.models import Tenant
from accounts.tenancy import tenant_scope
from segmentation.actions.rules import change_rules
from segmentation.queries.rules import latest_rule_set


def show_every_scheme(tenant: Tenant) -> None:
    """Publish rules that do, before the first night; a tenant that has rules keeps them."""
    with tenant_scope(tenant.id):
        if latest_rule_set() is None:
            note = _("The demo shows every tier scheme.")
            change_rules(change={"tiers": {"also_shown": ["b", "c"]}}, note=note, by=None)
