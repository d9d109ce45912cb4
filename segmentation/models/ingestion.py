"""Usage that other programs send: their keys, what tenants allow them, what could not be written."""

from __future__ import annotations

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.tenancy import TenantForeignKey, TenantModel

DEFAULT_EVENTS_PER_SECOND = 5_000
MOST_EVENTS_PER_SECOND = 1_000_000


class WriteKey(TenantModel):
    """The right of a program to send usage to one tenant, and to read nothing.

    Only the SHA-256 of its secret is kept. In a browser it can be read by anybody.
    """

    name = models.CharField(_("name"), max_length=100)
    # What sends with it, in the tenant's words.
    source = models.CharField(_("source"), max_length=200, blank=True)
    secret_hash = models.CharField(max_length=64)
    # Empty: as the tenant's.
    events_per_second = models.PositiveIntegerField(
        _("events per second"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(MOST_EVENTS_PER_SECOND)],
    )
    made_by = models.ForeignKey("accounts.User", models.SET_NULL, null=True, related_name="+")
    made_at = models.DateTimeField(default=timezone.now)
    last_used_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta(TenantModel.Meta):
        ordering = ["-made_at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["tenant_id", "secret_hash"], name="write_key_secret_once"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class IngestSettings(TenantModel):
    """What a tenant lets other programs do; a tenant without a row has the defaults."""

    # By calls of `group`.
    create_customers = models.BooleanField(_("make customers"), default=True)
    update_customers = models.BooleanField(_("change customers"), default=True)
    # By calls of `identify`.
    create_contacts = models.BooleanField(_("make contacts"), default=True)
    update_contacts = models.BooleanField(_("change contacts"), default=True)
    # Of each key that has no limit of its own.
    events_per_second = models.PositiveIntegerField(
        _("events per second"),
        default=DEFAULT_EVENTS_PER_SECOND,
        validators=[MinValueValidator(1), MaxValueValidator(MOST_EVENTS_PER_SECOND)],
    )
    # After so many days what could not be written is deleted; it holds what was sent, word by word.
    dead_letters_kept_days = models.PositiveSmallIntegerField(
        _("days that dead letters are kept"),
        default=90,
        validators=[MinValueValidator(1), MaxValueValidator(3650)],
    )

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["tenant_id"], name="ingest_settings_once"),
        ]

    def __str__(self) -> str:
        return str(self.tenant_id)


class EventRule(TenantModel):
    """To which module an event belongs; of a tenant's rules the first that fits is followed.

    Events that no rule fits belong to the module that ``properties.module`` names, or to none.
    """

    class Kind(models.TextChoices):
        ANY = "any", _("Any")
        TRACK = "track", _("Event")
        PAGE = "page", _("Page")
        SCREEN = "screen", _("Screen")

    position = models.PositiveIntegerField()
    kind = models.CharField(_("kind"), max_length=6, choices=Kind.choices, default=Kind.ANY)
    # The event's name as it is shown, `Viewed Docs Page`; `*` stands for any text. Case counts.
    pattern = models.CharField(_("name"), max_length=200, default="*")
    # A path into the event's properties such as `plan.name`; empty: they do not matter.
    property_path = models.CharField(_("property"), max_length=200, blank=True)
    # What stands there, as text, with `*` for any text.
    property_value = models.CharField(_("value"), max_length=200, blank=True)
    # Key of the module; made when it is not there. Empty: such events are not taken.
    module = models.CharField(_("module"), max_length=200, blank=True)
    is_ignored = models.BooleanField(_("not taken"), default=False)

    class Meta(TenantModel.Meta):
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["tenant_id", "position"], name="event_rule_place_once"),
            models.CheckConstraint(
                condition=models.Q(is_ignored=True, module="")
                | (models.Q(is_ignored=False) & ~models.Q(module="")),
                name="event_rule_says_one_thing",
            ),
        ]

    def __str__(self) -> str:
        return self.pattern


class EventSeen(TenantModel):
    """A name of events that came, to write rules by; noted about once a minute."""

    kind = models.CharField(max_length=6, choices=EventRule.Kind.choices)
    event = models.CharField(max_length=200)
    last_at = models.DateTimeField()
    # Of one of the last: path → short text.
    properties = models.JSONField(default=dict)

    class Meta(TenantModel.Meta):
        ordering = ["-last_at", "event"]
        constraints = [
            models.UniqueConstraint(fields=["tenant_id", "kind", "event"], name="event_seen_once"),
        ]
        indexes = [models.Index(fields=["tenant_id", "-last_at"], name="event_seen_last_ix")]

    def __str__(self) -> str:
        return self.event


class DeadLetter(TenantModel):
    """A message that could not be taken as it is, word by word, until somebody decides."""

    class Reason(models.TextChoices):
        NOT_AN_OBJECT = "not_an_object", _("It is not a JSON object")
        TOO_LARGE = "too_large", _("It is larger than 32 KB")
        UNKNOWN_TYPE = "unknown_type", _("Its type is not known")
        NO_EVENT = "no_event", _("It names no event")
        NO_PERSON = "no_person", _("It names neither a user nor an anonymous one")
        NO_GROUP = "no_group", _("It names no group")
        NO_PREVIOUS = "no_previous", _("It names no previous user")
        NO_CUSTOMER = "no_customer", _("Neither it nor its user names a customer")
        BAD_TIME = "bad_time", _("Its time cannot be read")
        TIME_OUT_OF_RANGE = "time_out_of_range", _("Its time is too far away")
        BAD_VALUE = "bad_value", _("A value cannot be read")
        TOO_LONG = "too_long", _("A value is too long")
        NOT_SAVED = "not_saved", _("The database refused it")

    class State(models.TextChoices):
        OPEN = "open", pgettext_lazy("dead letter", "Open")
        REPLAYED = "replayed", _("Sent again")
        DISCARDED = "discarded", _("Discarded")

    key = TenantForeignKey(WriteKey, models.PROTECT, null=True, related_name="dead_letters")
    received_at = models.DateTimeField()
    reason = models.CharField(max_length=20, choices=Reason.choices)
    # Which value, in the words of the API, e.g. `timestamp`; never the value itself.
    detail = models.CharField(max_length=300, blank=True)
    # Made where it has none: a message sent again is not told twice.
    message_id = models.CharField(max_length=200)
    # As sent, cut; empty where it cannot be read.
    kind = models.CharField(max_length=20, blank=True)
    event = models.CharField(max_length=200, blank=True)
    # JSON, at most 32 KB; what is longer is cut.
    body = models.TextField()
    # When its client sent it, as it said; clocks of clients are corrected by it.
    sent_at = models.CharField(max_length=64, blank=True)
    state = models.CharField(max_length=9, choices=State.choices, default=State.OPEN)
    decided_by = models.ForeignKey("accounts.User", models.SET_NULL, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)

    class Meta(TenantModel.Meta):
        ordering = ["-received_at", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["tenant_id", "message_id"], name="dead_letter_once"),
        ]
        indexes = [
            models.Index(
                fields=["tenant_id", "state", "-received_at"], name="dead_letter_state_ix"
            ),
        ]

    def __str__(self) -> str:
        return self.message_id


class IngestInbox(TenantModel):
    """A request that could not be handled at once: durable, and handled soon."""

    class State(models.TextChoices):
        WAITING = "waiting", pgettext_lazy("inbox", "Waiting")
        DEAD = "dead", _("Given up")

    key = TenantForeignKey(WriteKey, models.PROTECT, related_name="+")
    # The last part of the address: `batch`, `track` …
    call = models.CharField(max_length=10)
    body = models.BinaryField()
    received_at = models.DateTimeField()
    attempts = models.PositiveSmallIntegerField(default=0)
    not_before = models.DateTimeField()
    state = models.CharField(max_length=7, choices=State.choices, default=State.WAITING)
    # The kind of error, without what was sent.
    error = models.CharField(max_length=200, blank=True)

    class Meta(TenantModel.Meta):
        ordering = ["id"]
        indexes = [
            models.Index(fields=["tenant_id", "state", "not_before"], name="ingest_inbox_due_ix"),
        ]

    def __str__(self) -> str:
        return f"{self.call} {self.pk}"


class IngestCount(TenantModel):
    """How many messages came with a key in a minute, and what became of them.

    In slots, so that requests at the same time do not wait for each other: sum over them.
    """

    key = TenantForeignKey(WriteKey, models.CASCADE, related_name="counts")
    minute = models.DateTimeField()
    slot = models.PositiveSmallIntegerField()
    # Events written, and calls of identify, group and alias that were followed.
    accepted = models.PositiveIntegerField(default=0)
    duplicates = models.PositiveIntegerField(default=0)
    # What a rule says is not taken.
    ignored = models.PositiveIntegerField(default=0)
    dead = models.PositiveIntegerField(default=0)
    held = models.PositiveIntegerField(default=0)

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["tenant_id", "key", "minute", "slot"], name="ingest_count_once"
            ),
        ]
        indexes = [models.Index(fields=["tenant_id", "minute"], name="ingest_count_minute_ix")]

    def __str__(self) -> str:
        return f"{self.key_id} {self.minute}"
