"""Training as screens show it: sessions, who is trained, and what was still asked afterwards."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from django.db import connection
from django.db.models import Count, Exists, OuterRef, Prefetch, Q, QuerySet

from accounts.models import Case, Contact, ContactRole, Customer, Tenant
from accounts.queries.customer_page import contacts_of, current_role
from accounts.tenancy import current_tenant_id
from projects.models import Attendance, Project, SessionModule, TrainingSession

LEARNERS = (ContactRole.Kind.KEY_USER, ContactRole.Kind.END_USER)
PRESENT = Attendance.State.PRESENT
# Days after the acceptance in which a how-to question is put down to training.
WINDOW = 90
# More people than this are not ticked off at once; they are found by their name.
MOST_ATTENDANTS = 300


@dataclass(frozen=True)
class Trained:
    """Of the users of a customer on a day (key users and end users): how many took part in a session
    by then. ``is_known``: the tenant has held a session by then."""

    users: int
    trained: int
    is_known: bool

    @property
    def share(self) -> Decimal | None:
        """As the measure `trained_share`; None where it is unknown or there is no user."""
        return Decimal(self.trained) / self.users if self.users and self.is_known else None


@dataclass(frozen=True)
class HowTo:
    """How-to questions of a project's customer in the days after its acceptance.

    ``until``: the last day that counts, today while the window is open. ``trained``: contacts who had
    taken part in a session of the customer by then.
    """

    accepted_on: date
    until: date
    questions: int
    trained: int

    @property
    def per_trained(self) -> Decimal | None:
        """Questions for each trained person; None without one."""
        return Decimal(self.questions) / self.trained if self.trained else None


def sessions_of(found: QuerySet) -> QuerySet:
    """Sessions with ``present`` and ``named``, how many took part and how many are named at all."""
    return (
        found.select_related("trainer", "project")
        .annotate(
            present=Count("attendances", filter=Q(attendances__state=PRESENT)),
            named=Count("attendances"),
        )
        .prefetch_related(Prefetch("modules", SessionModule.objects.select_related("module")))
    )


def users_of(customer: Customer, day: date) -> QuerySet:
    """Its key users and end users on a day, with ``is_trained``."""
    roles = ContactRole.objects.filter(current_role(day), contact=OuterRef("pk"), role__in=LEARNERS)
    sat_in = Attendance.objects.filter(
        contact=OuterRef("pk"), state=PRESENT, session__held_on__lte=day
    )
    return (
        Contact.objects.filter(customer=customer)
        .annotate(is_user=Exists(roles), is_trained=Exists(sat_in))
        .filter(is_user=True)
    )


def trained_of(customer: Customer, day: date) -> Trained:
    numbers = users_of(customer, day).aggregate(
        users=Count("pk"), trained=Count("pk", filter=Q(is_trained=True))
    )
    is_known = TrainingSession.objects.filter(held_on__lte=day).exists()
    return Trained(numbers["users"], numbers["trained"], is_known)


def attendants(session: TrainingSession, day: date) -> QuerySet:
    """The customer's contacts to be ticked off: who is named already first, then by role and name;
    ``rank`` as in ``contacts_of``."""
    named = Attendance.objects.filter(session=session, contact=OuterRef("pk"))
    return (
        contacts_of(session.customer, day)
        .annotate(is_named=Exists(named))
        .order_by("-is_named", "rank", "name", "pk")
    )


_HOW_TO = """
SELECT p.id, p.accepted_on, LEAST(p.accepted_on + %(window)s, %(today)s),
       (SELECT count(*) FROM accounts_case c
         WHERE c.tenant_id = %(tenant)s AND c.customer_id = p.customer_id AND c.kind = 'question'
           AND c.opened_at >= (p.accepted_on + 1)::timestamp AT TIME ZONE %(zone)s
           AND c.opened_at < (LEAST(p.accepted_on + %(window)s, %(today)s) + 1)::timestamp
                             AT TIME ZONE %(zone)s),
       (SELECT count(DISTINCT a.contact_id) FROM projects_trainingsession s
          JOIN projects_attendance a ON a.tenant_id = %(tenant)s AND a.session_id = s.id
         WHERE s.tenant_id = %(tenant)s AND s.customer_id = p.customer_id AND a.state = 'present'
           AND s.held_on <= LEAST(p.accepted_on + %(window)s, %(today)s))
  FROM projects_project p
 WHERE p.tenant_id = %(tenant)s AND p.id = ANY(%(projects)s) AND p.accepted_on <= %(today)s
   AND EXISTS (SELECT FROM accounts_case k WHERE k.tenant_id = %(tenant)s AND k.kind <> '')
"""


def how_to_questions(project_ids: Collection[int], today: date, tenant: Tenant) -> dict[int, HowTo]:
    """Project id → the questions after its acceptance, in one statement however many there are.

    Left out are projects that are not accepted, and every one while no case of the tenant says what
    kind it is: then nobody knows.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            _HOW_TO,
            {
                "tenant": current_tenant_id(),
                "projects": list(project_ids),
                "today": today,
                "window": WINDOW,
                "zone": tenant.timezone,
            },
        )
        return {
            pk: HowTo(accepted_on, until, questions, trained)
            for pk, accepted_on, until, questions, trained in cursor.fetchall()
        }


def how_to_cases(project: Project, found: HowTo, tenant: Tenant) -> QuerySet:
    """The cases behind the figure, the latest first."""
    day = timedelta(days=1)
    return (
        Case.objects.filter(
            customer=project.customer_id,
            kind=Case.Kind.QUESTION,
            opened_at__gte=datetime.combine(found.accepted_on + day, time.min, tenant.zone),
            opened_at__lt=datetime.combine(found.until + day, time.min, tenant.zone),
        )
        .select_related("contact", "colleague")
        .order_by("-opened_at", "-pk")
    )
