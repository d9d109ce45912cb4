"""Surveys of the demo: the relationship asked every quarter, projects after acceptance, effort once.

Who uses much answers more often, and better; nobody is written to.
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from zlib import crc32

import numpy as np
from django.db import connection
from django.db.models import QuerySet

from accounts.models import (
    ContactRole,
    ContractLine,
    Customer,
    Membership,
    Role,
    RowVersion,
    Tenant,
)
from accounts.queries.calendars import working_calendar
from accounts.tenancy import current_tenant_id, tenant_scope
from config.demo.chance import Chance
from projects.models import Project
from service.actions.survey_sending import Why, start_round
from service.actions.survey_sweep import (
    MORNING,
    quarter_name,
    quarter_start,
    quarterly_day,
)
from service.actions.surveys import change_survey_settings, keep_shipped_survey
from service.compute.surveys import standing
from service.models import Survey, SurveyAnswer, SurveyInvitation, SurveyRound
from service.models.surveys import SCALES
from service.queries.survey_recipients import holders, quarterly_contacts
from service.queries.surveys import survey_settings

SEED = 5
LANGUAGE = "zh-hans"
QUARTERS = 8
PROJECTS = 16
EFFORT_CUSTOMERS = 60
# How likely somebody of a customer answers that uses nothing, and how much likelier of one that uses
# as much as the most active tenth.
LEAST_LIKELY, LIKELIER = 0.05, 0.17
# After an acceptance, everybody by so much.
AFTER_ACCEPTANCE = 0.5
# Within so many days whoever answers does.
DAYS_TO_ANSWER = 12
# Of the answers so many come with words.
WITH_WORDS = 0.45
WORDS = {
    "good": (
        "系统稳定，薪酬核算比以前快了很多。",
        "客户服务经理很主动，上线后一直有人跟进。",
        "月报很有用，领导能直接看到使用效果。",
        "考勤和薪酬打通之后，每月至少省两天时间。",
        "培训讲得清楚，新来的同事很快就能上手。",
    ),
    "middle": (
        "整体可以，报表导出还希望再灵活一些。",
        "功能够用，移动端审批偶尔比较慢。",
        "响应还算及时，但同一个问题要说好几遍。",
        "希望多一些同行业客户的用法介绍。",
    ),
    "bad": (
        "提的需求几个月没有答复。",
        "绩效模块操作太复杂，业务部门不愿意用。",
        "换了对接人之后，之前谈好的事情又要重新讲。",
        "月底高峰期系统慢，影响发薪。",
        "续费价格涨了，但没看到对应的新价值。",
    ),
}
FURTHER = (
    "历史数据还有一部分需要核对。",
    "希望尽快安排分公司的推广培训。",
    "接口报错的问题请尽快解决。",
)


def make_example_surveys(tenant: Tenant) -> None:
    """Make them once, as of the day up to which the demo was filled; after the histories."""
    until = tenant.last_ended_day(tenant.created_at)
    with tenant_scope(tenant.id):
        if SurveyRound.objects.exists():
            return
        _set_rules()
        used = _used()
        for made in _rounds(tenant, until):
            _answer(tenant, made, until, used)


def _set_rules() -> None:
    admin = Membership.objects.filter(roles__contains=[Role.ADMIN]).order_by("pk").first()
    assert admin is not None
    change_survey_settings(
        seen=survey_settings().version,
        values={
            "cap_days": 80,
            "quarterly": keep_shipped_survey(key="relationship", language=LANGUAGE),
            "acceptance": keep_shipped_survey(key="acceptance", language=LANGUAGE),
        },
        today=date(2000, 1, 1),
        by=admin.user,
    )


def _rounds(tenant: Tenant, until: date) -> list[SurveyRound]:
    """The rounds that began by then, the oldest first; every link counts as sent."""
    rules, calendar = survey_settings(), working_calendar()
    assert rules.quarterly is not None
    assert rules.acceptance is not None
    made = []
    day = quarter_start(until)
    for _quarter in range(QUARTERS):
        opened = quarterly_day(day, calendar)
        # There is no night yet that would tell who is a customer.
        signed = ContractLine.objects.filter(signed_on__lte=opened, is_trial=False)
        contacts = quarterly_contacts(rules, opened).filter(
            customer__in=signed.values("contract__customer")
        )
        if opened <= until:
            made.append(
                _round(tenant, rules.quarterly, Why.QUARTERLY, f"quarterly:{quarter_name(day)}",
                       quarter_name(day), contacts, opened)
            )  # fmt: skip
        day = quarter_start(day - timedelta(days=1))
    accepted = Project.objects.filter(accepted_on__lte=until, accepted_on__isnull=False)
    for project in accepted.order_by("-accepted_on", "pk")[:PROJECTS]:
        opened = calendar.add_working_days(project.accepted_on, rules.acceptance_days)
        contacts = holders(opened, rules.acceptance_roles).filter(customer=project.customer_id)
        if opened <= until:
            made.append(
                _round(tenant, rules.acceptance, Why.ACCEPTANCE, f"acceptance:{project.pk}",
                       project.name, contacts, opened, project)
            )  # fmt: skip
    effort = keep_shipped_survey(key="effort", language=LANGUAGE)
    opened = calendar.add_working_days(until - timedelta(days=60), 0)
    users = holders(opened, [ContactRole.Kind.KEY_USER]).filter(
        customer__in=Customer.objects.order_by("key").values("pk")[:EFFORT_CUSTOMERS]
    )
    made.append(
        _round(tenant, effort, Why.HAND, "hand:demo", "上手是否省力", users, opened)
    )  # fmt: skip
    SurveyInvitation.objects.update(state=SurveyInvitation.State.SENT)
    return sorted(made, key=lambda one: one.opened_at)


def _round(
    tenant: Tenant, survey: Survey, why: str, key: str, label: str, contacts: QuerySet,
    opened: date, project: Project | None = None,
) -> SurveyRound:  # fmt: skip
    made = start_round(
        survey=survey, why=why, key=key, label=label[:120], contacts=contacts, project=project,
        language=LANGUAGE, tenant=tenant, is_capped=False, by=None,
        now=datetime.combine(opened, MORNING, tenant.zone),
    )  # fmt: skip
    assert made is not None
    return made


def _used() -> dict[tuple[int, date], float]:
    """(customer, first day of a quarter) → how much it used then, from 0 (nothing) to 1 (as much as
    the most active tenth)."""
    with connection.cursor() as cursor:
        cursor.execute(
            "WITH found AS (SELECT customer_id, date_trunc('quarter', occurred_at)::date AS quarter, "
            "sum(count)::float AS used FROM usage_event WHERE tenant_id = %s GROUP BY 1, 2) "
            "SELECT customer_id, quarter, least(1, used / (SELECT "
            "percentile_cont(0.9) WITHIN GROUP (ORDER BY used) FROM found)) FROM found",
            [current_tenant_id()],
        )
        return {(pk, day): share for pk, day, share in cursor.fetchall()}


def _answer(
    tenant: Tenant, made: SurveyRound, until: date, used: dict[tuple[int, date], float]
) -> None:
    """Some of those who were asked answer, whoever uses more the likelier."""
    chance = Chance(SEED)
    kind = made.survey.kind
    opened = tenant.local_date(made.opened_at)
    links = list(
        SurveyInvitation.objects.filter(round=made)
        .order_by("pk")
        .values_list("pk", "customer", "contact", "customer__key", "contact__key", "roles")
    )
    if not links:
        return
    whose = np.array([crc32(row[3].encode()) for row in links])
    who = np.array([crc32(row[4].encode()) for row in links])
    occasion = crc32(made.key.encode())
    quarter = quarter_start(opened - timedelta(days=45))
    share = np.array([used.get((row[1], quarter), 0.0) for row in links])
    chances = chance.uniform("answers", whose, who, occasion)
    answers = []
    more = AFTER_ACCEPTANCE if made.why == Why.ACCEPTANCE else 0.0
    for place in np.flatnonzero(chances < LEAST_LIKELY + LIKELIER * share + more):
        keys = (int(whose[place]), int(who[place]), occasion)
        day = opened + timedelta(days=int(chance.between(0, DAYS_TO_ANSWER, "day", *keys)[0]))
        if day > until:
            continue
        pk, customer_id, contact_id, _key, _contact_key, roles = links[place]
        minutes = int(chance.between(9 * 60, 18 * 60, "minute", *keys)[0])
        at = datetime.combine(day, time(minutes // 60, minutes % 60), tenant.zone)
        at = max(at, made.opened_at)
        # Of the customer as a whole, and of the person and occasion.
        mood = 0.55 * chance.uniform("mood", keys[0])[0] + 0.45 * chance.uniform("once", *keys)[0]
        score = _score(kind, mood, float(share[place]))
        answers.append(
            SurveyAnswer(
                customer_id=customer_id, contact_id=contact_id, key=f"link-{pk}", kind=kind,
                score=score, roles=roles, answered_on=day, answered_at=at, invitation_id=pk,
                project_id=made.project_id, known_from=at, **_words(chance, kind, score, keys),
            )
        )  # fmt: skip
    SurveyAnswer.objects.bulk_create(answers)
    RowVersion.objects.bulk_create(
        RowVersion(
            table=SurveyAnswer._meta.db_table, row_id=answer.pk, before=None, known_from=None,
            known_to=answer.known_from,
        )
        for answer in answers
    )  # fmt: skip
    _mark_answered(made)


def _score(kind: str, mood: float, share: float) -> int:
    """On the kind's scale, the better the mood and the more is used; of effort the other way."""
    low, high = SCALES[kind]
    content = min(1.0, 0.3 + 0.6 * mood + 0.25 * share)
    if kind == "ces":
        content = 1 - content
    return min(high, max(low, round(low + (high - low) * content)))


def _words(chance: Chance, kind: str, score: int, keys: tuple[int, int, int]) -> dict[str, object]:
    if chance.uniform("words", *keys)[0] > WITH_WORDS:
        return {}
    said = WORDS[standing(kind, score)]
    found: dict[str, object] = {
        "comment": said[int(chance.between(0, len(said) - 1, "which", *keys)[0])]
    }
    if kind == "csat":
        point = FURTHER[int(chance.between(0, len(FURTHER) - 1, "further", *keys)[0])]
        found["further"] = {"0": point}
    return found


def _mark_answered(made: SurveyRound) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE service_surveyinvitation link SET answered_at = answer.answered_at, "
            "opened_at = answer.answered_at FROM service_surveyanswer answer "
            "WHERE link.tenant_id = %s AND answer.tenant_id = link.tenant_id "
            "AND answer.invitation_id = link.id AND link.round_id = %s",
            [current_tenant_id(), made.pk],
        )
