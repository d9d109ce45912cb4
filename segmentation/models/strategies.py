"""What a tenant wrote in place of a shipped strategy."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.tenancy import TenantModel


class StrategyText(TenantModel):
    """The tenant's own words for one part of a strategy in one language; the shipped ones hold
    where there are none."""

    class Kind(models.TextChoices):
        SERVICE = "service", _("Service")
        MARKETING = "marketing", _("Marketing")
        PRODUCT = "product", _("Product")

    # Of a scheme a tier ("high") or level of a facet ("value.high"); of "role" a contact's role.
    scheme = models.CharField(max_length=8)
    tier = models.CharField(max_length=30)
    kind = models.CharField(max_length=10, choices=Kind.choices)
    language = models.CharField(max_length=10)
    text = models.TextField()

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["tenant_id", "scheme", "tier", "kind", "language"],
                name="strategy_text_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.scheme}.{self.tier} {self.kind} {self.language}"
