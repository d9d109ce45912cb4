"""A measure crosses a value."""

# Statements are put together from names that stand in the code; values are parameters.
# ruff: noqa: S608
from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from itertools import pairwise
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from segmentation import catalogue
from segmentation.compute.conditions import Comparison, Group
from segmentation.condition_words import title_of, unit_of, value_words
from segmentation.models import MeasureRow
from segmentation.queries.conditions import Rows, matching
from service.models import PlayStanding
from service.triggers.base import Asked, Names, Sql, Trigger, Unasked, Values

RISES, FALLS = "rises", "falls"
STANDING = PlayStanding._meta.db_table
_COLUMNS = frozenset(column.name for column in MeasureRow._meta.local_fields)


def beyond(values: Values, asked: Asked, *, columns: str = "m.customer_id") -> Sql:
    """The customers whose measure is beyond the value on ``rows_on``. Unknown is not beyond."""
    return _beyond_on(values, asked, asked.rows_on, columns)


def _beyond_on(values: Values, asked: Asked, day: Any, columns: str) -> Sql:
    operator = "at_least" if values["way"] == RISES else "at_most"
    one = Comparison(values["measure"], operator, (Decimal(str(values["number"])),))
    rows = Rows(day, is_newest=day == asked.newest)
    return matching(Group("all", (one,)), rows, columns=columns)


class MeasureTrigger(Trigger):
    """A value reached from the other side. Nights keep the measures of the latest one only, so the
    plays keep who was beyond (PlayStanding); of the past there are month-ends."""

    key = "measure"
    label = gettext_lazy("A measure crosses a value")
    past = gettext_lazy(
        "Measures are kept of month-ends and of the latest night: crossings between them that were "
        "taken back are not seen, and the others stand on the night by which they had happened."
    )

    def events(self, values: Values, asked: Asked) -> Sql:
        if values["measure"] not in catalogue.names():
            raise Unasked("measure_gone")
        if not asked.is_past and asked.rows_on != asked.newest:
            raise Unasked("no_measures")
        pairs = list(pairwise(asked.kept)) if asked.is_past else [(None, asked.rows_on)]
        parts, parameters = [], list[Any]()
        for before, day in pairs:
            sql, more = self._crossed(values, asked, before, day)
            parts.append(sql)
            parameters += more
        if not parts:
            raise Unasked("no_measures")
        return " UNION ALL ".join(parts), parameters

    def _crossed(self, values: Values, asked: Asked, before: Any, day: Any) -> Sql:
        measure = values["measure"]
        value = f"m.{measure}" if measure in _COLUMNS else f"(m.further ->> '{measure}')"
        now, parameters = _beyond_on(
            values, asked, day, f"m.customer_id, {value}::numeric AS measured"
        )
        if before is None:
            earlier = f"SELECT customer_id FROM {STANDING} WHERE tenant_id = %s AND play_id = %s"
            was: Sql = f"b.customer_id NOT IN ({earlier})", [asked.tenant_id, asked.play_id]
        else:
            earlier, more = _beyond_on(values, asked, before, "m.customer_id")
            known = (
                f"SELECT customer_id FROM {MeasureRow._meta.db_table} "
                "WHERE tenant_id = %s AND as_of = %s"
            )
            was = (
                f"b.customer_id NOT IN ({earlier}) AND b.customer_id IN ({known})",
                [*more, asked.tenant_id, before],
            )
        return (
            "SELECT b.customer_id, %s::date AS as_of, 'measure:' || %s::text AS event_key, "
            "jsonb_build_object('kind', 'measure', 'measure', %s::text, 'way', %s::text, "
            "'number', %s::numeric, 'value', b.measured, 'night', %s::text) AS reason, "
            f"NULL::numeric AS amount FROM ({now}) b WHERE {was[0]}",
            [
                day,
                day.isoformat(),
                measure,
                values["way"],
                str(values["number"]),
                day.isoformat(),
                *parameters,
                *was[1],
            ],
        )

    def gone(self, values: Values, asked: Asked) -> Sql | None:
        if values["measure"] not in catalogue.names() or asked.rows_on != asked.newest:
            return None
        sql, parameters = beyond(values, asked)
        return f"w.customer_id NOT IN ({sql})", parameters

    def form_fields(self, names: Names) -> dict[str, forms.Field]:
        return {
            "measure": forms.ChoiceField(
                label=gettext_lazy("Measure"),
                choices=[(one.key, one.title) for one in catalogue.all_measures() if one.has_facts],
            ),
            "way": forms.ChoiceField(
                label=gettext_lazy("When"),
                choices=[
                    (RISES, gettext_lazy("rises to at least")),
                    (FALLS, gettext_lazy("falls to at most")),
                ],
            ),
            "number": forms.DecimalField(
                label=gettext_lazy("Value"),
                help_text=gettext_lazy("Shares as fractions: 0.5 for 50%."),
                max_digits=20,
                decimal_places=4,
            ),
        }

    def words(self, values: Values, names: Names) -> str:
        told = {
            "measure": title_of(values["measure"]),
            "value": _number(values["measure"], values["number"], names),
        }
        if values["way"] == RISES:
            return _("%(measure)s rises to at least %(value)s") % told
        return _("%(measure)s falls to at most %(value)s") % told

    def why(self, reason: Mapping[str, Any], names: Names) -> str:
        told = {
            "measure": title_of(reason["measure"]),
            "number": _number(reason["measure"], reason["number"], names),
            "value": _number(reason["measure"], reason["value"], names),
        }
        if reason["way"] == RISES:
            return _("%(measure)s rose to %(value)s (from %(number)s on)") % told
        return _("%(measure)s fell to %(value)s (from %(number)s down)") % told


def _number(measure: str, value: Any, names: Names) -> str:
    number = Decimal(str(value))
    if unit_of(measure) is None:
        return f"{number.normalize():f}"
    return value_words(measure, number, names.currency)
