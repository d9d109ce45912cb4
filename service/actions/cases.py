"""Reporting cases, and saying of them how urgent they are, who looks after them, what they concern."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actions.audit import record
from accounts.actions.facts import note_creation
from accounts.models import Case, Colleague, Contact, Customer, Responsibility, Tenant, User
from service.actions.case_events import tell_opened
from service.actions.case_letters import owner_member, tell_member
from service.actions.case_rows import add_entry, change_fact, locked_work, save_work
from service.compute.case_clocks import Clock, run_out, wound
from service.compute.case_rules import suggest_priority
from service.models import CaseEntry, CaseWork
from service.queries.case_rules import clock_of, keep_clock, promises, tiers_of

Kind = CaseEntry.Kind
LONGEST_TITLE, LONGEST_TEXT = 300, 10_000
# The same words of the same person within this time were sent twice.
SENT_TWICE = timedelta(minutes=10)
TIES = ("module", "project")


@transaction.atomic
def report_case(
    *,
    customer: Customer,
    title: str,
    kind: str,
    tenant: Tenant,
    by: User | None,
    priority: str = "",
    priority_why: str = "",
    contact: Contact | None = None,
    text: str = "",
    owner: Colleague | None = None,
    ties: Mapping[str, Any] | None = None,
    now: datetime | None = None,
) -> CaseWork:
    """Take down what a customer brings, and start its clock.

    Args:
        by: who of ours; None: the contact, by a link.
        priority: "" for the one suggested by kind and tier; another one takes a reason.
        owner: who looks after it; None: the customer's face today, if there is one.
        ties: ``module`` and ``project``.

    Raises:
        ValidationError: by ``title``, ``text``, ``priority_why``, ``contact`` or ``project``.
    """
    moment = now or timezone.now()
    words = _checked(customer, title, text, contact, ties or {})
    # One after the other for a customer: what is sent twice at once is found.
    Customer.objects.select_for_update().get(pk=customer.pk)
    twice = _sent_already(customer, contact, words, text, moment) if by is None else None
    if twice is not None:
        return twice
    tier = tiers_of([customer.pk]).get(customer.pk, "")
    suggested = suggest_priority(kind, tier)
    chosen = priority or suggested
    if chosen != suggested and not priority_why.strip():
        raise ValidationError({"priority_why": _("Say why it is not as suggested.")})
    case = _make_fact(
        customer=customer, title=words, kind=kind, priority=chosen, contact=contact,
        colleague=owner or face_of(customer), opened_at=moment, known_from=moment,
    )  # fmt: skip
    work = CaseWork(
        case=case, customer=customer, priority=chosen, tier=tier, owner=case.colleague,
        priority_why=priority_why.strip() if chosen != suggested else "",
        started_at=moment, fact_from=moment, made_at=moment, changed_at=moment, **(ties or {}),
    )  # fmt: skip
    found = promises(tenant)
    work.rules_version = found.promise.version
    keep_clock(work, wound(Clock(moment), found.target(tier, chosen), found.hours, now=None))
    work.save()
    name = contact.name if contact is not None else ""
    add_entry(
        work, Kind.CHANGE, by=by, name="" if by else name, now=moment, what="reported",
        priority=chosen, suggested=suggested, why=work.priority_why,
    )  # fmt: skip
    if text.strip():
        add_entry(work, Kind.CUSTOMER, text=text, by=by, name=name, now=moment)
    record("case.reported", by=by, about=case, customer=customer.name, kind=kind, priority=chosen)
    tell_opened(work, reopened=False)
    member = owner_member(work)
    if member is not None and (by is None or member.user_id != by.pk):
        tell_member(member, "reported", work, tenant, words=text)
    return work


@transaction.atomic
def change_priority(
    *, case: Case, seen: int, priority: str, why: str, tenant: Tenant, by: User | None
) -> CaseWork:
    """Say how urgent it is; its clock is set anew.

    Raises:
        CaseConflict: its version is another than ``seen``.
        ValidationError: no reason, no change, or it is solved.
    """
    if priority not in Case.Priority.values:
        raise ValueError(priority)
    work, now = locked_work(case.pk, seen), timezone.now()
    if not work.is_undone:
        raise ValidationError(_("This case is solved. Open it again first."))
    if work.priority == priority:
        raise ValidationError({"priority": _("That is its priority already.")})
    if not why.strip():
        raise ValidationError({"why": _("Say why.")})
    before, found = work.priority, promises(tenant)
    work.priority, work.priority_why = priority, why.strip()
    work.rules_version = found.promise.version
    clock = run_out(clock_of(work), now)
    change_fact(work, now, priority=priority)
    save_work(work, wound(clock, found.target(work.tier, priority), found.hours, now=now), now=now)
    add_entry(
        work, Kind.CHANGE, text=why, by=by, now=now, what="priority", before=before, after=priority
    )
    record(
        "case.priority_changed", by=by, about=work.case,
        before={"priority": before}, after={"priority": priority}, why=why.strip(),
    )  # fmt: skip
    return work


@transaction.atomic
def assign_cases(
    *, case_ids: Sequence[int], owner: Colleague, why: str, tenant: Tenant, by: User | None
) -> int:
    """Let somebody look after these cases. Returns how many were another's or nobody's; each of those
    says so in its history, and the person is told once."""
    now, changed = timezone.now(), []
    for case_id in sorted(set(case_ids)):
        work = locked_work(case_id)
        if work.owner_id == owner.pk:
            continue
        before = work.owner.name if work.owner else ""
        work.owner = owner
        change_fact(work, now, colleague=owner)
        save_work(work, now=now)
        add_entry(
            work, Kind.CHANGE, text=why, by=by, now=now, what="owner", before=before,
            after=owner.name,
        )  # fmt: skip
        record(
            "case.assigned", by=by, about=work.case, before={"person": before},
            after={"person": owner.name}, why=why.strip(),
        )  # fmt: skip
        changed.append(work)
    member = owner.membership
    if changed and member is not None and (by is None or member.user_id != by.pk):
        more = len(changed) - 1
        words = why.strip()
        if more:
            words = f"{words}\n+{more}".strip()
        tell_member(member, "assigned", changed[0], tenant, words=words)
    return len(changed)


@transaction.atomic
def tie_case(
    *, case: Case, seen: int, title: str, values: Mapping[str, Any], by: User | None
) -> CaseWork:
    """Change what it is called and what it concerns: ``kind``, ``contact``, ``module``, ``project``.

    Raises:
        CaseConflict: its version is another than ``seen``.
        ValidationError: by field; another customer's contact or project.
    """
    work, now = locked_work(case.pk, seen), timezone.now()
    fact = {"title": _checked(work.case.customer, title, "", values["contact"], values)}
    fact |= {name: values[name] for name in ("kind", "contact")}
    before = {name: getattr(work.case, name) for name in fact}
    before |= {name: getattr(work, name) for name in TIES}
    after = fact | {name: values[name] for name in TIES}
    changed = [name for name in after if after[name] != before[name]]
    if not changed:
        return work
    for name in TIES:
        setattr(work, name, values[name])
    change_fact(work, now, **fact)
    save_work(work, now=now)
    told: dict[str, Any] = {
        "before": {name: str(before[name] or "") for name in changed},
        "after": {name: str(after[name] or "") for name in changed},
    }
    add_entry(work, Kind.CHANGE, by=by, now=now, what="details", **told)
    record("case.changed", by=by, about=work.case, **told)
    return work


def face_of(customer: Customer) -> Colleague | None:
    """Who looks after what nobody was named for: the customer's face today."""
    current = (
        Responsibility.objects.filter(customer=customer, to_on=None)
        .select_related("colleague__membership__user")
        .first()
    )
    return current.colleague if current is not None else None


def _checked(
    customer: Customer, title: str, text: str, contact: Contact | None, ties: Mapping[str, Any]
) -> str:
    """The title on one line."""
    words = " ".join(title.split())
    if not words:
        raise ValidationError({"title": _("Say what it is about.")})
    for field, given, most in (("title", words, LONGEST_TITLE), ("text", text, LONGEST_TEXT)):
        if len(given) > most:
            raise ValidationError({field: _("At most %(most)s characters.") % {"most": most}})
    project = ties.get("project")
    for field, other in (("contact", contact), ("project", project)):
        if other is not None and other.customer_id != customer.pk:
            raise ValidationError({field: _("This belongs to another customer.")})
    return words


def _make_fact(**values: Any) -> Case:
    """With a key of its own, which no file is likely to use."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval(pg_get_serial_sequence('accounts_case', 'id'))")
        ((number,),) = cursor.fetchall()
    key = f"TN-{number}"
    while Case.objects.filter(key=key).exists():
        key += "-1"
    case: Case = Case.objects.create(pk=number, key=key, **values)
    note_creation(case, at=case.known_from)
    return case


def _sent_already(
    customer: Customer, contact: Contact | None, title: str, text: str, now: datetime
) -> CaseWork | None:
    found = (
        CaseWork.objects.select_related("case")
        .filter(
            customer=customer, case__contact=contact, case__title=title,
            started_at__gt=now - SENT_TWICE,
        )
        .order_by("-pk")
    )  # fmt: skip
    for work in found:
        said = CaseEntry.objects.filter(case=work.case_id, kind=Kind.CUSTOMER).first()
        if (said.text if said else "") == text.strip():
            return work
    return None
