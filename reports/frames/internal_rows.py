"""Rows behind the figures that the operations report and the product digest alone have: pieces of work,
cases, plays, requests and releases; the others are the executives'."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from reports.compute.documents import ReportKind
from reports.compute.report_periods import ReportPeriod
from reports.frames.executive_rows import LISTED, Listed, executive_listing, parameters_of
from reports.frames.figure_rows import RowColumn, RowListing
from reports.frames.known_facts import Known, revised_since
from service.queries.request_digest import AGING_DAYS
from service.queries.request_rates import last_year
from service.queries.requests import UNDECIDED

_TITLE = RowColumn("title", pgettext_lazy("heading", "Title"))
_OWNER = RowColumn("owner", _("Owner"))
_PLAY = RowColumn("play", pgettext_lazy("of a play", "Play"))
_OPENED = RowColumn("opened_on", _("Opened on"), "date")
_CLOSED = RowColumn("closed_on", _("Closed on"), "date")
_DUE = RowColumn("due_on", _("Due on"), "date")
_DAY = RowColumn("day", _("Day"), "date")
_REQUEST = RowColumn("title", _("Request"))
_RAISED = RowColumn("raised_on", _("Raised on"), "date")
_RELEASE = RowColumn("title", _("Release"))
_SHIPPED = RowColumn("shipped_on", pgettext_lazy("update", "Shipped on"), "date")

_PLAY_NAME = """
    (SELECT coalesce(nullif(version.document -> 'names' ->> %(language)s, ''),
                     nullif(version.document -> 'names' ->> 'en', ''), play.key)
       FROM service_play play
       LEFT JOIN service_playversion version
         ON version.tenant_id = %(tenant)s AND version.play_id = play.id
      WHERE play.tenant_id = %(tenant)s AND play.id = {play}
      ORDER BY version.version DESC NULLS LAST LIMIT 1)
"""
STEPS: Mapping[str, str] = {
    # As `reports.queries.operations` counts it.
    "work": """
        SELECT cta.id, cta.customer_id, cta.title, owner.name AS owner, cta.play_id, cta.state,
               cta.opened_on, cta.due_on, (cta.closed_at AT TIME ZONE %(zone)s)::date AS closed_on,
               cta.closed_at >= %(start)s AND cta.closed_at < %(end)s AS ended,
               coalesce(cta.closed_at >= %(end)s, true) AS is_open
          FROM service_cta cta
          LEFT JOIN accounts_colleague owner
            ON owner.tenant_id = %(tenant)s AND owner.id = cta.owner_id
         WHERE cta.tenant_id = %(tenant)s AND cta.opened_on <= %(day)s
           AND (cta.closed_at IS NULL OR cta.closed_at >= %(start)s)
        """,
    "brought": """
        SELECT id, customer_id, coalesce(nullif(title, ''), key) AS title, opened_at, closed_at,
               (opened_at AT TIME ZONE %(zone)s)::date AS opened_on,
               (closed_at AT TIME ZONE %(zone)s)::date AS closed_on
          FROM accounts_case WHERE tenant_id = %(tenant)s AND opened_at < %(end)s
        """,
    "promise": """
        SELECT case_id, response_breached_at, solved_at, resolution_minutes, resolution_breached_at
          FROM service_casework WHERE tenant_id = %(tenant)s
         UNION ALL
        SELECT case_id, response_breached_at, solved_at, resolution_minutes, resolution_breached_at
          FROM service_caseopening WHERE tenant_id = %(tenant)s
        """,
}
_WORKED = (_TITLE, _OWNER, _OPENED, _DUE, _CLOSED)
_WORK = """
    SELECT customer_id, title, owner, opened_on, due_on, closed_on, {value} AS value
      FROM work WHERE {which}
"""
_CASED = (_TITLE, _OPENED, _CLOSED)
_CASE = """
    SELECT customer_id, title, opened_on, closed_on, 1 AS value FROM brought WHERE {which}
"""
_CLOSED_NOW = "closed_at >= %(start)s AND closed_at < %(end)s"
_OF_PLAY = (_PLAY, *_WORKED)
_PLAYED = f"""
    SELECT customer_id, {_PLAY_NAME.format(play="work.play_id")} AS play, title, owner, opened_on,
           due_on, closed_on, 1 AS value
      FROM work WHERE play_id IS NOT NULL AND ended AND state = '{{state}}'
"""

OPERATIONS: Mapping[str, Listed] = {
    "work_opened": (_WORKED, _WORK.format(value="1", which="opened_on >= %(first)s")),
    "work_closed": (
        _WORKED, _WORK.format(value="1", which="ended AND state IN ('done', 'dismissed')"),
    ),
    "work_open": (_WORKED, _WORK.format(value="1", which="is_open")),
    "work_overdue": (_WORKED, _WORK.format(value="1", which="is_open AND due_on <= %(day)s")),
    "work_in_time": (
        (*_WORKED, RowColumn("value", _("Done in time"), "yes")),
        _WORK.format(value="(closed_on <= due_on)::int", which="ended AND state = 'done'"),
    ),
    "cases_solved": (_CASED, _CASE.format(which=_CLOSED_NOW)),
    "cases_open": (_CASED, _CASE.format(which="coalesce(closed_at >= %(end)s, true)")),
    "case_resolution_hours": ((*_CASED, RowColumn("hours", _("Hours to solution"), "hours")), f"""
        SELECT customer_id, title, opened_on, closed_on, 1 AS value,
               round(extract(epoch FROM closed_at - opened_at) / 3600, 2) AS hours
          FROM brought WHERE {_CLOSED_NOW}"""),
    "case_resolutions_met": ((*_CASED, RowColumn("value", _("Solved in time"), "yes")), """
        SELECT brought.customer_id, title, opened_on, closed_on,
               (promise.resolution_breached_at IS NULL)::int AS value
          FROM promise JOIN brought ON brought.id = promise.case_id
         WHERE promise.resolution_minutes IS NOT NULL
           AND coalesce(promise.resolution_breached_at, promise.solved_at) >= %(start)s
           AND coalesce(promise.resolution_breached_at, promise.solved_at) < %(end)s"""),
    "escalations": ((_TITLE, RowColumn("department", _("Department")), _DAY), """
        SELECT brought.customer_id, coalesce(nullif(brought.title, ''), brought.key) AS title,
               department.name AS department, (passed.at AT TIME ZONE %(zone)s)::date AS day,
               1 AS value
          FROM service_caseescalation passed
          JOIN accounts_case brought
            ON brought.tenant_id = %(tenant)s AND brought.id = passed.case_id
          LEFT JOIN accounts_department department
            ON department.tenant_id = %(tenant)s AND department.id = passed.department_id
         WHERE passed.tenant_id = %(tenant)s AND passed.at >= %(start)s AND passed.at < %(end)s"""),
    "plays_fired": ((_PLAY, RowColumn("day", _("Night"), "date")), f"""
        SELECT customer_id, {_PLAY_NAME.format(play="firing.play_id")} AS play, as_of AS day,
               1 AS value
          FROM service_playfiring firing
         WHERE tenant_id = %(tenant)s AND as_of BETWEEN %(first)s AND %(day)s
           AND taken_back_at IS NULL"""),
    "plays_done": (_OF_PLAY, _PLAYED.format(state="done")),
    "plays_gone": (_OF_PLAY, _PLAYED.format(state="condition_gone")),
    "surveys_sent": (LISTED["survey_response_rate"][0], f"""
        SELECT customer_id, day, answered, 1 AS value
          FROM ({LISTED["survey_response_rate"][1]}) AS sent"""),
    "touch_coverage": ((RowColumn("value", _("Met"), "yes"),), """
        SELECT paying.customer_id, (met.customer_id IS NOT NULL)::int AS value
          FROM (SELECT DISTINCT contract.customer_id
                  FROM accounts_contractline line
                  JOIN accounts_contract contract
                    ON contract.tenant_id = %(tenant)s AND contract.id = line.contract_id
                 WHERE line.tenant_id = %(tenant)s AND line.kind = 'subscription'
                   AND NOT line.is_trial AND line.annual_fee > 0 AND line.starts_on <= %(day)s
                   AND coalesce(line.ends_on >= %(day)s, true)) AS paying
          LEFT JOIN (SELECT DISTINCT customer_id FROM accounts_touchpoint
                      WHERE tenant_id = %(tenant)s
                        AND happened_on BETWEEN %(first)s AND %(day)s) AS met
            ON met.customer_id = paying.customer_id"""),
}  # fmt: skip
PRODUCT: Mapping[str, Listed] = {
    "cases_breached": (_CASED, """
        SELECT customer_id, coalesce(nullif(title, ''), key) AS title,
               (opened_at AT TIME ZONE %(zone)s)::date AS opened_on,
               (closed_at AT TIME ZONE %(zone)s)::date AS closed_on, 1 AS value
          FROM accounts_case
         WHERE tenant_id = %(tenant)s AND id IN (
             SELECT case_id FROM promise
              WHERE (response_breached_at >= %(start)s AND response_breached_at < %(end)s)
                 OR (resolution_breached_at >= %(start)s AND resolution_breached_at < %(end)s))"""),
}  # fmt: skip
_ONLY_HERE = {ReportKind.OPERATIONS: OPERATIONS, ReportKind.PRODUCT: PRODUCT}
_UNDECIDED = """
    SELECT NULL::bigint AS customer_id, title, status, raised_on, 1 AS value FROM ({rows}) AS request
     WHERE root_id IS NULL AND status = ANY(%(undecided)s) AND {which}
"""


def internal_listing(
    kind: str, key: str, period: ReportPeriod, zone: ZoneInfo
) -> RowListing | None:
    """Of facts as known now; None: the rows of the figure do not come from them."""
    if key == "acceptance_rate_12m":
        year = executive_listing("acceptance_rate", period, zone)
        first, _last = last_year(period.last)
        return year and replace(year, parameters={**year.parameters, "first": first})
    own = _ONLY_HERE[ReportKind(kind)]
    if key not in own:
        return executive_listing(key, period, zone)
    columns, query = own[key]
    return RowListing(
        columns,
        query,
        STEPS,
        {**parameters_of(period, zone), "language": get_language() or "en"},
        names_customers=True,
    )


def undecided_listing(*, moment: datetime, today: date, is_aging: bool) -> RowListing:
    """Requests of which nothing was decided, as known at a moment; those raised too long before
    ``today`` alone."""
    table = "service_request"
    known = Known(revised_since(moment, [table])).rows(
        table, "title", "status", "raised_on", "root_id", customer=""
    )
    which = "raised_on <= %(aging)s" if is_aging else "true"
    return RowListing(
        (_REQUEST, RowColumn("status", _("State"), "status"), _RAISED),
        _UNDECIDED.format(rows=known, which=which),
        parameters={
            "known_at": moment,
            "undecided": list(UNDECIDED),
            "aging": today - timedelta(AGING_DAYS),
        },
        order="listed.raised_on",
    )


def releases_listing(shipped: list[dict[str, Any]], days: int | None, language: str) -> RowListing:
    """The releases that a digest tells of; with how many of those who asked used each within so many
    days, of those that had been there for so long."""
    rows = []
    for one in shipped:
        titles = one["titles"]
        title = titles.get(language) or next((text for text in titles.values() if text), "")
        told = next((each for each in one["asked"] if each[0] == days), None)
        if days is None or (told is not None and told[2] is not None):
            rows.append((title, one["shipped_on"], *(told[1:] if told else (None, None))))
    columns: tuple[RowColumn, ...] = (_RELEASE, _SHIPPED)
    if days is not None:
        columns += (
            RowColumn("asked", _("Customers who asked"), "count"),
            RowColumn("used", _("of them used it"), "count"),
        )
    titles_, shipped_on, asked, used = ([row[place] for row in rows] for place in range(4))
    return RowListing(
        columns,
        """SELECT NULL::bigint AS customer_id, given.*, 1 AS value
             FROM unnest(%(titles)s::text[], %(shipped)s::date[], %(asked)s::bigint[],
                         %(used)s::bigint[]) AS given (title, shipped_on, asked, used)""",
        parameters={"titles": titles_, "shipped": shipped_on, "asked": asked, "used": used},
        order="listed.shipped_on DESC",
    )
