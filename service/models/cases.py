"""What is done about cases: their clocks, what was said, escalations, and links of who reports.

The fact, `accounts.models.Case`, says what a customer brought, when, and when it was answered and
done. What is here says how the work on it stands.
"""

from __future__ import annotations

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import Case, Colleague, Customer, Department, Membership, Module
from accounts.tenancy import TenantForeignKey, TenantModel
from projects.models import OpenedLink, Project


class CaseRules(TenantModel):
    """A version of what a tenant promises: office hours, and hours to answer and to solve by tier and
    priority. Versions are added, never altered: a case keeps the one that it was measured by."""

    append_only = True

    version = models.PositiveIntegerField()
    # See service.compute.case_rules.
    document = models.JSONField()
    known_from = models.DateTimeField(default=timezone.now)
    published_by = models.ForeignKey("accounts.User", models.SET_NULL, null=True, related_name="+")
    note = models.CharField(_("note"), max_length=500, blank=True)

    class Meta(TenantModel.Meta):
        ordering = ["-version"]
        constraints = [
            models.UniqueConstraint(
                fields=["tenant_id", "version"], name="case_rules_version_once"
            ),
        ]

    def __str__(self) -> str:
        return f"v{self.version}"


class CaseClock(TenantModel):
    """The moments by which a case has to be answered and solved; all of one opening of it.

    Both run in working time from ``started_at``; the second one stands still while the customer is
    waited for. A clock that ran out stays so: ``…_breached_at`` is never taken away.
    """

    number = models.PositiveSmallIntegerField(default=1)
    started_at = models.DateTimeField()
    # Working minutes promised; empty: nothing was promised.
    response_minutes = models.PositiveIntegerField(null=True)
    resolution_minutes = models.PositiveIntegerField(null=True)
    response_due_at = models.DateTimeField(null=True)
    resolution_due_at = models.DateTimeField(null=True)
    responded_at = models.DateTimeField(null=True)
    solved_at = models.DateTimeField(null=True)
    # Working seconds spent waiting for the customer.
    waited_seconds = models.PositiveIntegerField(default=0)
    response_breached_at = models.DateTimeField(null=True)
    resolution_breached_at = models.DateTimeField(null=True)

    class Meta(TenantModel.Meta):
        abstract = True

    @property
    def is_breached(self) -> bool:
        return self.response_breached_at is not None or self.resolution_breached_at is not None


class CaseWork(CaseClock):
    """How the work on a case stands, with the clock of its present opening. One for every case, made
    from the fact where that came by a file."""

    # Made again from the case; taking a load back takes it along.
    derived = True

    class State(models.TextChoices):
        OPEN = "open", pgettext_lazy("case", "Open")
        REOPENED = "reopened", pgettext_lazy("case", "Reopened")
        WAITING = "waiting", pgettext_lazy("case", "Waiting for the customer")
        SOLVED = "solved", pgettext_lazy("case", "Solved")
        CLOSED = "closed", pgettext_lazy("case", "Closed")

    RUNNING = (State.OPEN, State.REOPENED)
    UNDONE = (State.OPEN, State.REOPENED, State.WAITING)

    case = TenantForeignKey(Case, models.CASCADE, related_name="work")
    # The case's, repeated for the lists.
    customer = TenantForeignKey(Customer, models.PROTECT, related_name="+")
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.OPEN)
    priority = models.CharField(
        _("priority"), max_length=10, choices=Case.Priority.choices, default=Case.Priority.MEDIUM
    )
    # Why it is another one than was suggested; empty: as suggested, or as the file said.
    priority_why = models.CharField(max_length=500, blank=True, default="")
    # Of the customer, when the clock was set last.
    tier = models.CharField(max_length=12, blank=True, default="")
    owner = TenantForeignKey(
        Colleague, models.PROTECT, null=True, blank=True, related_name="case_work"
    )
    module = TenantForeignKey(Module, models.PROTECT, null=True, blank=True, related_name="+")
    project = TenantForeignKey(Project, models.PROTECT, null=True, blank=True, related_name="+")
    # That it was passed on to, until somebody there has answered.
    department = TenantForeignKey(
        Department, models.PROTECT, null=True, blank=True, related_name="cases"
    )
    waiting_since = models.DateTimeField(null=True)
    # What runs out next; empty while nothing runs.
    due_at = models.DateTimeField(null=True)
    # The moment of that kind of which the owner was told beforehand.
    warned_of = models.DateTimeField(null=True)
    rules_version = models.PositiveIntegerField(default=0)
    # The version of the fact that this was made from.
    fact_from = models.DateTimeField()
    made_at = models.DateTimeField(default=timezone.now)
    changed_at = models.DateTimeField(default=timezone.now)
    version = models.PositiveIntegerField(default=1)

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["tenant_id", "case"], name="case_work_once"),
            models.CheckConstraint(
                condition=models.Q(state="waiting", waiting_since__isnull=False)
                | (~models.Q(state="waiting") & models.Q(waiting_since__isnull=True)),
                name="case_work_waits_since",
            ),
            models.CheckConstraint(
                condition=models.Q(state__in=["solved", "closed"], solved_at__isnull=False)
                | (~models.Q(state__in=["solved", "closed"]) & models.Q(solved_at__isnull=True)),
                name="case_work_solved_at",
            ),
        ]
        indexes = [
            # The list of what is open, the most urgent first, of everybody and of one.
            models.Index(
                fields=["tenant_id", "due_at", "id"],
                condition=models.Q(state__in=["open", "reopened", "waiting"]),
                name="case_work_undone_ix",
            ),
            models.Index(
                fields=["tenant_id", "owner", "due_at"],
                condition=models.Q(state__in=["open", "reopened", "waiting"]),
                name="case_work_owner_ix",
            ),
            models.Index(
                fields=["tenant_id", "solved_at"],
                condition=models.Q(state="solved"),
                name="case_work_solved_ix",
            ),
            models.Index(fields=["tenant_id", "-started_at", "id"], name="case_work_started_ix"),
        ]

    def __str__(self) -> str:
        return f"{self.case_id}: {self.state}"

    @property
    def is_undone(self) -> bool:
        return self.state in self.UNDONE


class CaseOpening(CaseClock):
    """An opening of a case that is over: its clock as it stood when the case was opened again."""

    case = TenantForeignKey(Case, models.PROTECT, related_name="openings")
    satisfaction = models.PositiveSmallIntegerField(null=True)
    reopened_at = models.DateTimeField()
    # Who opened it again, and why.
    name = models.CharField(max_length=254, blank=True)
    why = models.TextField(blank=True)

    class Meta(TenantModel.Meta):
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(
                fields=["tenant_id", "case", "number"], name="case_opening_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.case_id}: {self.number}"


class CaseEntry(TenantModel):
    """What was said about a case or done with it, in the order in which it was. Never altered.

    A note is ours alone; an answer goes to the customer; what the customer said came by a link, or
    was heard and written down.
    """

    append_only = True

    class Kind(models.TextChoices):
        NOTE = "note", _("Internal note")
        ANSWER = "answer", _("To the customer")
        CUSTOMER = "customer", _("From the customer")
        CHANGE = "change", _("Change")

    case = TenantForeignKey(Case, models.PROTECT, related_name="entries")
    opening = models.PositiveSmallIntegerField(default=1)
    kind = models.CharField(max_length=8, choices=Kind.choices)
    text = models.TextField(blank=True)
    # Of a change: what it was about, and the values before and after.
    data = models.JSONField(default=dict, blank=True)
    at = models.DateTimeField(default=timezone.now)
    by = models.ForeignKey(
        "accounts.User", models.SET_NULL, null=True, blank=True, related_name="+"
    )
    # Who it was, as they were called then; empty: the platform.
    name = models.CharField(max_length=254, blank=True)

    class Meta(TenantModel.Meta):
        ordering = ["id"]
        indexes = [
            models.Index(fields=["tenant_id", "case", "id"], name="case_entry_case_ix"),
        ]

    def __str__(self) -> str:
        return f"{self.case_id}: {self.kind}"


class CaseEscalation(TenantModel):
    """A case that was passed on to a department: when, why, to whom, and what came of it."""

    class Cause(models.TextChoices):
        RESPONSE = "response", _("Not answered in time")
        RESOLUTION = "resolution", _("Not solved in time")
        BY_HAND = "by_hand", _("By hand")

    case = TenantForeignKey(Case, models.PROTECT, related_name="escalations")
    opening = models.PositiveSmallIntegerField(default=1)
    cause = models.CharField(max_length=10, choices=Cause.choices)
    department = TenantForeignKey(
        Department, models.PROTECT, null=True, blank=True, related_name="escalations"
    )
    # The lead at that time.
    lead = TenantForeignKey(Membership, models.SET_NULL, null=True, blank=True, related_name="+")
    why = models.TextField(blank=True)
    at = models.DateTimeField(default=timezone.now)
    by = models.ForeignKey(
        "accounts.User", models.SET_NULL, null=True, blank=True, related_name="+"
    )
    answered_at = models.DateTimeField(null=True, blank=True)
    answered_by = models.ForeignKey(
        "accounts.User", models.SET_NULL, null=True, blank=True, related_name="+"
    )
    answer = models.TextField(blank=True)

    class Meta(TenantModel.Meta):
        ordering = ["-id"]
        constraints = [
            # However often, and by however many, one looks: a clock that ran out escalates once.
            models.UniqueConstraint(
                fields=["tenant_id", "case", "opening", "cause"],
                condition=~models.Q(cause="by_hand"),
                name="case_escalation_once",
            ),
        ]
        indexes = [
            models.Index(
                fields=["tenant_id", "case"],
                condition=models.Q(answered_at__isnull=True),
                name="case_escalation_open_ix",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.case_id}: {self.cause}"


class CaseLink(OpenedLink):
    """A link by which a contact reports and follows cases.

    Without a case it is the contact's standing link: a form, and all that the contact reported. With
    one it stands in a letter about that case.
    """

    customer = TenantForeignKey(Customer, models.PROTECT, related_name="case_links")
    case = TenantForeignKey(Case, models.PROTECT, null=True, blank=True, related_name="links")

    class Meta(TenantModel.Meta):
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["tenant_id", "secret_hash"], name="case_link_secret_once"
            ),
            models.CheckConstraint(
                condition=models.Q(expires_at__gt=models.F("sent_at")),
                name="case_link_expires_after_sending",
            ),
            models.UniqueConstraint(
                fields=["tenant_id", "contact"],
                condition=models.Q(revoked_at__isnull=True, case__isnull=True),
                name="case_link_one_standing",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.customer_id}: {self.name}"
