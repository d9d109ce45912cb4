"""Letters that wait to leave, and what became of them."""

from __future__ import annotations

from datetime import time

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models.customers import Contact
from accounts.models.members import Membership
from accounts.tenancy import TenantForeignKey, TenantModel


class Purpose(models.TextChoices):
    """What a letter is for: who may decline it, and when it may come, go by this."""

    WORK = "work", pgettext_lazy("purpose of a letter", "Joint work")
    SURVEY = "survey", pgettext_lazy("purpose of a letter", "Surveys")
    UPDATE = "update", pgettext_lazy("purpose of a letter", "Product updates")
    REPORT = "report", pgettext_lazy("purpose of a letter", "Monthly and quarterly reports")
    DIGEST = "digest", pgettext_lazy("purpose of a letter", "Digests")
    NOTICE = "notice", pgettext_lazy("purpose of a letter", "Notices")


# What a customer's person may decline: the work itself needs the others.
DECLINABLE = (Purpose.SURVEY, Purpose.UPDATE, Purpose.REPORT)


class OutgoingMail(TenantModel):
    """One letter to one address, written in the transaction that gave reason for it.

    It is handed to the mail server at most once: ``sending`` is committed before the server gets the
    letter, and what a worker left in that state is ``unclear`` until a person decides. Its text,
    which may hold the secret of a link, is sealed with the installation's key and goes with the
    sending; the facts stay.
    """

    class State(models.TextChoices):
        QUEUED = "queued", pgettext_lazy("letter", "Waiting")
        SENDING = "sending", pgettext_lazy("letter", "Being sent")
        SENT = "sent", pgettext_lazy("letter", "Sent")
        REFUSED = "refused", pgettext_lazy("letter", "Refused")
        BOUNCED = "bounced", pgettext_lazy("letter", "Came back")
        SUPPRESSED = "suppressed", pgettext_lazy("letter", "Not sent")
        UNCLEAR = "unclear", pgettext_lazy("letter", "Unclear")
        GIVEN_UP = "given_up", pgettext_lazy("letter", "Given up")
        DROPPED = "dropped", pgettext_lazy("letter", "Dropped")
        # Of a demonstration: it was never to leave.
        EXAMPLE = "example", pgettext_lazy("letter", "Not sent: example")

    purpose = models.CharField(max_length=10, choices=Purpose.choices)
    # Of the caller's, so that the same reason queues one letter; empty: none.
    key = models.CharField(max_length=200, blank=True)
    to = models.CharField(_("to"), max_length=254)
    contact = TenantForeignKey(
        Contact, models.SET_NULL, null=True, blank=True, related_name="letters"
    )
    member = TenantForeignKey(
        Membership, models.SET_NULL, null=True, blank=True, related_name="letters"
    )
    language = models.CharField(_("language"), max_length=10)
    # Path of the letter's template: what kind of letter it is.
    template = models.CharField(max_length=100)
    subject = models.CharField(_("subject"), max_length=500)
    # Sealed JSON: text, html. Empty once it has left or was dropped.
    sealed_body = models.TextField(blank=True)
    # Further headers by name; those of unsubscribing are made when it leaves.
    headers = models.JSONField(default=dict, blank=True)
    # Made once: a letter that is sent again after an unclear end can be told as the same one.
    message_id = models.CharField(max_length=200)
    # What it is about, to find it again: label of the model, id, words.
    about_type = models.CharField(max_length=60, blank=True)
    about_id = models.BigIntegerField(null=True, blank=True)
    about_label = models.CharField(max_length=300, blank=True)
    # Key of what is called once it has left (accounts.after_sent), with `after_id`.
    after = models.CharField(max_length=60, blank=True)
    after_id = models.BigIntegerField(null=True, blank=True)
    # Key of what makes its attachments as it leaves (accounts.attachments), with `attach_id`.
    attach = models.CharField(max_length=60, blank=True)
    attach_id = models.BigIntegerField(null=True, blank=True)
    state = models.CharField(max_length=10, choices=State.choices, default=State.QUEUED)
    # Why it was not sent, or what the server answered: a kind, never words that may hold addresses.
    reason = models.CharField(max_length=60, blank=True)
    # The server's answer, e.g. 550; empty: it gave none.
    reply_code = models.PositiveSmallIntegerField(null=True, blank=True)
    not_before = models.DateTimeField(default=timezone.now)
    attempts = models.PositiveSmallIntegerField(default=0)
    # Which batch of a worker holds it, and since when.
    claim = models.CharField(max_length=32, blank=True)
    claimed_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    sent_at = models.DateTimeField(null=True, blank=True)
    bounced_at = models.DateTimeField(null=True, blank=True)

    class Meta(TenantModel.Meta):
        ordering = ["-created_at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["tenant_id", "key"], condition=~models.Q(key=""), name="mail_key_once"
            ),
            models.UniqueConstraint(fields=["tenant_id", "message_id"], name="mail_message_once"),
        ]
        indexes = [
            models.Index(
                fields=["tenant_id", "not_before", "id"],
                condition=models.Q(state="queued"),
                name="mail_due_ix",
            ),
            models.Index(
                fields=["tenant_id", "claimed_at"],
                condition=models.Q(state__in=["queued", "sending"]) & ~models.Q(claim=""),
                name="mail_claimed_ix",
            ),
            models.Index(fields=["tenant_id", "state", "-created_at"], name="mail_state_ix"),
            models.Index(fields=["tenant_id", "-created_at", "-id"], name="mail_created_ix"),
            models.Index(fields=["tenant_id", "to", "-created_at"], name="mail_to_ix"),
            models.Index(fields=["tenant_id", "about_type", "about_id"], name="mail_about_ix"),
        ]

    def __str__(self) -> str:
        return self.subject


class MailOutage(TenantModel):
    """A time in which the mail server took nothing. Nothing is lost in it: letters wait."""

    since = models.DateTimeField(default=timezone.now)
    # What was seen, by its kind, e.g. ConnectionRefusedError.
    reason = models.CharField(max_length=60)
    tries = models.PositiveIntegerField(default=1)
    # Not tried before.
    not_before = models.DateTimeField()
    # When whoever can do something was told: once.
    told_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta(TenantModel.Meta):
        ordering = ["-since"]
        constraints = [
            models.UniqueConstraint(
                fields=["tenant_id"],
                condition=models.Q(ended_at__isnull=True),
                name="mail_outage_one_open",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.reason} {self.since:%Y-%m-%d %H:%M}"


class UnreachableAddress(TenantModel):
    """An address that no letter reaches: the server refused it for good, or letters came back.

    Nothing is sent there until a contact is given another address or somebody tries this one again.
    """

    class Kind(models.TextChoices):
        REFUSED = "refused", _("The mail server refused the address")
        BOUNCED = "bounced", _("A letter came back")

    # In small letters.
    address = models.CharField(max_length=254)
    kind = models.CharField(max_length=10, choices=Kind.choices)
    reply_code = models.PositiveSmallIntegerField(null=True, blank=True)
    mail = TenantForeignKey(OutgoingMail, models.SET_NULL, null=True, blank=True, related_name="+")
    noted_at = models.DateTimeField(default=timezone.now)

    class Meta(TenantModel.Meta):
        ordering = ["address"]
        constraints = [
            models.UniqueConstraint(fields=["tenant_id", "address"], name="unreachable_once"),
            models.CheckConstraint(
                condition=models.Q(address=Lower("address")), name="unreachable_lower"
            ),
        ]

    def __str__(self) -> str:
        return self.address


class Unsubscription(TenantModel):
    """That a customer's person wants no letters of a purpose."""

    contact = TenantForeignKey(Contact, models.CASCADE, related_name="unsubscriptions")
    purpose = models.CharField(max_length=10, choices=Purpose.choices)
    at = models.DateTimeField(default=timezone.now)

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["tenant_id", "contact", "purpose"], name="unsubscription_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.contact_id}: {self.purpose}"


# A month's texts are needed to send a letter again; ten years are more than any law asks for.
LEAST_KEPT_DAYS, MOST_KEPT_DAYS = 60, 3650


class MailSettings(TenantModel):
    """How a tenant's letters look and when they may come; a tenant without a row has the defaults."""

    # Empty: the tenant's name.
    sender_name = models.CharField(_("sender name"), max_length=100, blank=True)
    reply_to = models.EmailField(_("reply to"), blank=True)
    # By language: what stands under letters to customers.
    signatures = models.JSONField(default=dict, blank=True)
    # Surveys, updates and digests wait from this hour to that one where the reader is.
    is_quiet = models.BooleanField(_("quiet hours"), default=True)
    quiet_from = models.TimeField(_("quiet from"), default=time(20))
    quiet_until = models.TimeField(_("quiet until"), default=time(8))
    is_quiet_on_weekends = models.BooleanField(_("quiet on weekends"), default=True)
    # After so many days what people were told, and what is known of letters, is deleted.
    notifications_kept_days = models.PositiveSmallIntegerField(
        _("days that notifications are kept"),
        default=400,
        validators=[MinValueValidator(LEAST_KEPT_DAYS), MaxValueValidator(MOST_KEPT_DAYS)],
    )
    letters_kept_days = models.PositiveSmallIntegerField(
        _("days that letters are kept"),
        default=730,
        validators=[MinValueValidator(LEAST_KEPT_DAYS), MaxValueValidator(MOST_KEPT_DAYS)],
    )
    version = models.PositiveIntegerField(default=1)

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["tenant_id"], name="mail_settings_once"),
        ]

    def __str__(self) -> str:
        return self.sender_name
