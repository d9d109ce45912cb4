"""How service worked in a period: work, cases, plays, touchpoints; counted in the database, as known
now."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo

from django.db import connection
from django.utils.translation import get_language

from accounts.models import Tenant
from accounts.tenancy import current_tenant_id
from reports.compute.report_periods import ReportPeriod
from reports.queries.satisfaction import case_times, request_values, survey_values
from reports.queries.service_counts import moments
from service.models import PlayVersion
from service.queries.request_rates import rates

WORK = ("opened", "closed", "open", "overdue", "in_time", "timed")
CASES = ("opened", "solved", "open", "kept", "missed", "resolved", "late")
PLAYS = ("fired", "done", "gone", "dismissed", "expired")

_WORK = """
SELECT cta.owner_id, owner.name, team.name,
       count(*) FILTER (WHERE cta.opened_on >= %(first)s),
       count(*) FILTER (WHERE is_closed),
       count(*) FILTER (WHERE is_open),
       count(*) FILTER (WHERE is_open AND cta.due_on <= %(last)s),
       count(*) FILTER (WHERE is_closed AND cta.state = 'done'
                          AND (cta.closed_at AT TIME ZONE %(zone)s)::date <= cta.due_on),
       count(*) FILTER (WHERE is_closed AND cta.state = 'done')
  FROM (SELECT *, closed_at >= %(start)s AND closed_at < %(end)s
                  AND state IN ('done', 'dismissed') AS is_closed,
               coalesce(closed_at >= %(end)s, true) AS is_open
          FROM service_cta
         WHERE tenant_id = %(tenant)s AND opened_on <= %(last)s
           AND (closed_at IS NULL OR closed_at >= %(start)s)) cta
  {people}
 GROUP BY 1, 2, 3
"""
_PEOPLE = """
  LEFT JOIN accounts_colleague owner ON owner.tenant_id = %(tenant)s AND owner.id = {owner}
  LEFT JOIN accounts_membership member
    ON member.tenant_id = %(tenant)s AND member.id = owner.membership_id
  LEFT JOIN accounts_team team ON team.tenant_id = %(tenant)s AND team.id = member.team_id
"""
_CASES = """
WITH clock AS (
    SELECT case_id, responded_at, response_minutes, response_breached_at, solved_at,
           resolution_minutes, resolution_breached_at FROM service_casework
     WHERE tenant_id = %(tenant)s
     UNION ALL
    SELECT case_id, responded_at, response_minutes, response_breached_at, solved_at,
           resolution_minutes, resolution_breached_at FROM service_caseopening
     WHERE tenant_id = %(tenant)s
), clocked AS (
    SELECT case_id,
           count(*) FILTER (WHERE response_minutes IS NOT NULL AND response_breached_at IS NULL
               AND responded_at >= %(start)s AND responded_at < %(end)s) AS kept,
           count(*) FILTER (WHERE response_minutes IS NOT NULL
               AND response_breached_at >= %(start)s AND response_breached_at < %(end)s) AS missed,
           count(*) FILTER (WHERE resolution_minutes IS NOT NULL AND resolution_breached_at IS NULL
               AND solved_at >= %(start)s AND solved_at < %(end)s) AS resolved,
           count(*) FILTER (WHERE resolution_minutes IS NOT NULL
               AND resolution_breached_at >= %(start)s AND resolution_breached_at < %(end)s) AS late
      FROM clock GROUP BY case_id
)
SELECT work.owner_id, owner.name, team.name,
       count(*) FILTER (WHERE brought.opened_at >= %(start)s),
       count(*) FILTER (WHERE brought.closed_at >= %(start)s AND brought.closed_at < %(end)s),
       count(*) FILTER (WHERE coalesce(brought.closed_at >= %(end)s, true)),
       coalesce(sum(kept), 0), coalesce(sum(missed), 0), coalesce(sum(resolved), 0),
       coalesce(sum(late), 0)
  FROM accounts_case brought
  LEFT JOIN service_casework work
    ON work.tenant_id = %(tenant)s AND work.case_id = brought.id
  LEFT JOIN clocked ON clocked.case_id = brought.id
  {people}
 WHERE brought.tenant_id = %(tenant)s AND brought.opened_at < %(end)s
 GROUP BY 1, 2, 3
"""
_REST = """
SELECT (SELECT count(*) FROM service_caseescalation
         WHERE tenant_id = %(tenant)s AND at >= %(start)s AND at < %(end)s),
       (SELECT avg(extract(epoch FROM closed_at - opened_at)) / 3600 FROM accounts_case
         WHERE tenant_id = %(tenant)s AND closed_at >= %(start)s AND closed_at < %(end)s),
       (SELECT count(*) FROM service_surveyinvitation
         WHERE tenant_id = %(tenant)s AND state = 'sent' AND sent_at >= %(start)s
           AND sent_at < %(end)s AND (revoked_at IS NULL OR answered_at IS NOT NULL)),
       count(*), count(met.customer_id),
       EXISTS (SELECT 1 FROM accounts_case WHERE tenant_id = %(tenant)s AND opened_at < %(end)s)
  FROM (SELECT DISTINCT contract.customer_id
          FROM accounts_contractline line
          JOIN accounts_contract contract
            ON contract.tenant_id = %(tenant)s AND contract.id = line.contract_id
         WHERE line.tenant_id = %(tenant)s AND line.kind = 'subscription' AND NOT line.is_trial
           AND line.annual_fee > 0 AND line.starts_on <= %(last)s
           AND coalesce(line.ends_on >= %(last)s, true)) AS paying
  LEFT JOIN (SELECT DISTINCT customer_id FROM accounts_touchpoint
              WHERE tenant_id = %(tenant)s AND happened_on BETWEEN %(first)s AND %(last)s) AS met
    ON met.customer_id = paying.customer_id
"""
_PLAYS = """
SELECT play.id, play.version,
       coalesce(fired.times, 0), coalesce(done, 0), coalesce(gone, 0), coalesce(dismissed, 0),
       coalesce(expired, 0)
  FROM service_play play
  LEFT JOIN (SELECT play_id, count(*) AS times FROM service_playfiring
              WHERE tenant_id = %(tenant)s AND as_of BETWEEN %(first)s AND %(last)s
                AND taken_back_at IS NULL GROUP BY play_id) AS fired ON fired.play_id = play.id
  LEFT JOIN (SELECT play_id, count(*) FILTER (WHERE state = 'done') AS done,
                    count(*) FILTER (WHERE state = 'condition_gone') AS gone,
                    count(*) FILTER (WHERE state = 'dismissed') AS dismissed,
                    count(*) FILTER (WHERE state = 'expired') AS expired
               FROM service_cta
              WHERE tenant_id = %(tenant)s AND play_id IS NOT NULL
                AND closed_at >= %(start)s AND closed_at < %(end)s GROUP BY play_id) AS closed
    ON closed.play_id = play.id
 WHERE play.tenant_id = %(tenant)s AND (fired.times > 0 OR closed.play_id IS NOT NULL)
 ORDER BY 3 DESC, play.key
"""


@dataclass(frozen=True)
class Line:
    """What somebody did, by the names of WORK, CASES or PLAYS; who: empty: nobody is named."""

    who: str
    team: str
    counts: dict[str, int]


@dataclass(frozen=True)
class Operations:
    """Of a period."""

    work: list[Line]
    cases: list[Line]
    plays: list[Line]
    escalations: int
    resolution_hours: Any
    surveys_sent: int
    customers: int
    met: int
    has_cases: bool

    def total(self, lines: str, name: str) -> int:
        return sum(line.counts[name] for line in getattr(self, lines))


def operations_of(period: ReportPeriod, zone: ZoneInfo, language: str = "") -> Operations:
    """Five statements, whatever there is."""
    start, end = moments(period, zone)
    given = {
        "tenant": current_tenant_id(), "zone": zone.key, "first": period.first,
        "last": period.last, "start": start, "end": end,
    }  # fmt: skip
    work = _rows(_WORK.format(people=_PEOPLE.format(owner="cta.owner_id")), given)
    cases = _rows(_CASES.format(people=_PEOPLE.format(owner="work.owner_id")), given)
    plays = _rows(_PLAYS, given)
    (rest,) = _rows(_REST, given)
    names = _play_names([row[0] for row in plays], language or get_language() or "en")
    return Operations(
        _lines(work, WORK),
        _lines(cases, CASES),
        [Line(names.get(row[0], ""), "", dict(zip(PLAYS, row[2:], strict=True))) for row in plays],
        *rest,
    )


def operations_values(period: ReportPeriod, tenant: Tenant) -> list[tuple[str, Any, str]]:
    """Key, value and why there is none, of every figure of the operations report."""
    found = operations_of(period, tenant.zone)
    kept, missed = found.total("cases", "resolved"), found.total("cases", "late")
    timed = found.total("work", "timed")
    (rate,) = rates([(period.first, period.last)])
    taken = {"touchpoints", "cases_opened", "case_response_hours", "case_targets_met"}
    times = [one for one in case_times(period, tenant.zone) if one[0] in taken]
    no_cases = "" if found.has_cases else "no_cases"
    (no_touch,) = (
        why if value is None else "" for key, value, why in times if key == "touchpoints"
    )
    values: list[tuple[str, Any, str]] = [
        ("work_opened", found.total("work", "opened"), ""),
        ("work_closed", found.total("work", "closed"), ""),
        ("work_open", found.total("work", "open"), ""),
        ("work_overdue", found.total("work", "overdue"), ""),
        ("work_in_time", _share(found.total("work", "in_time"), timed), "none_done"),
        ("cases_solved", None if no_cases else found.total("cases", "solved"), no_cases),
        ("cases_open", None if no_cases else found.total("cases", "open"), no_cases),
        ("case_resolution_hours", found.resolution_hours, no_cases or "none_solved"),
        ("case_resolutions_met", _share(kept, kept + missed), no_cases or "no_clocks"),
        ("escalations", None if no_cases else found.escalations, no_cases),
        ("plays_fired", found.total("plays", "fired"), ""),
        ("plays_done", found.total("plays", "done"), ""),
        ("plays_gone", found.total("plays", "gone"), ""),
        ("surveys_sent", found.surveys_sent, ""),
        (
            "touch_coverage",
            None if no_touch else _share(found.met, found.customers),
            no_touch or "no_customers",
        ),
        *(one for one in request_values(rate) if one[0] != "requests_adopted"),
        *survey_values(period, tenant.zone),
    ]
    return values + times


def _share(part: int, whole: int) -> Fraction | None:
    return Fraction(part, whole) if whole else None


def _lines(rows: list[tuple[Any, ...]], names: tuple[str, ...]) -> list[Line]:
    """Who had something to do with it, who has most open first; nobody named comes last."""
    found = [
        Line(row[1] or "", row[2] or "", dict(zip(names, map(int, row[3:]), strict=True)))
        for row in rows
    ]
    kept = [line for line in found if any(line.counts.values())]
    return sorted(kept, key=lambda line: (not line.who, -line.counts["open"], line.who))


def by_team(lines: list[Line], names: tuple[str, ...]) -> list[Line]:
    """The same, added up by team; those without one together."""
    found: dict[str, dict[str, int]] = {}
    for line in lines:
        held = found.setdefault(line.team, dict.fromkeys(names, 0))
        for name in names:
            held[name] += line.counts[name]
    ordered = sorted(found.items(), key=lambda one: (not one[0], one[0]))
    return [Line(team, team, counts) for team, counts in ordered]


def _play_names(ids: list[int], language: str) -> dict[int, str]:
    versions = PlayVersion.objects.filter(play__in=ids).order_by("play_id", "-version")
    return {one.play_id: one.words("names", language) for one in versions.distinct("play_id")}


def _rows(sql: str, given: dict[str, Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, given)
        return list(cursor.fetchall())
