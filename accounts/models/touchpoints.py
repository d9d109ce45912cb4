"""Where somebody of the vendor met somebody of a customer."""

from __future__ import annotations

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models.customers import Contact, Customer, took_part
from accounts.models.members import Colleague
from accounts.models.reach import RecordKind, record_kinds
from accounts.tenancy import TenantForeignKey, TenantModel
from accounts.touchpoint_kinds import kind_label


class Touchpoint(TenantModel):
    """A visit, a call, a meeting, a message: one occasion on one day, with a contact where it is
    known which."""

    customer = TenantForeignKey(Customer, models.PROTECT, related_name="touchpoints")
    key = models.CharField(_("key"), max_length=200)
    # In the vendor's own words: visits and calls are told apart differently everywhere.
    kind = models.CharField(_("kind"), max_length=60)
    happened_on = models.DateField(_("happened on"))
    contact = TenantForeignKey(
        Contact, models.PROTECT, null=True, blank=True, related_name="touchpoints"
    )
    # Who of the vendor it was.
    colleague = TenantForeignKey(
        Colleague, models.PROTECT, null=True, blank=True, related_name="touchpoints"
    )
    note = models.TextField(_("note"), blank=True)
    # One occasion with several contacts is a row for each, so that whoever counts whom one met reads
    # one column; they share these words. Empty: it stands alone.
    occasion = models.CharField(max_length=40, blank=True, default="", db_default="")
    # What was agreed to be done, and by when.
    next_step = models.CharField(
        _("next step"), max_length=300, blank=True, default="", db_default=""
    )
    next_on = models.DateField(_("next step by"), null=True, blank=True)
    attributes = models.JSONField(default=dict, blank=True)
    known_from = models.DateTimeField(default=timezone.now)

    class Meta(TenantModel.Meta):
        ordering = ["-happened_on", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["tenant_id", "key"], name="touchpoint_key_once"),
        ]
        indexes = [
            models.Index(
                fields=["tenant_id", "customer", "-happened_on"], name="touchpoint_customer_day_ix"
            ),
            # When somebody was met last: of one contact, or of every one.
            models.Index(
                fields=["tenant_id", "contact", "-happened_on"],
                condition=models.Q(contact__isnull=False),
                name="touchpoint_contact_day_ix",
            ),
            models.Index(
                fields=["tenant_id", "occasion"],
                condition=~models.Q(occasion=""),
                name="touchpoint_occasion_ix",
            ),
            models.Index(fields=["tenant_id", "known_from", "id"], name="touchpoint_known_ix"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.happened_on}"

    @property
    def kind_words(self) -> str:
        """The kind in the reader's language where it is a known one."""
        return kind_label(self.kind)


class TouchpointTie(TenantModel):
    """What a touchpoint was about: a project, a case, a piece of work. The kinds are registered in
    accounts.touchpoint_ties by the apps that own the things."""

    touchpoint = TenantForeignKey(Touchpoint, models.CASCADE, related_name="ties")
    kind = models.CharField(max_length=20)
    object_id = models.BigIntegerField()

    class Meta(TenantModel.Meta):
        ordering = ["kind", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["tenant_id", "touchpoint", "kind"], name="touchpoint_tie_once"
            ),
        ]
        indexes = [
            models.Index(fields=["tenant_id", "kind", "object_id"], name="touchpoint_tie_ix"),
        ]

    def __str__(self) -> str:
        return f"{self.touchpoint_id}: {self.kind} {self.object_id}"


record_kinds["touchpoints"] = RecordKind(
    "touchpoints", _("Touchpoints"), _("the touchpoints that a person had")
)


took_part.append(Touchpoint)
