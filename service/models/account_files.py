"""The account file (客户档案): what is to be known of a customer and stands in no other record."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Contact, Customer
from accounts.models.customers import took_part
from accounts.tenancy import TenantForeignKey, TenantModel


class AccountFile(TenantModel):
    """What people wrote down about a customer: how it came to us, what it is sensitive about."""

    customer = TenantForeignKey(Customer, models.CASCADE, related_name="account_files")
    background = models.TextField(_("background"), blank=True)
    # Counts changes: who saved another one meanwhile is told.
    version = models.PositiveIntegerField(default=1)
    known_from = models.DateTimeField(default=timezone.now)

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["tenant_id", "customer"], name="account_file_once"),
        ]

    def __str__(self) -> str:
        return f"{self.customer_id}"


class Sponsor(TenantModel):
    """Who at the customer stands for working with us, from a day to a day.

    ``name`` as it was then: of who is no longer a contact it alone is left. A customer whose last
    sponsor has ended, or is no longer a contact, has lost its sponsor.
    """

    customer = TenantForeignKey(Customer, models.CASCADE, related_name="sponsors")
    contact = TenantForeignKey(
        Contact, models.SET_NULL, null=True, blank=True, related_name="sponsorships"
    )
    name = models.CharField(_("name"), max_length=200)
    from_on = models.DateField(_("since"))
    to_on = models.DateField(_("until"), null=True, blank=True)
    why_ended = models.CharField(_("why it ended"), max_length=300, blank=True)
    is_shared = models.BooleanField(_("shown to the customer"), default=False)
    version = models.PositiveIntegerField(default=1)
    known_from = models.DateTimeField(default=timezone.now)

    class Meta(TenantModel.Meta):
        ordering = ["-from_on", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["tenant_id", "customer"],
                condition=Q(to_on__isnull=True),
                name="sponsor_one_now",
            ),
            models.CheckConstraint(
                condition=Q(to_on__isnull=True) | Q(to_on__gte=F("from_on")), name="sponsor_dates"
            ),
        ]
        indexes = [
            models.Index(fields=["tenant_id", "customer", "-from_on"], name="sponsor_customer_ix"),
        ]

    def __str__(self) -> str:
        return self.name


class Privilege(TenantModel):
    """What a customer is entitled to beyond its contract (权益), from a day to a day."""

    customer = TenantForeignKey(Customer, models.CASCADE, related_name="privileges")
    title = models.CharField(_("title"), max_length=200)
    text = models.TextField(_("details"), blank=True)
    from_on = models.DateField(_("from"))
    # The last day; empty: until further notice.
    to_on = models.DateField(_("to"), null=True, blank=True)
    is_shared = models.BooleanField(_("shown to the customer"), default=False)
    version = models.PositiveIntegerField(default=1)
    known_from = models.DateTimeField(default=timezone.now)

    class Meta(TenantModel.Meta):
        ordering = ["-from_on", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(to_on__isnull=True) | Q(to_on__gte=F("from_on")),
                name="privilege_dates",
            ),
            models.CheckConstraint(condition=~Q(title=""), name="privilege_has_a_title"),
        ]
        indexes = [
            models.Index(
                fields=["tenant_id", "customer", "-from_on"], name="privilege_customer_ix"
            ),
        ]

    def __str__(self) -> str:
        return self.title


took_part.append(Sponsor)
