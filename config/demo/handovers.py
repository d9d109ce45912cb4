"""Handovers of the demo's projects: accepted ones with what they left to do, one that waits for its
answer, one that was returned, and one that the project manager still has to propose.

Nobody's face and nobody's stage changes by it: who was handed over was so on the day of acceptance,
who was accepted lately stays with the project manager until the handover is, and of customers with
several projects the first one decided.
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from django.db.models import F, QuerySet
from django.utils import translation

from accounts.actions.facts import keep_versions
from accounts.models import Colleague, Customer, Membership, Role, Tenant, User
from accounts.tenancy import tenant_scope
from projects.actions.handovers import start_handover
from projects.models import (
    Gate,
    Handover,
    HandoverAnswer,
    HandoverItem,
    HandoverItemNote,
    HandoverRound,
    Project,
    Task,
)
from projects.queries.handovers import document_of

LANGUAGE = "zh-hans"
# Before the day up to which the demo was filled: the customer accepted, it was proposed, returned.
ACCEPTED, PROPOSED, RETURNED = timedelta(days=5), timedelta(days=3), timedelta(days=1)
# So many of the latest acceptances left something to do: enough to look at.
SHOWN = 12
WORDS = "客户的人事经理刚到任两个月，请先电话联系再上门。"
REASON = "承诺里的加班规则调整没有写明完成日期，请与客户确认后补充。"
# Section, title, details, due so many days after the handover.
LEFT: tuple[tuple[str, str, str, int], ...] = (
    ("open_item", "年假结转报表待上线后首月核对", "客户财务要求与旧系统对账一次。", 30),
    ("promise", "为新入职的考勤专员补一次培训", "验收会上口头承诺，客户未付费。", 45),
    ("risk", "与用友总账的接口由客户自行维护", "客户的接口人若离职，月结会受影响。", 90),
    ("open_item", "两家子公司的排班规则待确认", "", 20),
)
SETTLED = "已与客户确认完成。"
DROPPED = "客户决定不再需要。"
NOTE = "已电话联系，客户同意月底前确认。"
CONFIGURATION = ("加班按半小时取整", "与标准产品不同，客户员工手册第 12 条要求。")


def make_example_handovers(tenant: Tenant) -> None:
    """Make them once, as of the day up to which the demo was filled."""
    until = tenant.last_ended_day(tenant.created_at)
    with tenant_scope(tenant.id), translation.override(LANGUAGE):
        if Handover.objects.exists():
            return
        planned = Project.objects.filter(plans__isnull=False).select_related(
            "customer__service_manager", "manager__membership__user"
        )
        accepted = list(
            planned.filter(
                accepted_on__isnull=False, customer__service_manager__isnull=False
            ).order_by("-accepted_on", "pk")
        )
        returned, to_propose = [*_later(accepted), None, None][:2]
        running = _running(planned, until)
        _accepted(tenant, [one for one in accepted if one not in (returned, to_propose)][:SHOWN])
        Project.objects.filter(
            pk__in=[one.pk for one in (returned, to_propose) if one is not None]
        ).update(awaits_handover=True)
        # Others go on running: gates and weekly reports are looked at there.
        if len(running) > 1:
            _accept(tenant, running[0], until - ACCEPTED)
            _propose(tenant, running[0], until, is_returned=False)
        if returned is not None:
            _propose(tenant, returned, until, is_returned=True)


def _running(planned: QuerySet, until: date) -> list[Project]:
    """Projects that have run for a while. Those of managers who can sign in come last: their weekly
    reports and gates are looked at while they run."""
    found = planned.filter(
        accepted_on=None,
        starts_on__lt=until - timedelta(days=30),
        customer__service_manager__isnull=False,
        manager__isnull=False,
    )
    return sorted(
        found.order_by("starts_on", "pk"),
        key=lambda one: (-_is_member(one.manager), _is_member(one.customer.service_manager)),
    )


def _later(accepted: list[Project]) -> list[Project]:
    """Of customers with several accepted projects the last, those of who can sign in first: whatever
    becomes of it, the customer's face changed with the first."""
    firsts: dict[int, Project] = {}
    lasts: dict[int, Project] = {}
    for project in sorted(accepted, key=lambda one: (one.accepted_on, one.pk)):
        firsts.setdefault(project.customer_id, project)
        lasts[project.customer_id] = project
    later = [one for customer, one in lasts.items() if one is not firsts[customer]]
    return sorted(later, key=lambda one: (_is_member(one.manager), -_day(one).toordinal()))


def _day(project: Project) -> date:
    assert project.accepted_on is not None, "asked of accepted projects"
    return project.accepted_on


def _is_member(person: Colleague | None) -> int:
    """0: yes, to sort by."""
    return 0 if person is not None and person.membership_id else 1


def _accept(tenant: Tenant, project: Project, on: date) -> None:
    """The customer accepted on this day, and all the work before was done by it."""
    moment = _at(tenant, on)
    keep_versions([project], until=moment)
    project.accepted_on, project.awaits_handover, project.known_from = on, True, moment
    project.save(update_fields=["accepted_on", "awaits_handover", "known_from"])
    tasks = Task.objects.filter(project=project).exclude(state=Task.State.DONE)
    gate = Gate.objects.filter(project=project, is_acceptance=True).select_related("phase").first()
    if gate is not None:
        tasks = tasks.filter(phase__position__lte=gate.phase.position)
    done = list(tasks)
    for task in done:
        task.state = Task.State.DONE
        task.started_on = min(task.started_on or task.starts_on, on)
        task.finished_on = on
    Task.objects.bulk_update(done, ["state", "started_on", "finished_on"])


def _propose(tenant: Tenant, project: Project, until: date, *, is_returned: bool) -> None:
    manager = project.manager
    by = manager.membership.user if manager and manager.membership else _anybody()
    handover = start_handover(project=project, today=until, by=by)
    HandoverItem.objects.create(
        handover=handover, section="promise", title=LEFT[1][1], text=LEFT[1][2],
        due_on=until + timedelta(days=30), person=manager,
    )  # fmt: skip
    HandoverItem.objects.create(
        handover=handover, section="configuration", title=CONFIGURATION[0], text=CONFIGURATION[1]
    )
    listed = set(HandoverItem.objects.filter(handover=handover).values_list("section", flat=True))
    handover.empty_sections = sorted({"open_item", "risk", "contact", "trained_user"} - listed)
    handover.state, handover.round = Handover.State.PROPOSED, 1
    handover.proposed_to = project.customer.service_manager
    handover.started_at = _at(tenant, until - ACCEPTED)
    proposed = _round(tenant, handover, project.customer, until - PROPOSED, WORDS)
    proposed.by = by
    proposed.save()
    if is_returned:
        handover.state = Handover.State.RETURNED
        service = project.customer.service_manager
        member = service.membership if service else None
        HandoverAnswer.objects.create(
            round=proposed, outcome="returned", reason=REASON, at=_at(tenant, until - RETURNED),
            by=member.user if member else None,
        )  # fmt: skip
    handover.save()


def _anybody() -> User:
    """Who begins a list where the project's manager cannot sign in."""
    found = Membership.objects.filter(
        roles__overlap=[Role.PROJECT_MANAGER, Role.ADMIN], is_active=True
    ).order_by("pk")
    return found.select_related("user")[0].user


def _accepted(tenant: Tenant, projects: list[Project]) -> None:
    """Handed over on the day of acceptance, with a few things left to do."""
    Project.objects.filter(pk__in=[one.pk for one in projects]).update(
        awaits_handover=True, handed_over_on=F("accepted_on")
    )
    handovers = Handover.objects.bulk_create(
        Handover(
            project=project,
            state=Handover.State.ACCEPTED,
            round=1,
            proposed_to=project.customer.service_manager,
            started_at=_at(tenant, project.accepted_on),
        )
        for project in projects
    )
    items = HandoverItem.objects.bulk_create(
        _left(tenant, handover, project, place, number)
        for place, (handover, project) in enumerate(zip(handovers, projects, strict=True))
        for number in range(2 + place % 3)
    )
    HandoverItem.objects.bulk_create(
        HandoverItem(
            handover=handover, section="configuration", title=CONFIGURATION[0],
            text=CONFIGURATION[1],
        )
        for handover in handovers[::2]
    )  # fmt: skip
    HandoverItemNote.objects.bulk_create(
        HandoverItemNote(item=item, text=NOTE) for item in items[::4]
    )
    rounds = HandoverRound.objects.bulk_create(
        _round(tenant, handover, project.customer, project.accepted_on, "")
        for handover, project in zip(handovers, projects, strict=True)
    )
    HandoverAnswer.objects.bulk_create(
        HandoverAnswer(round=one, outcome="accepted", at=one.at) for one in rounds
    )


def _left(
    tenant: Tenant, handover: Handover, project: Project, place: int, number: int
) -> HandoverItem:
    section, title, text, days = LEFT[(place + number) % len(LEFT)]
    assert project.accepted_on is not None, "only accepted projects have left something"
    on = project.accepted_on
    item = HandoverItem(
        handover=handover, section=section, title=title, text=text,
        due_on=on + timedelta(days=days), person=project.customer.service_manager,
    )  # fmt: skip
    if number > 0 and (place + number) % 3 == 0:
        item.state = HandoverItem.State.DONE if place % 2 else HandoverItem.State.DROPPED
        item.state_why = SETTLED if place % 2 else DROPPED
        item.state_at = _at(tenant, on + timedelta(days=10))
    return item


def _round(
    tenant: Tenant, handover: Handover, customer: Customer, on: date | None, words: str
) -> HandoverRound:
    to: Colleague | None = customer.service_manager
    assert to is not None, "only customers with a service manager are handed over"
    return HandoverRound(
        handover=handover, number=1, to=to, to_name=to.name, words=words, at=_at(tenant, on),
        document=document_of(handover),
    )  # fmt: skip


def _at(tenant: Tenant, day: date | None) -> datetime:
    assert day is not None, "asked for projects that were accepted"
    return datetime.combine(day, time(10), tzinfo=tenant.zone)
