"""One statement that makes the figures of many customers: what each is, and why it may be absent."""

from __future__ import annotations

from collections.abc import Mapping

from reports.frames.figure_money import contracts, payments
from reports.frames.figure_peers import MEASURES, no_peers, peers
from reports.frames.figure_records import service, wishes
from reports.frames.figure_usage import people, usage
from reports.frames.known_facts import USAGE, Known

TABLES = (
    USAGE, "accounts_customer", "accounts_contact", "accounts_contactrole", "accounts_contract",
    "accounts_contractline", "accounts_instalment", "accounts_payment", "accounts_touchpoint",
    "accounts_case", "projects_trainingsession", "projects_attendance", "projects_project",
    "projects_changerequest", "service_ask", "service_request",
)  # fmt: skip
"""What customers' figures are read from, as far as it is kept as it was."""

FAMILIES: Mapping[str, tuple[str, str]] = {
    "usage": (USAGE, "occurred_at < %(end)s"),
    # Looked for as far back as persons and modules are.
    "persons": (USAGE, "person <> '' AND occurred_at BETWEEN %(first_start)s AND %(end)s"),
    "modules": (USAGE, "module_id IS NOT NULL AND occurred_at BETWEEN %(first_start)s AND %(end)s"),
    "contracts": ("accounts_contractline", "LEAST(signed_on, starts_on) <= %(day)s"),
    "payments": ("accounts_payment", "paid_on <= %(day)s"),
    "touchpoints": ("accounts_touchpoint", "happened_on <= %(day)s"),
    "training": ("projects_trainingsession", "held_on <= %(day)s"),
    "cases": ("accounts_case", "opened_at < %(end)s"),
    "requests": ("service_ask", "made_on <= %(day)s"),
    "projects": ("projects_project", "starts_on <= %(day)s"),
}
"""Family of facts → table and what says that a row is dated up to the last day."""

_DATED: Mapping[str, tuple[str, ...]] = {
    USAGE: ("occurred_at", "person", "module_id"),
    "accounts_contractline": ("contract_id", "signed_on", "starts_on"),
    "accounts_payment": ("paid_on",),
    "accounts_touchpoint": ("happened_on",),
    "projects_trainingsession": ("held_on",),
    "accounts_case": ("opened_at",),
    "service_ask": ("made_on",),
    "projects_project": ("starts_on",),
}

_MONEY = ("accounts_contractline", "accounts_payment")

_JOINED = (
    "usage_sums", "owning", "renewing", "paid", "owing", "key_user_sums", "met", "trained", "cased",
    "wished", "told", "signing", "changing", "placed", "module_rows", "month_rows", "person_rows",
)  # fmt: skip

_NO_USAGE = ("NOT %(has_usage)s", "no_usage")
_NO_PERSONS = ("NOT %(has_persons)s", "no_persons")
_NO_MODULES = ("NOT %(has_modules)s", "no_modules")
_NO_CONTRACTS = ("NOT %(has_contracts)s", "no_contracts")
_NO_SEATS = ("coalesce(owning.seats, 0) = 0", "no_seats")
_NO_INSTALMENTS = ("owing.customer_id IS NULL", "no_instalments")
_NO_TRAINING = ("NOT %(has_training)s", "no_training")
_NO_CASES = ("NOT %(has_cases)s", "no_cases")
_NO_REQUESTS = ("NOT %(has_requests)s", "no_requests")
_NO_PROJECTS = ("NOT %(has_projects)s", "no_projects")


def _rate(part: str, whole: str) -> str:
    return f"trim_scale(round({part}::numeric / nullif({whole}, 0), 10))"


def _peers(key: str, *unknown: tuple[str, str]) -> tuple[str, tuple[tuple[str, str], ...]]:
    """``unknown``: why the night may have had no value, the first that holds."""
    return (
        f"placed.{key}",
        (
            ("NOT %(has_night)s", "no_night"),
            ("placed.customer_id IS NULL", "not_measured"),
            ("NOT placed.is_grouped", "no_peer_group"),
            *((f"placed.{key}_value IS NULL AND ({why})", reason) for why, reason in unknown),
            (f"placed.{key}_value IS NULL", "not_measured"),
            (f"placed.{key} IS NULL", "few_peers"),
        ),
    )


# Figure → its value, and what makes it absent, the first reason that holds being given.
FIGURES: Mapping[str, tuple[str, tuple[tuple[str, str], ...]]] = {
    "events": ("coalesce(usage_sums.events, 0)", (_NO_USAGE,)),
    "active_users": ("coalesce(usage_sums.active, 0)", (_NO_USAGE, _NO_PERSONS)),
    "active_days": ("coalesce(usage_sums.days, 0)", (_NO_USAGE,)),
    "modules_used": ("coalesce(usage_sums.modules, 0)", (_NO_USAGE, _NO_MODULES)),
    "modules_owned": ("coalesce(owning.modules, 0)", (_NO_CONTRACTS,)),
    "breadth": (
        _rate("coalesce(usage_sums.of_owned, 0)", "owning.modules"),
        (_NO_CONTRACTS, ("owning.modules IS NULL", "nothing_owned"), _NO_USAGE, _NO_MODULES),
    ),
    "seats": ("owning.seats", (_NO_CONTRACTS, _NO_SEATS)),
    "seat_utilisation": (
        _rate("coalesce(usage_sums.active, 0)", "owning.seats"),
        (_NO_CONTRACTS, _NO_SEATS, _NO_USAGE, _NO_PERSONS),
    ),
    "new_users": ("coalesce(usage_sums.new, 0)", (_NO_USAGE, _NO_PERSONS)),
    "key_users": ("coalesce(key_user_sums.named, 0)", ()),
    "key_users_active": (
        "key_user_sums.active",
        (("key_user_sums.named IS NULL", "no_key_users"), _NO_USAGE, _NO_PERSONS),
    ),
    "touchpoints": ("coalesce(met.times, 0)", (("NOT %(has_touchpoints)s", "no_touchpoints"),)),
    "training_sessions": ("coalesce(trained.sessions, 0)", (_NO_TRAINING,)),
    "trained_persons": ("coalesce(trained.persons, 0)", (_NO_TRAINING,)),
    "cases_opened": ("coalesce(cased.opened, 0)", (_NO_CASES,)),
    "cases_solved": ("coalesce(cased.solved, 0)", (_NO_CASES,)),
    "case_response_hours": (
        _rate("cased.seconds", "cased.answered * 3600"),
        (_NO_CASES, ("coalesce(cased.answered, 0) = 0", "none_answered")),
    ),
    "requests_made": ("coalesce(wished.made, 0)", (_NO_REQUESTS,)),
    "requests_open": ("coalesce(wished.open, 0)", (_NO_REQUESTS,)),
    "requests_done": ("coalesce(wished.done, 0)", (_NO_REQUESTS,)),
    "updates_received": ("coalesce(told.updates, 0)", ()),
    "open_sign_offs": ("coalesce(signing.waiting, 0)", (_NO_PROJECTS,)),
    "open_change_requests": ("coalesce(changing.open, 0)", (_NO_PROJECTS,)),
    "arr": ("coalesce(owning.arr, 0)", (_NO_CONTRACTS,)),
    "paid": ("coalesce(paid.amount, 0)", (("NOT %(has_payments)s", "no_payments"),)),
    "overdue_amount": ("owing.overdue", (_NO_INSTALMENTS,)),
    "next_payment_on": (
        "owing.next_on", (_NO_INSTALMENTS, ("owing.next_on IS NULL", "nothing_due"))
    ),
    "next_payment_amount": (
        "owing.next_amount", (_NO_INSTALMENTS, ("owing.next_on IS NULL", "nothing_due"))
    ),
    "renewal_on": (
        "renewing.next_on", (_NO_CONTRACTS, ("renewing.next_on IS NULL", "no_renewal"))
    ),
    "peers_events": _peers("peers_events", _NO_USAGE),
    "peers_breadth": _peers(
        "peers_breadth", ("owning.modules IS NULL", "nothing_owned"), _NO_USAGE, _NO_MODULES
    ),
    "peers_seats": _peers("peers_seats", _NO_SEATS, _NO_USAGE, _NO_PERSONS),
}  # fmt: skip


def families(known: Known, money: Known) -> str:
    """A query for whether the tenant has facts of each family at all, in the order of FAMILIES."""
    of_contracts = money.rows("accounts_contract", "id", customer="")
    further = {
        "accounts_contractline": f" AND contract_id IN (SELECT id FROM ({of_contracts}) AS contract)"
    }
    asked = []
    for table, condition in FAMILIES.values():
        seen = money if table in _MONEY else known
        rows = seen.rows(table, *_DATED[table], customer="")
        asked.append(
            f"EXISTS (SELECT 1 FROM ({rows}) AS facts WHERE {condition}{further.get(table, '')})"
        )
    return f"SELECT {', '.join(asked)}"


def made(known: Known, money: Known, *, has_night: bool, few: bool = False) -> str:
    """The statement that adds sets of figures and what was restated by them.

    A customer whose figures are those of its latest set of the period gets none. Gives the ids of
    the sets that were added.

    Args:
        known: facts of the period. money: contracts, instalments and payments, which are as the
            night of the last day knew them where there is one.
        few: some customers are asked for, at most :data:`reports.frames.figure_peers.FEW`.
    """
    steps: dict[str, str] = {
        "customer": known.rows("accounts_customer", "id", customer="id"),
        **contracts(money),
        **payments(money),
        **usage(known),
        **people(known),
        **service(known),
        **wishes(known),
        **(peers(few=few) if has_night else no_peers()),
    }
    joins = "\n".join(f"LEFT JOIN {name} ON {name}.customer_id = customer.id" for name in _JOINED)
    return f"""
        WITH {", ".join(f"{name} AS MATERIALIZED ({query})" for name, query in steps.items())},
        found AS MATERIALIZED (
            SELECT customer.id AS customer_id, {_figures()} AS figures, {_reasons()} AS reasons,
                   {_details()} AS details
              FROM customer {joins}
        ), latest AS MATERIALIZED (
            SELECT DISTINCT ON (customer_id) customer_id, version, figures, reasons, details
              FROM reports_figureset
             WHERE tenant_id = %(tenant)s AND period = %(period)s AND kind = 'customer'
               AND customer_id IN (SELECT customer_id FROM found)
             ORDER BY customer_id, version DESC
        ), made AS (
            INSERT INTO reports_figureset (kind, customer_id, period, version, as_of, night_id, rules,
                                           known_at, figures, reasons, details, made_at)
            SELECT 'customer', found.customer_id, %(period)s, coalesce(latest.version, 0) + 1,
                   %(day)s, %(night)s, %(rules)s, %(known_at)s, found.figures, found.reasons,
                   found.details, clock_timestamp()
              FROM found LEFT JOIN latest USING (customer_id)
             WHERE latest.version IS NULL OR latest.figures <> found.figures
                OR latest.reasons <> found.reasons OR latest.details <> found.details
            ON CONFLICT DO NOTHING
            RETURNING id, customer_id, figures
        ), restated AS (
            INSERT INTO reports_restatement (figure_set_id, period, key, before, after, noticed_at,
                                             night_id)
            SELECT made.id, %(period)s, now.key, nullif(was.value, 'null'), nullif(now.value, 'null'),
                   clock_timestamp(), %(night)s
              FROM made JOIN latest USING (customer_id)
             CROSS JOIN LATERAL jsonb_each(made.figures) AS now
             CROSS JOIN LATERAL jsonb_each(latest.figures) AS was
             WHERE was.key = now.key AND was.value <> now.value
            ON CONFLICT DO NOTHING
        )
        SELECT id FROM made
    """


def _figures() -> str:
    parts = []
    for key, (value, absent) in FIGURES.items():
        no = " OR ".join(f"coalesce({condition}, false)" for condition, _reason in absent)
        parts.append(f"'{key}', " + (f"CASE WHEN NOT ({no}) THEN {value} END" if no else value))
    return f"jsonb_build_object({', '.join(parts)})"


def _reasons() -> str:
    parts = []
    for key, (_value, absent) in FIGURES.items():
        if absent:
            cases = " ".join(f"WHEN {condition} THEN '{reason}'" for condition, reason in absent)
            parts.append(f"'{key}', CASE {cases} END")
    return f"jsonb_strip_nulls(jsonb_build_object({', '.join(parts)}))"


def _details() -> str:
    return (
        "jsonb_build_object('modules', coalesce(module_rows.listed, '[]'), "
        "'months', coalesce(month_rows.listed, '[]'), "
        "'persons', coalesce(person_rows.listed, '[]'), "
        "'silent_key_users', coalesce(key_user_sums.silent, '[]'))"
    )


__all__ = ["FAMILIES", "FIGURES", "MEASURES", "TABLES", "families", "made"]
