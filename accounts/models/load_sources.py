"""Where files come from by themselves: a folder of the installation, or a bucket of the tenant's."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models.loads import Load, LoadMapping
from accounts.tenancy import TenantForeignKey, TenantModel


class LoadSource(TenantModel):
    """One place that is looked at again and again. What is found there is read and left as it is."""

    class Place(models.TextChoices):
        FOLDER = "folder", _("A folder on the server")
        BUCKET = "bucket", _("An S3-compatible bucket")

    class Schedule(models.TextChoices):
        EVERY = "every", pgettext_lazy("schedule", "Every so many minutes")
        DAILY = "daily", pgettext_lazy("schedule", "Once a day")

    name = models.CharField(_("name"), max_length=100)
    place = models.CharField(max_length=10, choices=Place.choices)
    # Below the tenant's own folder, or what the names of a bucket's objects begin with.
    path = models.CharField(max_length=500, blank=True)
    endpoint = models.CharField(max_length=500, blank=True)
    region = models.CharField(max_length=50, blank=True)
    bucket = models.CharField(max_length=63, blank=True)
    access_key = models.CharField(max_length=200, blank=True)
    sealed_secret = models.TextField(blank=True)
    # The bucket stands in the path of addresses, not in the name of the host.
    is_path_style = models.BooleanField(default=True)
    schedule = models.CharField(max_length=5, choices=Schedule.choices)
    minutes = models.PositiveSmallIntegerField(null=True, blank=True)
    # Of the day where the tenant is.
    hour = models.PositiveSmallIntegerField(null=True, blank=True)
    is_active = models.BooleanField(default=True)
    off_at = models.DateTimeField(null=True, blank=True)
    made_by = models.ForeignKey("accounts.User", models.SET_NULL, null=True, related_name="+")
    made_at = models.DateTimeField(default=timezone.now)
    # None: it is off.
    next_look_at = models.DateTimeField(null=True, blank=True)
    looked_at = models.DateTimeField(null=True, blank=True)
    # How it stands: looks that failed since the last one that did not, and since when.
    failures = models.PositiveIntegerField(default=0)
    failing_since = models.DateTimeField(null=True, blank=True)
    # A key of accounts.load_source_labels, and what the sentence names, e.g. a status.
    trouble = models.CharField(max_length=30, blank=True)
    trouble_detail = models.CharField(max_length=100, blank=True)
    # Of the last look: {"seen": files, "left": those that no rule fits, "names": the first of
    # these, "cut": whether there were more than are looked at}
    last_look: models.JSONField[Any] = models.JSONField(default=dict)
    # Which worker has the tenant's sources in hand, and until when that one counts as alive.
    claim = models.UUIDField(null=True)
    claimed_until = models.DateTimeField(null=True)

    class Meta(TenantModel.Meta):
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(fields=["tenant_id", "name"], name="load_source_name_once"),
            models.CheckConstraint(
                condition=models.Q(schedule="every", minutes__isnull=False)
                | models.Q(schedule="daily", hour__isnull=False, hour__lte=23),
                name="load_source_when",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_failing(self) -> bool:
        return self.is_active and self.failures > 0

    def is_due(self, now: datetime) -> bool:
        return self.is_active and self.next_look_at is not None and self.next_look_at <= now


class LoadSourceRule(TenantModel):
    """Which files of a source hold what. The first rule that fits a name is the one that counts."""

    source = TenantForeignKey(LoadSource, models.CASCADE, related_name="rules")
    position = models.PositiveSmallIntegerField()
    # As in a shell: * and ?; of the whole path where it has a slash, else of the name alone.
    pattern = models.CharField(max_length=200)
    kind = models.CharField(max_length=30)
    recipe = models.CharField(max_length=60, blank=True)
    mapping = TenantForeignKey(
        LoadMapping, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    dates = models.CharField(max_length=3, blank=True)
    decimal = models.CharField(max_length=5, blank=True)
    skips_bad = models.BooleanField(default=False)

    class Meta(TenantModel.Meta):
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(
                fields=["tenant_id", "source", "position"], name="load_source_rule_place"
            ),
        ]

    def __str__(self) -> str:
        return self.pattern


class LoadSourceFile(TenantModel):
    """One content of one file: written down before it is loaded, so that it is loaded once."""

    class State(models.TextChoices):
        GROWING = "growing", pgettext_lazy("load file", "Still being written")
        WAITING = "waiting", pgettext_lazy("load file", "Waiting")
        TAKEN = "taken", pgettext_lazy("load file", "Being loaded")
        LOADED = "loaded", pgettext_lazy("load file", "Loaded")
        REFUSED = "refused", pgettext_lazy("load file", "Refused")
        FAILED = "failed", pgettext_lazy("load file", "Could not be taken")

    source = TenantForeignKey(LoadSource, models.CASCADE, related_name="files")
    # Below the source's path.
    name = models.CharField(max_length=1024)
    # What its content is known by without reading it: an ETag, or size and time of change.
    mark = models.CharField(max_length=200)
    size = models.BigIntegerField()
    modified_at = models.DateTimeField(null=True, blank=True)
    # Of what was read, in hexadecimal digits.
    sha256 = models.CharField(max_length=64, blank=True)
    kind = models.CharField(max_length=30)
    state = models.CharField(max_length=10, choices=State.choices)
    # The latest content under this name.
    is_current = models.BooleanField(default=True)
    trouble = models.CharField(max_length=30, blank=True)
    tries = models.PositiveSmallIntegerField(default=0)
    load = TenantForeignKey(Load, models.SET_NULL, null=True, blank=True, related_name="+")
    seen_at = models.DateTimeField(default=timezone.now)
    taken_at = models.DateTimeField(null=True, blank=True)
    settled_at = models.DateTimeField(null=True, blank=True)
    # Since when it does not lie there any more, as far as looks tell.
    gone_at = models.DateTimeField(null=True, blank=True)

    class Meta(TenantModel.Meta):
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["tenant_id", "source", "name"],
                condition=models.Q(is_current=True),
                name="load_source_file_current",
            ),
        ]
        indexes = [
            models.Index(fields=["tenant_id", "source", "-id"], name="load_source_file_list_ix"),
            models.Index(
                fields=["tenant_id", "source", "state"],
                condition=models.Q(state__in=["growing", "waiting", "taken"]),
                name="load_source_file_open_ix",
            ),
        ]

    def __str__(self) -> str:
        return self.name
