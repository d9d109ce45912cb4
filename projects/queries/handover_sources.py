"""What a handover has to list, read from the project's own records: nothing that is open gets lost
because somebody forgot it. One statement per source, however large the project is."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Count, Exists, F, Max, Min, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import Case, Contact, ContactRole, Touchpoint
from accounts.queries.customer_page import current_role
from projects.models import (
    Attendance,
    ChangeRequest,
    Classification,
    Gate,
    Handover,
    HandoverItem,
    Project,
    Risk,
    Task,
)
from projects.queries.change_requests import owed_questions, requirements_of
from ui import formats
from ui.tags.formats import language

Section, Source = Handover.Section, HandoverItem.Source
# A key user whom nobody met for so long is one of whom the service manager should know.
UNMET_DAYS = 90
# Whom a service manager is introduced to; end users are counted in the hundreds.
INTRODUCED = (ContactRole.Kind.DECISION_MAKER, ContactRole.Kind.KEY_USER)


@dataclass(frozen=True)
class Found:
    """One thing to list, and where it comes from."""

    section: str
    source: str
    source_id: int
    title: str
    text: str = ""
    due_on: date | None = None
    person_id: int | None = None
    contact_id: int | None = None

    @property
    def key(self) -> tuple[str, str, int]:
        return self.section, self.source, self.source_id


@dataclass(frozen=True)
class Moment:
    """As of when: the tenant's day, and the moment."""

    today: date
    now: datetime


HandoverSource = Callable[[Project, Moment], Iterator[Found]]


def tasks(project: Project, at: Moment) -> Iterator[Found]:
    """Open tasks of both sides, but for those after the acceptance gate: they are the handover."""
    found = Task.objects.filter(project=project).exclude(state=Task.State.DONE)
    last = Gate.objects.filter(project=project, is_acceptance=True).values("phase__position")[:1]
    of_handover = Q(phase__position__gt=last)
    found = found.exclude(
        Q(Exists(Gate.objects.filter(project=project, is_acceptance=True))) & of_handover
    )
    for task in found.order_by("ends_on", "number"):
        yield Found(
            Section.OPEN_ITEM, Source.TASK, task.pk, task.title,
            _("Task no. %(number)s, %(side)s: %(state)s.") % {
                "number": task.number, "side": task.get_side_display(),
                "state": task.get_state_display(),
            },
            task.ends_on, task.person_id, task.contact_id,
        )  # fmt: skip


def requirements(project: Project, at: Moment) -> Iterator[Found]:
    """Wishes that nobody has decided about: not classified, or still to be clarified."""
    undecided = requirements_of(project).filter(kind__in=["", Classification.Kind.CLARIFICATION])
    for wish in undecided.order_by("number"):
        text = _("Not classified yet.") if not wish.kind else _("Still to be clarified.")
        yield Found(
            Section.OPEN_ITEM, Source.REQUIREMENT, wish.pk, str(wish),
            f"{text}\n{wish.text}" if str(wish) != wish.text else text,
            contact_id=wish.contact_id, person_id=wish.colleague_id,
        )  # fmt: skip


def change_requests(project: Project, at: Moment) -> Iterator[Found]:
    """Change requests that the customer has neither signed nor declined."""
    open_states = (ChangeRequest.State.DRAFT, ChangeRequest.State.APPROVED_INTERNALLY)
    for change in ChangeRequest.objects.filter(project=project, state__in=open_states):
        yield Found(
            Section.OPEN_ITEM, Source.CHANGE_REQUEST, change.pk,
            f"{change.key} {change.title}"[:300],
            _("Change request, not decided: %(state)s.") % {"state": change.get_state_display()},
        )  # fmt: skip


def questions(project: Project, at: Moment) -> Iterator[Found]:
    """What signatories asked and what waits for an answer."""
    asked = owed_questions().filter(link__change_request__project=project)
    for question in asked.select_related("link__change_request"):
        yield Found(
            Section.OPEN_ITEM, Source.QUESTION, question.pk,
            _("Question of %(name)s about %(change)s")
            % {"name": question.link.signatory, "change": question.link.change_request.key},
            question.text, contact_id=question.link.contact_id,
        )  # fmt: skip


def sign_offs(project: Project, at: Moment) -> Iterator[Found]:
    """Gates that were asked or returned and have not passed."""
    waiting = (Gate.State.ASKED, Gate.State.RETURNED)
    for gate in Gate.objects.filter(project=project, state__in=waiting):
        yield Found(
            Section.OPEN_ITEM, Source.SIGN_OFF, gate.pk, gate.title,
            _("Sign-off, not given: %(state)s.") % {"state": gate.get_state_display()},
            gate.due_on, contact_id=gate.customer_approver_id,
        )  # fmt: skip


def cases(project: Project, at: Moment) -> Iterator[Found]:
    """Cases of the customer that are not closed."""
    still_open = Q(closed_at__isnull=True) | Q(closed_at__gt=at.now)
    for case in Case.objects.filter(
        still_open, customer=project.customer_id, opened_at__lte=at.now
    ):
        opened = formats.short_date(timezone.localdate(case.opened_at), language())
        yield Found(
            Section.OPEN_ITEM, Source.CASE, case.pk, str(case),
            _("Case %(key)s, open since %(day)s.") % {"key": case.key, "day": opened},
            person_id=case.colleague_id,
        )  # fmt: skip


def unmet_key_users(project: Project, at: Moment) -> Iterator[Found]:
    """Key users with whom nobody of us had a touchpoint for a while."""
    since = at.today - timedelta(days=UNMET_DAYS)
    met = Touchpoint.objects.filter(
        contact=OuterRef("pk"), happened_on__gt=since, happened_on__lte=at.today
    )
    key_user = ContactRole.objects.filter(
        current_role(at.today), contact=OuterRef("pk"), role=ContactRole.Kind.KEY_USER
    )
    unmet = Contact.objects.filter(Exists(key_user), ~Exists(met), customer=project.customer_id)
    for contact in unmet:
        yield Found(
            Section.OPEN_ITEM, Source.CONTACT, contact.pk,
            _("Meet the key user %(name)s") % {"name": contact.name},
            ngettext(
                "No touchpoint in the last %(days)s day.",
                "No touchpoint in the last %(days)s days.",
                UNMET_DAYS,
            ) % {"days": UNMET_DAYS},
        )  # fmt: skip


def risks(project: Project, at: Moment) -> Iterator[Found]:
    """Open risks and issues."""
    for risk in Risk.objects.filter(project=project, state=Risk.State.OPEN):
        yield Found(
            Section.RISK, Source.RISK, risk.pk, risk.title,
            "\n".join(part for part in (risk.get_kind_display(), risk.text, risk.mitigation) if part),
            risk.due_on, risk.person_id, risk.contact_id,
        )  # fmt: skip


def contacts(project: Project, at: Moment) -> Iterator[Found]:
    """Decision makers and key users with what they are today."""
    roles = (
        ContactRole.objects.filter(
            current_role(at.today), contact__customer=project.customer_id, role__in=INTRODUCED
        )
        .select_related("contact")
        .order_by("contact__name", "contact_id", "role")
    )
    held: dict[Contact, list[str]] = {}
    for role in roles:
        held.setdefault(role.contact, []).append(str(role.get_role_display()))
    for contact, names in held.items():
        parts = [" · ".join(dict.fromkeys(names)), contact.title, contact.email, contact.phone]
        yield Found(
            Section.CONTACT, Source.CONTACT, contact.pk, contact.name,
            "\n".join(part for part in parts if part),
        )  # fmt: skip


def trained(project: Project, at: Moment) -> Iterator[Found]:
    """Who took part in training, and when last."""
    present = (
        Attendance.objects.filter(
            session__customer=project.customer_id,
            session__held_on__lte=at.today,
            state=Attendance.State.PRESENT,
            contact__isnull=False,
        )
        .order_by("contact__name", "contact_id")
        .values("contact_id")
        .annotate(
            name=Min("contact__name"),
            sessions=Count("session", distinct=True),
            last_on=Max(F("session__held_on")),
        )
    )
    for row in present.order_by("name", "contact_id"):
        text = ngettext(
            "%(count)s session, on %(day)s.", "%(count)s sessions, the last on %(day)s.",
            row["sessions"],
        )  # fmt: skip
        yield Found(
            Section.TRAINED_USER, Source.CONTACT, row["contact_id"], row["name"],
            text % {"count": row["sessions"], "day": formats.short_date(row["last_on"], language())},
        )  # fmt: skip


# Another app's records that a handover must list go here as well.
handover_sources: list[HandoverSource] = [
    *(tasks, requirements, change_requests, questions, sign_offs, cases, unmet_key_users),
    *(risks, contacts, trained),
]


def found_for(project: Project, today: date) -> list[Found]:
    """Everything that the project's records say a handover has to list, on a day."""
    at = Moment(today, timezone.now())
    return [found for source in handover_sources for found in source(project, at)]
