"""Rows behind the figures of one customer, from the same queries that the figures are made of."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from reports.compute.report_periods import ReportPeriod
from reports.frames.figure_money import contracts, payments
from reports.frames.figure_parameters import asked
from reports.frames.figure_records import service, wishes
from reports.frames.figure_rows import RowColumn, RowListing
from reports.frames.figure_usage import people, usage
from reports.frames.known_facts import Known
from segmentation.models import Night

_NAME = {
    "module": RowColumn("module", _("Module")),
    "person": RowColumn("person", _("Person")),
    "contact": RowColumn("contact", _("Contact")),
    "title": RowColumn("title", pgettext_lazy("heading", "Title")),
    "contract": RowColumn("contract", _("Contract")),
}
_EVENTS = RowColumn("events", _("Usage events"), "count")
_DAYS = RowColumn("days", _("Active days"), "count")
_PERSONS = RowColumn("persons", _("Active persons"), "count")
_DAY = RowColumn("day", _("Day"), "date")
_CONTACTS = RowColumn("persons", _("Contacts"), "count")
_SESSIONS = RowColumn("sessions", _("Training sessions"), "count")
_AMOUNT = RowColumn("value", _("Amount"), "money")
_COUNTED = RowColumn("value", _("Counted"), "count")
_MODULE = "LEFT JOIN accounts_module module ON module.tenant_id = %(tenant)s AND module.id ="

_PERSON_ROWS = """
    SELECT customer_id, person, days, events, {counted} AS value
      FROM used_by_person WHERE person <> '' AND days > 0
"""
_OWNED_ROWS = f"""
    SELECT owned.customer_id, module.name AS module, coalesce(used.is_used, false)::int AS used,
           owned.seats, owned.arr AS fee, {{counted}} AS value
      FROM owned {_MODULE} owned.module_id
      LEFT JOIN used_by_module AS used USING (customer_id, module_id)
"""
_KEY_USER_ROWS = """
    SELECT contact.customer_id, contact.name AS contact, contact.email,
           (active.id IS NOT NULL)::int AS active, {counted} AS value
      FROM contact JOIN key_user ON key_user.contact_id = contact.id
      LEFT JOIN active_contact AS active ON active.id = contact.id
"""
_DUE_ROWS = """
    SELECT customer_id, due_on AS day, amount AS value FROM unpaid WHERE {which}
"""
_PERSONS_LISTED = (_NAME["person"], _DAYS, _EVENTS)
_OWNED_LISTED = (
    _NAME["module"],
    RowColumn("used", _("Used in the period"), "yes"),
    RowColumn("seats", _("Seats"), "count"),
    RowColumn("fee", _("Annual fees"), "money"),
)
_KEY_USERS_LISTED = (
    _NAME["contact"],
    RowColumn("email", _("E-mail")),
    RowColumn("active", _("Used something in the period"), "yes"),
)

_LISTED: Mapping[str, tuple[tuple[RowColumn, ...], str]] = {
    "events": ((_NAME["module"], _PERSONS, RowColumn("value", _("Usage events"), "count")), f"""
        SELECT used.customer_id, module.name AS module, used.persons, used.events AS value
          FROM used_by_module AS used {_MODULE} used.module_id WHERE used.is_used"""),
    "active_users": (_PERSONS_LISTED, _PERSON_ROWS.format(counted="1")),
    "seat_utilisation": (_PERSONS_LISTED, _PERSON_ROWS.format(counted="1")),
    "new_users": (_PERSONS_LISTED, _PERSON_ROWS.format(counted="1") + " AND NOT was_before"),
    "active_days": ((_DAY, _PERSONS, _EVENTS), """
        SELECT customer_id, (%(bucket_days)s::date[])[bucket] AS day,
               count(DISTINCT person) FILTER (WHERE person <> '') AS persons,
               sum(events) AS events, 1 AS value
          FROM used WHERE bucket > %(months_before)s GROUP BY customer_id, bucket"""),
    "modules_used": ((_NAME["module"], _PERSONS, _EVENTS), f"""
        SELECT used.customer_id, module.name AS module, used.persons, used.events, 1 AS value
          FROM used_by_module AS used {_MODULE} used.module_id
         WHERE used.is_used AND used.module_id IS NOT NULL"""),
    "modules_owned": (_OWNED_LISTED, _OWNED_ROWS.format(counted="1")),
    "breadth": (_OWNED_LISTED, _OWNED_ROWS.format(counted="coalesce(used.is_used, false)::int")),
    "seats": (_OWNED_LISTED, _OWNED_ROWS.format(counted="owned.seats")),
    "arr": (_OWNED_LISTED, _OWNED_ROWS.format(counted="owned.arr")),
    "key_users": (_KEY_USERS_LISTED, _KEY_USER_ROWS.format(counted="1")),
    "key_users_active": (
        _KEY_USERS_LISTED, _KEY_USER_ROWS.format(counted="(active.id IS NOT NULL)::int")
    ),
    "paid": ((_DAY, _AMOUNT), """
        SELECT customer_id, paid_on AS day, amount AS value FROM payment
         WHERE paid_on >= %(first)s"""),
    "overdue_amount": ((_DAY, _AMOUNT), _DUE_ROWS.format(which="due_on <= %(day)s")),
    "next_payment_on": ((_DAY, _AMOUNT), _DUE_ROWS.format(which="due_on = next_on")),
    "next_payment_amount": ((_DAY, _AMOUNT), _DUE_ROWS.format(which="due_on = next_on")),
    "renewal_on": ((_NAME["contract"], RowColumn("day", _("Ends on"), "date")), """
        SELECT term.customer_id, contract.key AS contract, term.ends_on AS day,
               NULL::numeric AS value
          FROM term JOIN accounts_contract contract
            ON contract.tenant_id = %(tenant)s AND contract.id = term.contract_id
          LEFT JOIN renewed ON renewed.contract_id = term.contract_id
         WHERE term.ends_on >= %(day)s AND (term.starts_on <= %(day)s OR term.is_renewal)
           AND renewed.contract_id IS NULL"""),
}  # fmt: skip


def _records(known: Known) -> Mapping[str, tuple[tuple[RowColumn, ...], str]]:
    """Rows of what was done for the customer and what it asked for."""
    touches = known.rows(
        "accounts_touchpoint", "id", "customer_id", "happened_on", "occasion", "kind"
    )
    sessions = known.rows("projects_trainingsession", "id", "customer_id", "held_on", "title")
    attended = known.rows(
        "projects_attendance", "id", "session_id", "contact_id", "state", customer=""
    )
    cases = known.rows(
        "accounts_case",
        *("customer_id", "key", "title", "opened_at", "first_response_at", "closed_at"),
    )
    asks = known.rows("service_ask", "customer_id", "request_id", "made_on", "title")
    changes = known.rows(
        "projects_changerequest",
        *("project_id", "title", "raised_on", "signed_on", "decided_on"),
        customer="",
    )
    case = f"""
        SELECT customer_id, coalesce(nullif(title, ''), key) AS title,
               (opened_at AT TIME ZONE %(zone)s)::date AS day,
               round(extract(epoch FROM first_response_at - opened_at) / 3600, 2) AS hours,
               (closed_at AT TIME ZONE %(zone)s)::date AS closed_on, 1 AS value
          FROM ({cases}) AS brought WHERE """
    case_columns = (
        _NAME["title"],
        RowColumn("day", _("Opened on"), "date"),
        RowColumn("hours", _("Hours to first response"), "hours"),
        RowColumn("closed_on", _("Closed on"), "date"),
    )
    ask = f"""
        SELECT ask.customer_id, ask.title, ask.made_on AS day, top.closed_on, 1 AS value
          FROM ({asks}) AS ask JOIN wish ON wish.id = ask.request_id
          JOIN wish AS top ON top.id = wish.top_id
         WHERE ask.made_on <= %(day)s AND """
    ask_columns = (
        _NAME["title"],
        RowColumn("day", _("Made on"), "date"),
        RowColumn("closed_on", _("Shipped or declined on"), "date"),
    )
    answered = "first_response_at >= %(start)s AND first_response_at < %(end)s"
    period = "BETWEEN %(first)s AND %(day)s"
    return {
        "touchpoints": ((_DAY, RowColumn("kind", _("Kind")), _CONTACTS), f"""
            SELECT customer_id, min(happened_on) AS day, min(kind) AS kind, count(*) AS persons,
                   1 AS value
              FROM ({touches}) AS touchpoint WHERE happened_on {period}
             GROUP BY customer_id, coalesce(nullif(occasion, ''), id::text)"""),
        "training_sessions": ((_NAME["title"], _DAY), f"""
            SELECT customer_id, title, held_on AS day, 1 AS value
              FROM ({sessions}) AS session WHERE held_on {period}"""),
        "trained_persons": ((_NAME["contact"], _SESSIONS), f"""
            SELECT held.customer_id, coalesce(min(contact.name), '') AS contact,
                   count(*) AS sessions, 1 AS value
              FROM held JOIN ({attended}) AS attended ON attended.session_id = held.id
              LEFT JOIN accounts_contact contact
                ON contact.tenant_id = %(tenant)s AND contact.id = attended.contact_id
             WHERE attended.state = 'present'
             GROUP BY held.customer_id, coalesce('c' || attended.contact_id, 'a' || attended.id)"""),
        "cases_opened": (case_columns, case + "opened_at >= %(start)s AND opened_at < %(end)s"),
        "cases_solved": (case_columns, case + "closed_at >= %(start)s AND closed_at < %(end)s"),
        "case_response_hours": (case_columns, case + answered),
        "requests_made": (ask_columns, ask + f"ask.made_on {period}"),
        "requests_open": (ask_columns, ask + "coalesce(top.closed_on > %(day)s, true)"),
        "requests_done": (ask_columns, ask + f"top.is_shipped AND top.closed_on {period}"),
        "updates_received": ((_NAME["title"], _DAY, _CONTACTS), """
            SELECT told.customer_id, min(coalesce(update.titles ->> update.language, '')) AS title,
                   min(told.told_at AT TIME ZONE %(zone)s)::date AS day, count(*) AS persons,
                   1 AS value
              FROM service_updaterecipient told
              JOIN service_productupdate update
                ON update.tenant_id = %(tenant)s AND update.id = told.update_id
             WHERE told.tenant_id = %(tenant)s AND told.state = 'queued'
               AND told.customer_id = ANY(%(customers)s)
               AND told.told_at >= %(start)s AND told.told_at < LEAST(%(end)s, %(known_at)s)
             GROUP BY told.customer_id, told.update_id"""),
        "open_sign_offs": ((_NAME["title"], RowColumn("contact", _("Approver")), _DAY), """
            SELECT asked.customer_id, gate.title, sign_off.name AS contact,
                   (sign_off.asked_at AT TIME ZONE %(zone)s)::date AS day, 1 AS value
              FROM waiting AS asked
              JOIN projects_signoff sign_off
                ON sign_off.tenant_id = %(tenant)s AND sign_off.id = asked.id
              JOIN projects_gate gate
                ON gate.tenant_id = %(tenant)s AND gate.id = asked.gate_id"""),
        "open_change_requests": ((_NAME["title"], _DAY), f"""
            SELECT project.customer_id, change.title, change.raised_on AS day, 1 AS value
              FROM ({changes}) AS change JOIN project ON project.id = change.project_id
             WHERE change.raised_on <= %(day)s AND coalesce(change.signed_on > %(day)s, true)
               AND coalesce(change.decided_on > %(day)s, true)"""),
    }  # fmt: skip


def customer_rows(
    key: str, *, customer: int, period: ReportPeriod, night: Night | None, known_at: datetime
) -> RowListing | None:
    """The rows behind a figure as they were known when it was made; None: nobody's rows are shown."""
    told = asked(period, night, known_at, [customer])
    found = {**_LISTED, **_records(told.known)}
    if key not in found:
        return None
    columns, query = found[key]
    steps = {
        **contracts(told.money), **payments(told.money), **usage(told.known), **people(told.known),
        **service(told.known), **wishes(told.known),
    }  # fmt: skip
    return RowListing(columns, query, steps, told.parameters)
