"""Files that were loaded: what each one did, and the way back."""

from __future__ import annotations

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.tenancy import TenantForeignKey, TenantModel


class Load(TenantModel):
    """One file of one kind, from upload or command to its result and, perhaps, its undoing."""

    class State(models.TextChoices):
        UPLOADED = "uploaded", _("Uploaded")
        CHECKING = "checking", _("Checking")
        CHECKED = "checked", _("Checked")
        QUEUED = "queued", _("Waiting")
        RUNNING = "running", _("Running")
        DONE = "done", _("Done")
        REFUSED = "refused", _("Refused")
        DEAD = "dead", _("Given up")
        UNDOING = "undoing", _("Being undone")
        UNDONE = "undone", _("Undone")

    kind = models.CharField(max_length=30)
    state = models.CharField(max_length=10, choices=State.choices, default=State.UPLOADED)
    filename = models.CharField(max_length=300, blank=True)
    size_bytes = models.BigIntegerField(default=0)
    # {"map": {ours: theirs}, "dates": "iso|dmy|mdy"|null, "decimal": "point|comma"|null,
    #  "skip_bad": bool}
    options = models.JSONField(default=dict)
    # What a dry run found: the rows it would create, change and refuse.
    preview = models.JSONField(null=True)
    read = models.BigIntegerField(default=0)
    created = models.BigIntegerField(default=0)
    updated = models.BigIntegerField(default=0)
    unchanged = models.BigIntegerField(default=0)
    rejected = models.BigIntegerField(default=0)
    errors = models.JSONField(default=list)
    # Further things worth saying, e.g. modules that were created.
    notes = models.JSONField(default=dict)
    attempts = models.PositiveSmallIntegerField(default=0)
    created_by = models.ForeignKey("accounts.User", models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    undone_at = models.DateTimeField(null=True)

    class Meta(TenantModel.Meta):
        ordering = ["-created_at", "-id"]
        indexes = [
            models.Index(fields=["tenant_id", "state"], name="load_state_ix"),
        ]

    def __str__(self) -> str:
        return self.filename or self.kind


class LoadPart(TenantModel):
    """A piece of an uploaded file, so that a worker on any host can read it in constant memory."""

    load = TenantForeignKey(Load, models.CASCADE, related_name="parts")
    number = models.PositiveIntegerField()
    data = models.BinaryField()

    class Meta(TenantModel.Meta):
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["tenant_id", "load", "number"], name="load_part_once"),
        ]

    def __str__(self) -> str:
        return f"{self.load_id} part {self.number}"


class LoadMapping(TenantModel):
    """A column mapping that a person saved, offered for the next file of the same kind."""

    kind = models.CharField(max_length=30)
    name = models.CharField(_("name"), max_length=200)
    mapping = models.JSONField(default=dict)
    dates = models.CharField(max_length=3, blank=True)

    class Meta(TenantModel.Meta):
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(fields=["tenant_id", "kind", "name"], name="load_mapping_once"),
        ]

    def __str__(self) -> str:
        return self.name
