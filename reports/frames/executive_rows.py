"""Rows behind the executives' figures: customers with what they were and are, and what was due, paid,
answered and asked for; as known now."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from reports.catalogue import OVER_YEAR
from reports.compute.report_periods import ReportPeriod
from reports.frames.figure_rows import RowColumn, RowListing

Listed = tuple[tuple[RowColumn, ...], str]

TAKEN = ("accepted", "planned", "shipped")
"""States of requests that count as adopted, as in service.queries.request_rates."""

_FROM = RowColumn("was", _("ARR at the start"), "money")
_TO = RowColumn("now", _("ARR at the end"), "money")
_VALUE = RowColumn("value", _("Counted"), "count")
_AMOUNT = RowColumn("value", _("Amount"), "money")
_DAY = RowColumn("day", _("Day"), "date")
_CONTRACT = RowColumn("contract", _("Contract"))
_SCORE = RowColumn("score", _("Score"), "count")
_TITLE = RowColumn("title", pgettext_lazy("heading", "Title"))

STEPS: Mapping[str, str] = {
    "line": """
        SELECT contract.customer_id, line.contract_id, contract.key, contract.renewal_of_id,
               line.signed_on, line.starts_on, line.ends_on, line.annual_fee,
               line.kind = 'subscription' AND NOT line.is_trial AS recurs, line.is_trial
          FROM accounts_contractline line
          JOIN accounts_contract contract
            ON contract.tenant_id = %(tenant)s AND contract.id = line.contract_id
         WHERE line.tenant_id = %(tenant)s
        """,
    "standing": """
        SELECT customer_id,
               coalesce(sum(annual_fee) FILTER (
                   WHERE starts_on <= %(before)s AND coalesce(ends_on >= %(before)s, true)), 0) AS was,
               coalesce(sum(annual_fee) FILTER (
                   WHERE starts_on <= %(day)s AND coalesce(ends_on >= %(day)s, true)), 0) AS now,
               bool_or(starts_on <= %(before)s) AS had
          FROM line WHERE recurs AND annual_fee > 0 GROUP BY customer_id
        """,
    "used": """
        SELECT customer_id, person, (occurred_at AT TIME ZONE %(zone)s)::date AS day,
               sum(count) AS events
          FROM usage_event
         WHERE tenant_id = %(tenant)s AND occurred_at >= %(start)s AND occurred_at < %(end)s
         GROUP BY 1, 2, 3
        """,
    "used_by": """
        SELECT customer_id, sum(events) AS events, count(DISTINCT day) AS days,
               count(DISTINCT person) FILTER (WHERE person <> '') AS persons,
               count(DISTINCT (person, day)) FILTER (WHERE person <> '') AS person_days
          FROM used GROUP BY customer_id
        """,
    "ended": """
        SELECT contract_id, customer_id, min(key) AS key, max(ends_on) AS ended_on
          FROM line WHERE recurs GROUP BY contract_id, customer_id
        HAVING bool_and(ends_on IS NOT NULL) AND max(ends_on) BETWEEN %(first)s AND %(day)s
        """,
    "judged": """
        SELECT ended.customer_id, ended.key, ended.ended_on,
               (SELECT sum(line.annual_fee) FROM line WHERE line.contract_id = ended.contract_id
                   AND line.recurs AND line.ends_on = ended.ended_on) AS arr,
               EXISTS (SELECT 1 FROM line WHERE line.renewal_of_id = ended.contract_id
                   AND line.recurs AND line.starts_on <= ended.ended_on + 90)::int AS renewed
          FROM ended
        """,
    "came": """
        SELECT customer_id, min(signed_on) AS day FROM line WHERE NOT is_trial
         GROUP BY customer_id HAVING min(signed_on) BETWEEN %(first)s AND %(day)s
        """,
    "due": """
        SELECT contract.customer_id, contract.key AS contract, instalment.due_on AS day,
               instalment.amount AS value, payment.paid_on
          FROM accounts_instalment instalment
          JOIN accounts_contract contract
            ON contract.tenant_id = %(tenant)s AND contract.id = instalment.contract_id
          LEFT JOIN accounts_payment payment
            ON payment.tenant_id = %(tenant)s AND payment.id = instalment.paid_by_id
         WHERE instalment.tenant_id = %(tenant)s AND instalment.due_on <= %(day)s
        """,
    "asking": """
        SELECT ask.customer_id, ask.title, ask.made_on AS day,
               (top.status = ANY(%(taken)s))::int AS adopted
          FROM service_ask ask
          JOIN service_request request
            ON request.tenant_id = %(tenant)s AND request.id = ask.request_id
          JOIN service_request top
            ON top.tenant_id = %(tenant)s AND top.id = coalesce(request.root_id, request.id)
         WHERE ask.tenant_id = %(tenant)s AND ask.made_on BETWEEN %(first)s AND %(day)s
        """,
    "clock": """
        SELECT case_id, responded_at, response_due_at, response_breached_at FROM service_casework
         WHERE tenant_id = %(tenant)s AND response_minutes IS NOT NULL
         UNION ALL
        SELECT case_id, responded_at, response_due_at, response_breached_at
          FROM service_caseopening
         WHERE tenant_id = %(tenant)s AND response_minutes IS NOT NULL
        """,
}

_MOVED: Mapping[str, tuple[str, str]] = {
    "start_arr": ("was", "was > 0"),
    "end_arr": ("now", "now > 0"),
    "new": ("now", "was = 0 AND now > 0 AND NOT had"),
    "reactivated": ("now", "was = 0 AND now > 0 AND had"),
    "expansion": ("now - was", "was > 0 AND now > was"),
    "contraction": ("was - now", "was > 0 AND now > 0 AND now < was"),
    "churned": ("was", "was > 0 AND now = 0"),
    "customers_start": ("1", "was > 0"),
    "customers_lost": ("1", "was > 0 AND now = 0"),
    "grr": ("NULL::numeric", "was > 0"),
    "nrr": ("NULL::numeric", "was > 0"),
    "logo_churn": ("(now = 0)::int", "was > 0"),
    "customers": ("1", "now > 0"),
    "ltv": ("NULL::numeric", "now > 0"),
}
_COUNTS = {"customers_start", "customers_lost", "customers", "logo_churn"}


def _moved() -> dict[str, Listed]:
    found: dict[str, Listed] = {}
    for key, (value, condition) in _MOVED.items():
        kept = (_FROM, _TO) if value in ("1", "NULL::numeric") else (_FROM, _TO, _AMOUNT)
        if key in _COUNTS:
            kept = (_FROM, _TO)
        found[key] = (
            kept,
            f"SELECT customer_id, was, now, {value} AS value FROM standing WHERE {condition}",
        )
    return found


def _used(value: str, condition: str = "true") -> Listed:
    columns = (
        RowColumn("events", _("Usage events"), "count"),
        RowColumn("persons", _("Active persons"), "count"),
        RowColumn("days", _("Active days"), "count"),
    )
    return columns, (
        f"SELECT used_by.customer_id, events, persons, days, {value} AS value "
        f"FROM used_by LEFT JOIN standing USING (customer_id) WHERE {condition}"
    )


def _due(value: str, grouped: bool) -> Listed:
    renewed = RowColumn("renewed", _("Renewed within 90 days"), "yes")
    arr = RowColumn("arr", _("ARR on the last day"), "money")
    if grouped:
        return (RowColumn("contracts", _("Contracts"), "count"), arr, renewed), (
            "SELECT customer_id, count(*) AS contracts, sum(arr) AS arr, max(renewed) AS renewed, "
            f"{value} AS value FROM judged GROUP BY customer_id"
        )
    ended_on = RowColumn("ended_on", _("Ended on"), "date")
    return (_CONTRACT, ended_on, arr, renewed), (
        f"SELECT customer_id, key AS contract, ended_on, arr, renewed, {value} AS value FROM judged"
    )


_REFERRED = """
    SELECT came.customer_id, came.day, (referral.prospect_id IS NOT NULL)::int AS referred,
           {value} AS value
      FROM came LEFT JOIN (SELECT DISTINCT prospect_id FROM service_referral
                            WHERE tenant_id = %(tenant)s) AS referral
        ON referral.prospect_id = came.customer_id WHERE {which}
"""
_REFERRED_LISTED = (
    RowColumn("day", _("Signed on"), "date"),
    RowColumn("referred", _("By referral"), "yes"),
)
_ASKED_LISTED = (_TITLE, _DAY, RowColumn("adopted", _("Adopted"), "yes"))
_ASKED = "SELECT customer_id, title, day, adopted, {value} AS value FROM asking WHERE {which}"
_CASE = """
    SELECT customer_id, coalesce(nullif(title, ''), key) AS title,
           (opened_at AT TIME ZONE %(zone)s)::date AS day,
           round(extract(epoch FROM first_response_at - opened_at) / 3600, 2) AS hours, 1 AS value
      FROM accounts_case WHERE tenant_id = %(tenant)s AND {column} >= %(start)s AND {column} < %(end)s
"""
_CASE_LISTED = (
    _TITLE,
    RowColumn("day", _("Opened on"), "date"),
    RowColumn("hours", _("Hours to first response"), "hours"),
)
_ANSWERS = """
    SELECT customer_id, answered_on AS day, score, NULL::numeric AS value FROM service_surveyanswer
     WHERE tenant_id = %(tenant)s AND kind = '{kind}' AND answered_on BETWEEN %(first)s AND %(day)s
"""

LISTED: Mapping[str, Listed] = {
    **_moved(),
    "events": _used("events"),
    "active_persons": _used("persons"),
    "dau_rate": _used("person_days"),
    "active_customers": _used("1", "standing.now > 0"),
    "due_customers": _due("1", True),
    "renewal_rate_customers": _due("max(renewed)", True),
    "due_arr": _due("arr", False),
    "renewal_rate_arr": _due("renewed * arr", False),
    "new_customers": (_REFERRED_LISTED, _REFERRED.format(value="1", which="true")),
    "referred_share": (_REFERRED_LISTED, _REFERRED.format(value="1", which="true")),
    "referred_customers": (
        _REFERRED_LISTED, _REFERRED.format(value="1", which="referral.prospect_id IS NOT NULL")
    ),
    "cash_received": ((_DAY, _AMOUNT), """
        SELECT customer_id, paid_on AS day, amount AS value FROM accounts_payment
         WHERE tenant_id = %(tenant)s AND paid_on BETWEEN %(first)s AND %(day)s"""),
    "cash_due": ((_CONTRACT, _DAY, RowColumn("paid_on", _("Paid on"), "date"), _AMOUNT), """
        SELECT customer_id, contract, day, paid_on, value FROM due WHERE day >= %(first)s"""),
    "cash_overdue": ((_CONTRACT, _DAY, RowColumn("paid_on", _("Paid on"), "date"), _AMOUNT), """
        SELECT customer_id, contract, day, paid_on, value FROM due
         WHERE coalesce(paid_on > %(day)s, true)"""),
    "requests_received": (_ASKED_LISTED, _ASKED.format(value="1", which="true")),
    "acceptance_rate": (_ASKED_LISTED, _ASKED.format(value="adopted", which="true")),
    "requests_adopted": (_ASKED_LISTED, _ASKED.format(value="1", which="adopted = 1")),
    "touchpoints": ((RowColumn("value", _("Touchpoints"), "count"),), """
        SELECT customer_id, count(DISTINCT coalesce(nullif(occasion, ''), id::text)) AS value
          FROM accounts_touchpoint
         WHERE tenant_id = %(tenant)s AND happened_on BETWEEN %(first)s AND %(day)s
         GROUP BY customer_id"""),
    "cases_opened": (_CASE_LISTED, _CASE.format(column="opened_at")),
    "case_response_hours": (_CASE_LISTED, _CASE.format(column="first_response_at")),
    "case_targets_met": ((_TITLE, RowColumn("in_time", _("Answered in time"), "yes")), """
        SELECT brought.customer_id, coalesce(nullif(brought.title, ''), brought.key) AS title,
               (clock.response_breached_at IS NULL)::int AS in_time,
               (clock.response_breached_at IS NULL)::int AS value
          FROM clock JOIN accounts_case brought
            ON brought.tenant_id = %(tenant)s AND brought.id = clock.case_id
         WHERE clock.response_breached_at >= %(start)s AND clock.response_breached_at < %(end)s
            OR clock.response_breached_at IS NULL
               AND clock.responded_at >= %(start)s AND clock.responded_at < %(end)s"""),
    **{kind: ((_DAY, _SCORE), _ANSWERS.format(kind=kind)) for kind in ("nps", "csat", "ces")},
    "survey_response_rate": ((_DAY, RowColumn("answered", _("Answered"), "yes")), """
        SELECT customer_id, (sent_at AT TIME ZONE %(zone)s)::date AS day,
               (answered_at IS NOT NULL)::int AS answered,
               (answered_at IS NOT NULL)::int AS value
          FROM service_surveyinvitation
         WHERE tenant_id = %(tenant)s AND state = 'sent' AND sent_at >= %(start)s
           AND sent_at < %(end)s AND (revoked_at IS NULL OR answered_at IS NOT NULL)"""),
    "signed_not_live_arr": ((_AMOUNT,), """
        SELECT customer_id, sum(annual_fee) AS value FROM line
         WHERE recurs AND signed_on <= %(day)s AND coalesce(ends_on >= %(day)s, true)
           AND EXISTS (SELECT 1 FROM projects_project p WHERE p.tenant_id = %(tenant)s
                          AND p.customer_id = line.customer_id)
           AND NOT EXISTS (SELECT 1 FROM projects_project p WHERE p.tenant_id = %(tenant)s
                              AND p.customer_id = line.customer_id AND p.accepted_on <= %(day)s)
         GROUP BY customer_id"""),
}  # fmt: skip


def executive_listing(key: str, period: ReportPeriod, zone: ZoneInfo) -> RowListing | None:
    """None: the rows of the figure do not come from one query."""
    if key.endswith(OVER_YEAR):
        return executive_listing(key.removesuffix(OVER_YEAR), period.twelve_months, zone)
    if key.endswith(OVER_YEAR):
        key, period = key.removesuffix(OVER_YEAR), period.twelve_months
    if key not in LISTED:
        return None
    columns, query = LISTED[key]
    return RowListing(columns, query, STEPS, parameters_of(period, zone), names_customers=True)


def parameters_of(period: ReportPeriod, zone: ZoneInfo) -> dict[str, Any]:
    return {
        "first": period.first,
        "day": period.last,
        "before": period.opening,
        "start": datetime.combine(period.first, time(), zone),
        "end": datetime.combine(period.last + timedelta(1), time(), zone),
        "zone": zone.key,
        "taken": list(TAKEN),
    }
