"""What customers ask of the product. A *request* is one wish as product management decides it; an
*ask* is one customer's asking for it. Asks are facts: nights count them as they were known."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import Case, Contact, Customer, Module, Touchpoint
from accounts.models.customers import took_part
from accounts.tenancy import TenantForeignKey, TenantModel


class Request(TenantModel):
    """A wish (客户需求) on the board, asked by one customer or many.

    Merging moves nothing: the request that is merged points to the one that it went into, keeps its
    asks, votes and state, and so can be taken out again.
    """

    class Status(models.TextChoices):
        NEW = "new", pgettext_lazy("request", "New")
        REVIEW = "review", _("Under review")
        ACCEPTED = "accepted", pgettext_lazy("request", "Accepted")
        PLANNED = "planned", pgettext_lazy("request", "Planned")
        SHIPPED = "shipped", pgettext_lazy("request", "Shipped")
        DECLINED = "declined", pgettext_lazy("request", "Declined")

    title = models.CharField(pgettext_lazy("heading", "title"), max_length=300)
    text = models.TextField(_("text"), blank=True)
    module = TenantForeignKey(
        Module, models.PROTECT, null=True, blank=True, related_name="requests"
    )
    status = models.CharField(_("state"), max_length=8, choices=Status, default=Status.NEW)
    raised_on = models.DateField(_("raised on"))
    # When it is to come, in the vendor's own words: a quarter, a release.
    planned_for = models.CharField(_("planned for"), max_length=60, blank=True)
    decided_on = models.DateField(_("decided on"), null=True, blank=True)
    shipped_on = models.DateField(_("shipped on"), null=True, blank=True)
    # The request that this one was merged into, and the one on top of the chain; empty: it stands
    # for itself.
    merged_into = TenantForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="merged"
    )
    root = TenantForeignKey("self", models.PROTECT, null=True, blank=True, related_name="parts")
    # What contacts of other customers may read and vote on: language → title in the vendor's words.
    # A customer's own words may name the customer, so they are never shown to others.
    shared_titles = models.JSONField(default=dict, blank=True)
    # Somebody changed or decided it on screen: files no longer change it.
    is_curated = models.BooleanField(default=False)
    # Counts the changes, so that nobody overwrites what another has just changed.
    version = models.PositiveIntegerField(default=1)
    captured_by = models.ForeignKey("accounts.User", models.SET_NULL, null=True, related_name="+")
    captured_at = models.DateTimeField(default=timezone.now)
    known_from = models.DateTimeField(default=timezone.now)

    class Meta(TenantModel.Meta):
        ordering = ["-raised_on", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(
                    status__in=["new", "review", "accepted", "planned", "shipped", "declined"]
                ),
                name="request_status_known",
            ),
            models.CheckConstraint(
                condition=Q(merged_into__isnull=True, root__isnull=True)
                | Q(merged_into__isnull=False, root__isnull=False),
                name="request_merged_has_a_root",
            ),
            models.CheckConstraint(
                condition=~Q(merged_into=models.F("id")) & ~Q(root=models.F("id")),
                name="request_not_merged_into_itself",
            ),
        ]
        indexes = [
            models.Index(
                fields=["tenant_id", "status", "-raised_on", "-id"],
                condition=Q(root__isnull=True),
                name="request_board_ix",
            ),
        ]

    def __str__(self) -> str:
        return self.title


class Ask(TenantModel):
    """One customer's asking: who, when, in their words. It never leaves the request it came with."""

    class Channel(models.TextChoices):
        COLLEAGUE = "colleague", _("Written down by a colleague")
        LINK = "link", _("Sent by the contact")
        FILE = "file", pgettext_lazy("request", "From a file")

    request = TenantForeignKey(Request, models.PROTECT, related_name="asks")
    customer = TenantForeignKey(Customer, models.PROTECT, related_name="asks")
    key = models.CharField(_("key"), max_length=200)
    title = models.CharField(pgettext_lazy("heading", "title"), max_length=300)
    text = models.TextField(_("text"), blank=True)
    made_on = models.DateField(_("made on"))
    contact = TenantForeignKey(Contact, models.PROTECT, null=True, blank=True, related_name="asks")
    # As the customer or the file named it; the request's is product management's.
    module = TenantForeignKey(Module, models.PROTECT, null=True, blank=True, related_name="asks")
    touchpoint = TenantForeignKey(
        Touchpoint, models.PROTECT, null=True, blank=True, related_name="asks"
    )
    case = TenantForeignKey(Case, models.PROTECT, null=True, blank=True, related_name="asks")
    channel = models.CharField(
        _("how it came"),
        max_length=9,
        choices=Channel,
        default=Channel.COLLEAGUE,
        db_default="file",
    )
    # What the file says became of it; empty: it says nothing.
    status = models.CharField(max_length=8, blank=True, db_default="")
    captured_by = models.ForeignKey("accounts.User", models.SET_NULL, null=True, related_name="+")
    attributes = models.JSONField(default=dict, blank=True)
    known_from = models.DateTimeField(default=timezone.now)

    class Meta(TenantModel.Meta):
        ordering = ["-made_on", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["tenant_id", "key"], name="ask_key_once"),
            models.CheckConstraint(
                condition=Q(channel__in=["colleague", "link", "file"]), name="ask_channel_known"
            ),
        ]
        indexes = [
            models.Index(fields=["tenant_id", "request", "-made_on"], name="ask_request_ix"),
            models.Index(fields=["tenant_id", "customer", "-made_on"], name="ask_customer_ix"),
            models.Index(fields=["tenant_id", "made_on"], name="ask_made_ix"),
        ]

    def __str__(self) -> str:
        return self.title


took_part.append(Ask)


class Vote(TenantModel):
    """That a customer wants a request too; one a customer, whoever of it said so."""

    request = TenantForeignKey(Request, models.PROTECT, related_name="votes")
    customer = TenantForeignKey(Customer, models.PROTECT, related_name="request_votes")
    contact = TenantForeignKey(
        Contact, models.SET_NULL, null=True, blank=True, related_name="request_votes"
    )
    # Empty: the contact voted by a link.
    recorded_by = models.ForeignKey("accounts.User", models.SET_NULL, null=True, related_name="+")
    voted_at = models.DateTimeField(default=timezone.now)

    class Meta(TenantModel.Meta):
        ordering = ["-voted_at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["tenant_id", "request", "customer"], name="request_vote_once"
            ),
        ]
        indexes = [
            models.Index(fields=["tenant_id", "customer"], name="request_vote_customer_ix"),
        ]

    def __str__(self) -> str:
        return f"{self.request_id}: {self.customer_id}"


class RequestSettings(TenantModel):
    """How a tenant handles requests; without a row nothing is open to contacts."""

    # Contacts see the titles that the vendor shares, and vote on them.
    is_voting_open = models.BooleanField(default=False)

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["tenant_id"], name="request_settings_once"),
        ]

    def __str__(self) -> str:
        return f"voting {'open' if self.is_voting_open else 'closed'}"
