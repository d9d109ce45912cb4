"""Customers and the people there."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower, Trim
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models.members import Colleague
from accounts.models.reach import CustomerManager
from accounts.models.tenants import validate_timezone
from accounts.tenancy import TenantForeignKey, TenantModel


class Customer(TenantModel):
    """A company that the vendor serves, sells to or has served; may belong to a parent (集团)."""

    key = models.CharField(_("key"), max_length=200)
    name = models.CharField(_("name"), max_length=300)
    industry = models.CharField(_("industry"), max_length=200, blank=True)
    size = models.CharField(_("size"), max_length=100, blank=True)
    region = models.CharField(_("region"), max_length=200, blank=True)
    currency = models.CharField(_("currency"), max_length=3, blank=True)
    parent = TenantForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="subsidiaries"
    )
    # Who is named for the customer; who is its face today is Responsibility.
    salesperson = TenantForeignKey(
        Colleague, models.PROTECT, null=True, blank=True, related_name="+"
    )
    service_manager = TenantForeignKey(
        Colleague, models.PROTECT, null=True, blank=True, related_name="+"
    )
    project_manager = TenantForeignKey(
        Colleague, models.PROTECT, null=True, blank=True, related_name="+"
    )
    attributes = models.JSONField(default=dict, blank=True)
    # Key and name, case-folded: what the search reads. Functions that are not leakproof could not
    # use an index under row-level security.
    search_text = models.CharField(max_length=510, blank=True, editable=False)
    known_from = models.DateTimeField(default=timezone.now)

    objects: ClassVar[CustomerManager] = CustomerManager()

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["tenant_id", "key"], name="customer_key_once"),
            models.CheckConstraint(
                condition=~models.Q(parent=models.F("id")), name="customer_not_own_parent"
            ),
        ]
        indexes = [
            models.Index(fields=["tenant_id", "name"], name="customer_name_ix"),
            # Programs that keep a copy ask for what has changed since: here, and of all such facts.
            models.Index(fields=["tenant_id", "known_from", "id"], name="customer_known_ix"),
        ]

    def __str__(self) -> str:
        return self.name

    def save(self, *args, **kwargs) -> None:  # type: ignore[no-untyped-def]
        self.search_text = search_text(self.key, self.name)
        super().save(*args, **kwargs)


def search_text(key: str, name: str) -> str:
    """What a customer is found by. In SQL: ``lower(name || ' ' || key)``."""
    return f"{name} {key}".lower()[:510]


class Contact(TenantModel):
    """A person at a customer."""

    customer = TenantForeignKey(Customer, models.CASCADE, related_name="contacts")
    key = models.CharField(_("key"), max_length=200)
    name = models.CharField(_("name"), max_length=200)
    email = models.CharField(_("e-mail"), max_length=254, blank=True)
    phone = models.CharField(_("phone"), max_length=60, blank=True)
    title = models.CharField(_("title"), max_length=200, blank=True)
    # When letters may come goes by it; empty: as the tenant's.
    time_zone = models.CharField(
        _("time zone"), max_length=64, null=True, blank=True, validators=[validate_timezone]
    )
    attributes = models.JSONField(default=dict, blank=True)
    # The name, case-folded by the database: what the search reads. Folding each of a hundred
    # thousand names at every key stroke would take four times as long.
    search_name = models.GeneratedField(
        expression=Lower("name"), output_field=models.CharField(max_length=200), db_persist=True
    )
    # The e-mail as addresses are compared: the same person may be a contact of two customers.
    address = models.GeneratedField(
        expression=Lower(Trim("email")),
        output_field=models.CharField(max_length=254),
        db_persist=True,
    )
    known_from = models.DateTimeField(default=timezone.now)

    class Meta(TenantModel.Meta):
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(
                fields=["tenant_id", "customer", "key"], name="contact_key_once"
            ),
        ]
        indexes = [
            models.Index(
                fields=["tenant_id", "address"],
                condition=~Q(address=""),
                name="contact_address_ix",
            ),
            # Read without the table: the search looks at every name.
            models.Index(
                fields=["tenant_id", "search_name", "id"],
                include=["customer"],
                name="contact_search_ix",
            ),
            models.Index(fields=["tenant_id", "known_from", "id"], name="contact_known_ix"),
        ]

    def __str__(self) -> str:
        return self.name


class ContactRole(TenantModel):
    """What a contact is to us, from a day to a day; several at once are usual."""

    class Kind(models.TextChoices):
        DECISION_MAKER = "decision_maker", _("Decision maker")
        KEY_USER = "key_user", _("Key user")
        END_USER = "end_user", _("End user")

    contact = TenantForeignKey(Contact, models.CASCADE, related_name="roles")
    role = models.CharField(max_length=20, choices=Kind.choices)
    # Empty: since ever, until further notice.
    from_on = models.DateField(null=True, blank=True)
    to_on = models.DateField(null=True, blank=True)
    known_from = models.DateTimeField(default=timezone.now)

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["tenant_id", "contact", "role", "from_on"],
                name="contact_role_once",
                nulls_distinct=False,
            ),
            models.CheckConstraint(
                condition=models.Q(to_on__isnull=True)
                | models.Q(from_on__isnull=True)
                | models.Q(to_on__gte=models.F("from_on")),
                name="contact_role_dates",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.contact_id}: {self.role}"


# Models of facts that name a contact, and stay without it when it is removed. Each adds itself.
took_part: list[type[TenantModel]] = []
