"""Fields for numbers in people's units, and choices of measures."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from segmentation import catalogue
from segmentation.catalogue import FACTS, Unit
from segmentation.rules.basis import AUTO


def unit_of(measure: str) -> Unit | None:
    return catalogue.get(measure).unit if measure in catalogue.names() else None


def unit_word(unit: Unit | None, currency: str) -> str:
    """What stands beside a field: days, %, CNY; nothing for plain numbers."""
    return {
        Unit.DAYS: _("days"),
        Unit.HOURS: _("hours"),
        Unit.SHARE: "%",
        Unit.MONEY: currency,
        Unit.TIMES: "×",
        Unit.POINTS: _("points"),
    }.get(unit, "") if unit else ""  # fmt: skip


class UnitField(forms.DecimalField):
    """A number in a measure's unit: a share is typed as a percentage, money in the currency.

    Cleans to a number of JSON, None when empty. ``unit_text`` is shown beside it.
    """

    def __init__(self, *, unit: Unit | None, currency: str = "", **kwargs: Any) -> None:
        kwargs = {"required": False, "max_digits": 20, "decimal_places": 6} | kwargs
        super().__init__(**kwargs)
        self.unit = unit
        self.unit_text = unit_word(unit, currency)
        self.widget.attrs |= {"inputmode": "decimal", "step": "any", "class": "rule-number"}

    def clean(self, value: Any) -> Any:
        number = super().clean(value)
        return None if number is None else json_number(number, self.unit)

    def has_changed(self, initial: Any, data: Any) -> bool:
        try:
            old, new = self.to_python(initial), self.to_python(data)
        except forms.ValidationError:
            return True
        return bool(old != new)


def json_number(number: Decimal, unit: Unit | None) -> int | float:
    exact = number / 100 if unit is Unit.SHARE else number
    return int(exact) if exact == exact.to_integral_value() else float(exact)


def shown_number(number: Any, unit: Unit | None) -> str:
    """The text in a field for a number of JSON."""
    if number is None:
        return ""
    exact = Decimal(repr(number)) if isinstance(number, float) else Decimal(number)
    if unit is Unit.SHARE:
        exact *= 100
    text = f"{exact:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def measure_choices(*, but: Any = (), auto: str = "") -> list[tuple[str, Any]]:
    """Every measure of the catalogue by the facts it comes from, those with facts first.

    auto: the words for "the measure of the basis", which is then a choice too.
    """
    groups: dict[str, list[tuple[str, str]]] = {}
    for measure in sorted(catalogue.all_measures(), key=lambda one: not one.has_facts):
        if measure.key not in but:
            title = str(measure.title)
            if not measure.has_facts:
                title = _("%(measure)s (no facts yet)") % {"measure": title}
            groups.setdefault(str(FACTS[measure.facts]), []).append((measure.key, title))
    first: list[tuple[str, Any]] = [(AUTO, auto)] if auto else []
    return [*first, *groups.items()]


METHODS = (
    ("thresholds", gettext_lazy("Own cut points")),
    ("quantile", gettext_lazy("Equal parts of the customers")),
)
