"""Settings of the tenant, for other programs."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from drf_spectacular.utils import OpenApiExample, extend_schema_serializer
from rest_framework import serializers

from accounts.actions.tenants import change_tenant, currency_is_locked
from accounts.models import Tenant
from accounts.models.tenants import validate_timezone
from accounts.rest.shapes import Shaped
from accounts.rest.views import Given, Item

EXAMPLE: dict[str, Any] = {
    "slug": "acme",
    "name": "Acme",
    "time_zone": "Asia/Shanghai",
    "currency": "CNY",
    "currency_is_locked": True,
    "night_hour": 2,
    "gross_margin": "0.8000",
    "effort_edit_days": 14,
    "requires_second_factor": False,
}


@extend_schema_serializer(examples=[OpenApiExample("A tenant", EXAMPLE, response_only=True)])
class TenantSettingsFields(Shaped):
    """The tenant of this token."""

    slug = serializers.CharField()
    name = serializers.CharField()
    time_zone = serializers.CharField(source="timezone")
    currency = serializers.CharField()
    currency_is_locked = serializers.BooleanField(help_text="Amounts are booked: it stays.")
    night_hour = serializers.IntegerField(help_text="From this hour on last night is computed.")
    gross_margin = serializers.DecimalField(
        max_digits=5, decimal_places=4, help_text="Share of the fees that lifetime value counts."
    )
    effort_edit_days = serializers.IntegerField()
    requires_second_factor = serializers.BooleanField()


class TenantChanges(serializers.Serializer[Any]):
    """What may be changed; what is not sent stays."""

    name = serializers.CharField(max_length=200)
    time_zone = serializers.CharField(
        source="timezone", max_length=64, validators=[validate_timezone]
    )
    currency = serializers.RegexField("^[A-Z]{3}$", max_length=3)
    night_hour = serializers.IntegerField(min_value=0, max_value=23)
    gross_margin = serializers.DecimalField(
        max_digits=5, decimal_places=4, min_value=Decimal(0), max_value=Decimal(1)
    )
    effort_edit_days = serializers.IntegerField(min_value=0, max_value=3650)
    requires_second_factor = serializers.BooleanField()


class TenantSettings(Item):
    """The tenant with its settings."""

    noun, plural = "tenant", "tenant_settings"
    scope_to_read, scope_to_write = "tenant:read", "tenant:write"
    shape = TenantSettingsFields
    changes = TenantChanges

    def row(self, *, locked: bool = False) -> Any:
        rows = Tenant.objects.select_for_update() if locked else Tenant.objects.all()
        found: Any = rows.get(pk=self.tenant.pk)
        found.currency_is_locked = currency_is_locked()
        return found

    def change(self, row: Any, given: Given) -> None:
        """Change settings of the tenant; the currency only as long as no amount is booked."""
        if given:
            change_tenant(tenant=row, by=self.person, **given)
