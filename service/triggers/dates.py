"""Days that come: before a renewal, before a payment, a handover, a date of the calendar."""

# Statements are put together from names that stand in the code; values are parameters.
# ruff: noqa: S608
from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts.models import Contract, ContractLine, Customer, Instalment, Payment
from projects.models import Project
from projects.models.projects import handover_day_of
from service.triggers.base import Asked, Names, Sql, Trigger, Values
from ui import formats
from ui.tags.formats import language

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise as Text

CONTRACTS, LINES, INSTALMENTS, PAYMENTS, CUSTOMERS, PROJECTS = (
    model._meta.db_table
    for model in (Contract, ContractLine, Instalment, Payment, Customer, Project)
)
MOST_DAYS = 730


def days_field(label: str | Text) -> forms.IntegerField:
    return forms.IntegerField(
        label=label,
        min_value=0,
        max_value=MOST_DAYS,
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
    )


def shown_day(value: Any) -> str:
    """A day of a reason, which is JSON."""
    try:
        return formats.short_date(date.fromisoformat(str(value)), language())
    except ValueError:
        return str(value)


def shown_money(value: Any, names: Names) -> str:
    amount = Decimal(str(value))
    places = 0 if amount == amount.to_integral_value() else 2
    return formats.money(amount, names.currency, language(), places)


class RenewalTrigger(Trigger):
    """Contracts whose subscriptions end, days before they do: those that no signed contract renews."""

    key = "renewal"
    label = gettext_lazy("Days before a renewal")
    past = gettext_lazy("Contracts are read as they stand today.")

    def events(self, values: Values, asked: Asked) -> Sql:
        day = asked.noticed(f"(t.ends_on - {int(values['days'])})", "t.known_from")
        return (
            "SELECT t.customer_id, d.as_of, 'renewal:' || t.contract_id || ':' || t.ends_on "
            "AS event_key, jsonb_build_object('kind', 'renewal', 'contract', t.contract_id, "
            "'contract_key', t.contract_key, 'ends_on', t.ends_on, 'amount', t.fee, 'days', "
            f"%s::int) AS reason, t.fee AS amount FROM ({_TERMS}) t JOIN days d ON d.day = {day} "
            f"WHERE NOT EXISTS ({_RENEWED.format('t.contract_id', 'd.day')})",
            [int(values["days"]), asked.tenant_id, asked.tenant_id, asked.tenant_id],
        )

    def gone(self, values: Values, asked: Asked) -> Sql | None:
        renewed = _RENEWED.format("t.contract_id", "%s::date + 1")
        return (
            "((w.reason ->> 'contract')::bigint, (w.reason ->> 'ends_on')::date) NOT IN "
            f"(SELECT t.contract_id, t.ends_on FROM ({_TERMS}) t WHERE NOT EXISTS ({renewed}))",
            [asked.tenant_id, asked.tenant_id, asked.tenant_id, asked.newest],
        )

    def form_fields(self, names: Names) -> dict[str, forms.Field]:
        return {"days": days_field(gettext_lazy("Days before the contract ends"))}

    def words(self, values: Values, names: Names) -> str:
        days = int(values["days"])
        return ngettext(
            "%(days)s day before a contract ends", "%(days)s days before a contract ends", days
        ) % {"days": days}

    def why(self, reason: Mapping[str, Any], names: Names) -> str:
        return _("Contract %(contract)s over %(amount)s a year ends on %(day)s") % {
            "contract": reason["contract_key"],
            "amount": shown_money(reason["amount"], names),
            "day": shown_day(reason["ends_on"]),
        }


# The last ends of a contract's subscriptions, module by module; trials are none. An open line of a
# module never ends.
_TERMS = f"""
SELECT customer_id, contract_id, contract_key, ends_on, sum(annual_fee) AS fee,
       max(known_from) AS known_from
  FROM (
    SELECT c.customer_id, c.id AS contract_id, c.key AS contract_key, l.ends_on, l.annual_fee,
           l.known_from,
           max(coalesce(l.ends_on, 'infinity')) OVER (PARTITION BY c.id, l.module_id) AS last_on
      FROM {LINES} l JOIN {CONTRACTS} c ON c.tenant_id = l.tenant_id AND c.id = l.contract_id
     WHERE l.tenant_id = %s AND c.tenant_id = %s AND l.kind = 'subscription' AND NOT l.is_trial
  ) line
 WHERE ends_on = last_on
 GROUP BY customer_id, contract_id, contract_key, ends_on
"""
_RENEWED = (
    f"SELECT 1 FROM {CONTRACTS} f JOIN {LINES} g ON g.tenant_id = f.tenant_id "
    "AND g.contract_id = f.id WHERE f.tenant_id = %s AND f.renewal_of_id = {0} "
    "AND NOT g.is_trial AND g.signed_on <= {1}"
)


class PaymentTrigger(Trigger):
    """Instalments, days before they fall due: those that no payment has paid by then."""

    key = "payment"
    label = gettext_lazy("Days before an annual payment")
    past = gettext_lazy("Instalments are read as they stand today.")

    def events(self, values: Values, asked: Asked) -> Sql:
        day = asked.noticed(f"(i.due_on - {int(values['days'])})", "i.known_from")
        return (
            "SELECT c.customer_id, d.as_of, 'payment:' || c.id || ':' || i.due_on AS event_key, "
            "jsonb_build_object('kind', 'payment', 'contract', c.id, 'contract_key', c.key, "
            "'due_on', i.due_on, 'amount', i.amount, 'days', %s::int) AS reason, i.amount "
            f"FROM {INSTALMENTS} i JOIN {CONTRACTS} c ON c.tenant_id = i.tenant_id "
            f"AND c.id = i.contract_id JOIN days d ON d.day = {day} "
            "WHERE i.tenant_id = %s AND i.amount > 0 AND NOT EXISTS (SELECT 1 "
            f"FROM {PAYMENTS} p WHERE p.tenant_id = i.tenant_id AND p.id = i.paid_by_id "
            "AND p.paid_on <= d.day)",
            [int(values["days"]), asked.tenant_id],
        )

    def gone(self, values: Values, asked: Asked) -> Sql | None:
        return (
            "((w.reason ->> 'contract')::bigint, (w.reason ->> 'due_on')::date) NOT IN "
            f"(SELECT contract_id, due_on FROM {INSTALMENTS} WHERE tenant_id = %s "
            "AND paid_by_id IS NULL)",
            [asked.tenant_id],
        )

    def form_fields(self, names: Names) -> dict[str, forms.Field]:
        return {"days": days_field(gettext_lazy("Days before the payment is due"))}

    def words(self, values: Values, names: Names) -> str:
        days = int(values["days"])
        return ngettext(
            "%(days)s day before a payment is due", "%(days)s days before a payment is due", days
        ) % {"days": days}

    def why(self, reason: Mapping[str, Any], names: Names) -> str:
        return _("%(amount)s of contract %(contract)s is due on %(day)s") % {
            "contract": reason["contract_key"],
            "amount": shown_money(reason["amount"], names),
            "day": shown_day(reason["due_on"]),
        }


class HandoverTrigger(Trigger):
    """A project passes to the service manager: its handover is accepted."""

    key = "handover"
    label = gettext_lazy("A handover is accepted")
    past = gettext_lazy("Projects are read as they stand today.")

    def events(self, values: Values, asked: Asked) -> Sql:
        passed = f"({handover_day_of('p')})"
        day = asked.noticed(passed, "p.known_from")
        return (
            "SELECT p.customer_id, d.as_of, 'handover:' || p.id AS event_key, "
            "jsonb_build_object('kind', 'handover', 'project', p.id, 'name', p.name, "
            f"'day', {passed}) AS reason, NULL::numeric AS amount "
            f"FROM {PROJECTS} p JOIN days d ON d.day = {day} WHERE p.tenant_id = %s",
            [asked.tenant_id],
        )

    def form_fields(self, names: Names) -> dict[str, forms.Field]:
        return {}

    def words(self, values: Values, names: Names) -> str:
        return _("A project is handed over to the service manager")

    def why(self, reason: Mapping[str, Any], names: Names) -> str:
        return _("“%(project)s” was handed over on %(day)s") % {
            "project": reason["name"],
            "day": shown_day(reason["day"]),
        }


class DateTrigger(Trigger):
    """A day of the calendar, once or every year: the same for all, or each customer's own from a
    further column of the customers file."""

    key = "date"
    label = gettext_lazy("A date")
    past = gettext_lazy("Dates of customers are read as they stand today.")

    def events(self, values: Values, asked: Asked) -> Sql:
        name = values.get("attribute") or ""
        own = f"(c.attributes ->> '{_quoted(name)}')"
        source = f"{CUSTOMERS} c JOIN days d ON "
        parameters: list[Any] = [asked.tenant_id]
        if name:
            # A text that is no day meets nothing, and nothing is cast.
            readable = rf"{own} ~ '^\d{{4}}-\d{{2}}-\d{{2}}$'"
            source += f"{readable} AND "
            source += (
                f"right({own}, 5) = to_char(d.day, 'MM-DD')"
                if values.get("yearly")
                else f"{own} = to_char(d.day, 'YYYY-MM-DD')"
            )
        elif values.get("yearly"):
            source += "to_char(d.day, 'MM-DD') = %s"
            parameters.insert(0, str(values["day"])[5:])
        else:
            source += "d.day = %s::date"
            parameters.insert(0, values["day"])
        return (
            "SELECT c.id AS customer_id, d.as_of, 'date:' || d.day AS event_key, "
            "jsonb_build_object('kind', 'date', 'day', d.day, 'attribute', %s::text) AS reason, "
            f"NULL::numeric AS amount FROM {source} WHERE c.tenant_id = %s",
            [name, *parameters],
        )

    def form_fields(self, names: Names) -> dict[str, forms.Field]:
        return {
            "day": forms.DateField(
                label=gettext_lazy("Day"),
                required=False,
                widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
            ),
            "attribute": forms.CharField(
                label=gettext_lazy("Or a column of the customers file with a day"),
                help_text=gettext_lazy("Days written as 2026-11-20; others are passed over."),
                max_length=100,
                required=False,
            ),
            "yearly": forms.BooleanField(label=gettext_lazy("Every year"), required=False),
        }

    def words(self, values: Values, names: Names) -> str:
        if values.get("attribute"):
            told = {"attribute": values["attribute"]}
            if values.get("yearly"):
                return _("Every year on the day in the column “%(attribute)s”") % told
            return _("On the day in the column “%(attribute)s”") % told
        told = {"day": shown_day(values["day"])}
        if values.get("yearly"):
            return _("Every year on the day of %(day)s") % told
        return _("On %(day)s") % told

    def why(self, reason: Mapping[str, Any], names: Names) -> str:
        return _("It is %(day)s") % {"day": shown_day(reason["day"])}


def _quoted(name: str) -> str:
    """A name within a text of SQL that is filled with parameters."""
    return name.replace("'", "''").replace("%", "%%")
