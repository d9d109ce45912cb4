"""Who is who in what other programs send: persons, their customers, and customers not known yet."""

from __future__ import annotations

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Customer
from accounts.tenancy import TenantForeignKey, TenantModel
from segmentation.models.ingestion import WriteKey


class HeldEvent(TenantModel):
    """A message about a customer that is not known: it waits until the customer comes to be, or
    somebody says which one is meant."""

    class Kind(models.TextChoices):
        EVENT = "event", _("Event")
        IDENTIFY = "identify", _("Identification")

    key = TenantForeignKey(WriteKey, models.PROTECT, null=True, related_name="+")
    kind = models.CharField(max_length=8, choices=Kind.choices, default=Kind.EVENT)
    # The customer as the sender names it.
    group_key = models.CharField(max_length=200)
    message_id = models.CharField(max_length=200)
    person = models.CharField(max_length=254, blank=True)
    event = models.CharField(max_length=200, blank=True)
    # Key of the module; empty: none.
    module = models.CharField(max_length=200, blank=True)
    occurred_at = models.DateTimeField()
    count = models.PositiveIntegerField(default=1)
    received_at = models.DateTimeField()
    # As it was sent: JSON, at most 32 KB.
    body = models.TextField()

    class Meta(TenantModel.Meta):
        ordering = ["-received_at", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["tenant_id", "message_id"], name="held_event_once"),
        ]
        indexes = [
            models.Index(
                fields=["tenant_id", "group_key", "received_at"], name="held_event_latest_ix"
            ),
        ]

    def __str__(self) -> str:
        return self.message_id


class CustomerAlias(TenantModel):
    """Which customer is meant by a key that is not its own; none: what names it is not taken."""

    key = models.CharField(_("key"), max_length=200)
    customer = TenantForeignKey(
        Customer, models.CASCADE, null=True, blank=True, related_name="ingest_aliases"
    )
    is_ignored = models.BooleanField(_("not taken"), default=False)
    made_by = models.ForeignKey("accounts.User", models.SET_NULL, null=True, related_name="+")
    made_at = models.DateTimeField(default=timezone.now)

    class Meta(TenantModel.Meta):
        ordering = ["key"]
        constraints = [
            models.UniqueConstraint(fields=["tenant_id", "key"], name="customer_alias_once"),
            models.CheckConstraint(
                condition=models.Q(is_ignored=True, customer=None)
                | (models.Q(is_ignored=False) & models.Q(customer__isnull=False)),
                name="customer_alias_says_one_thing",
            ),
        ]

    def __str__(self) -> str:
        return self.key


class PersonGroup(TenantModel):
    """What is known of a person by earlier calls: the customer that they belong to, and traits that
    wait until it is known."""

    person = models.CharField(max_length=254)
    # As the last `group` call names it; empty: none did.
    group_key = models.CharField(max_length=200, blank=True)
    since = models.DateTimeField(null=True)
    # Of the last `identify` calls; empty once they are a contact's.
    traits = models.JSONField(default=dict, blank=True)

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["tenant_id", "person"], name="person_group_once"),
        ]
        indexes = [
            models.Index(fields=["tenant_id", "group_key"], name="person_group_key_ix"),
        ]

    def __str__(self) -> str:
        return self.person


class PersonAlias(TenantModel):
    """That two names are one person's: what comes under the previous one counts for the other."""

    previous = models.CharField(max_length=254)
    person = models.CharField(max_length=254)
    since = models.DateTimeField()

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["tenant_id", "previous"], name="person_alias_once"),
            models.CheckConstraint(
                condition=~models.Q(previous=models.F("person")), name="person_alias_of_another"
            ),
        ]
        indexes = [models.Index(fields=["tenant_id", "person"], name="person_alias_person_ix")]

    def __str__(self) -> str:
        return self.previous


class TraitsSaid(TenantModel):
    """When what is known of a customer, a contact or a person was said, trait by trait: what was said
    before and comes later changes nothing."""

    # SHA-256 of whom it is about: nobody is named.
    what = models.CharField(max_length=64)
    # Name of a trait → moment and a mark of the message that said it last, in an order of texts.
    said = models.JSONField(default=dict)
    # When the row was written last.
    at = models.DateTimeField(default=timezone.now)

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["tenant_id", "what"], name="traits_said_once"),
        ]
        indexes = [models.Index(fields=["tenant_id", "at"], name="traits_said_at_ix")]

    def __str__(self) -> str:
        return self.what
