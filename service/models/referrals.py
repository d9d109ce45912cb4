"""Customers who recommend the vendor to others."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Contact, Customer
from accounts.models.customers import took_part
from accounts.tenancy import TenantForeignKey, TenantModel


class Referral(TenantModel):
    """That a customer recommended the vendor to a prospect, and what came of it.

    Whether the prospect signed is read from its contracts, never told here.
    """

    class State(models.TextChoices):
        OPEN = "open", _("Open")
        DECLINED = "declined", _("Came to nothing")

    referrer = TenantForeignKey(Customer, models.PROTECT, related_name="referrals")
    contact = TenantForeignKey(
        Contact, models.SET_NULL, null=True, blank=True, related_name="referrals"
    )
    prospect = TenantForeignKey(
        Customer, models.PROTECT, null=True, blank=True, related_name="referred_by"
    )
    # Who it is while it is nobody's customer record.
    prospect_name = models.CharField(_("who was referred to us"), max_length=300)
    referred_on = models.DateField(_("referred on"))
    state = models.CharField(_("state"), max_length=8, choices=State, default=State.OPEN)
    note = models.TextField(_("note"), blank=True)
    noted_by = models.ForeignKey("accounts.User", models.SET_NULL, null=True, related_name="+")
    version = models.PositiveIntegerField(default=1)
    known_from = models.DateTimeField(default=timezone.now)

    class Meta(TenantModel.Meta):
        ordering = ["-referred_on", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(prospect__isnull=True) | ~Q(prospect=models.F("referrer")),
                name="referral_of_another",
            ),
            models.CheckConstraint(condition=~Q(prospect_name=""), name="referral_names_somebody"),
            # A customer came by one recommendation.
            models.UniqueConstraint(
                fields=["tenant_id", "prospect"], name="referral_prospect_once"
            ),
        ]
        indexes = [
            models.Index(fields=["tenant_id", "-referred_on", "-id"], name="referral_referred_ix"),
        ]

    def __str__(self) -> str:
        return self.prospect_name


took_part.append(Referral)
