"""Goals: entry and change. Shares are given in percent."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from accounts.models import Colleague
from projects.forms.plans import DayField
from reports.actions.goals import GoalValues
from reports.compute.report_periods import ReportPeriod
from reports.goal_words import is_share, offered_figures
from reports.models import KpiGoal
from ui import formats
from ui.choices import offer, offer_rows
from ui.tags.formats import language

_MOST: dict[str, Any] = {"max_digits": 24, "decimal_places": 6}
_PERCENT = Decimal(100)


class GoalForm(forms.Form):
    """A goal for a figure. The target is a value, or a change of the baseline."""

    key = forms.ChoiceField(label=gettext_lazy("Figure"))
    baseline_on = forms.ChoiceField(
        label=gettext_lazy("Month of the baseline"),
        help_text=gettext_lazy("The goal is measured from the end of this month."),
    )
    baseline = forms.DecimalField(
        label=gettext_lazy("Baseline"),
        required=False,
        help_text=gettext_lazy("Empty: the figure of that month. Shares in percent."),
        **_MOST,
    )
    target = forms.DecimalField(
        label=gettext_lazy("Target, as a value"),
        required=False,
        help_text=gettext_lazy("Shares in percent: 25 for 25%."),
        **_MOST,
    )
    change = forms.DecimalField(
        label=gettext_lazy("Target, as a change of the baseline in percent"),
        required=False,
        help_text=gettext_lazy("40 for 40% more than the baseline, −20 for a fifth less."),
        **_MOST,
    )
    due_on = DayField(label=pgettext_lazy("goal", "By when"))
    owner: forms.ModelChoiceField = forms.ModelChoiceField(
        None, label=gettext_lazy("Owner"), required=False, empty_label=gettext_lazy("Nobody named")
    )
    note = forms.CharField(
        label=gettext_lazy("Note"),
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    seen = forms.IntegerField(widget=forms.HiddenInput, min_value=0, max_value=2**31 - 1, initial=0)

    def __init__(
        self,
        *args: Any,
        months: list[ReportPeriod],
        goal: KpiGoal | None = None,
        **kwargs: Any,
    ) -> None:
        if goal is not None:
            kwargs["initial"] = _initial(goal)
        super().__init__(*args, **kwargs)
        self.goal = goal
        if goal is None:
            offer(self, "key", offered_figures())
        else:
            del self.fields["key"]
        words = language()
        offered = [(f"{one.last}", formats.month(one.last, words)) for one in months]
        if goal is not None and f"{goal.baseline_on}" not in dict(offered):
            offered.append((f"{goal.baseline_on}", formats.month(goal.baseline_on, words)))
        offer(self, "baseline_on", offered)
        people = Colleague.objects.filter(membership__is_active=True)
        if goal is not None and goal.owner_id:
            people |= Colleague.objects.filter(pk=goal.owner_id)
        offer_rows(self, "owner", people.order_by("name", "pk"))

    @property
    def figure_key(self) -> str:
        return self.goal.key if self.goal is not None else str(self.cleaned_data["key"])

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if {"target", "change"} & self.errors.keys():
            return given
        if (given.get("target") is None) == (given.get("change") is None):
            self.add_error("target", _("Give either the target or the change of the baseline."))
        return given

    def values(self) -> GoalValues:
        given = self.cleaned_data
        scale = _PERCENT if is_share(self.figure_key) else Decimal(1)

        def scaled(name: str) -> Decimal | None:
            value: Decimal | None = given[name]
            if value is None:
                return None
            # What was left as it is shown stays as exact as it is.
            if self.goal is not None and f"{value:f}" == self.initial.get(name):
                kept: Decimal = getattr(self.goal, name)
                return kept
            return value / scale

        return GoalValues(
            baseline_on=given["baseline_on"],
            due_on=given["due_on"],
            baseline=scaled("baseline"),
            target=scaled("target"),
            change=None if given["change"] is None else given["change"] / _PERCENT,
            owner=given["owner"],
            note=given["note"],
        )

    def clean_baseline_on(self) -> Any:
        return forms.DateField().to_python(self.cleaned_data["baseline_on"])


class GoalClosing(forms.Form):
    """How a goal ended; ``open``: that it goes on."""

    state = forms.ChoiceField(choices=KpiGoal.State.choices)
    seen = forms.IntegerField(min_value=0, max_value=2**31 - 1)


def _initial(goal: KpiGoal) -> dict[str, Any]:
    scale = _PERCENT if is_share(goal.key) else Decimal(1)
    return {
        "baseline_on": f"{goal.baseline_on}",
        "baseline": _plain(goal.baseline * scale),
        "target": None if goal.change is not None else _plain(goal.target * scale),
        "change": None if goal.change is None else _plain(goal.change * _PERCENT),
        "due_on": goal.due_on,
        "owner": goal.owner_id,
        "note": goal.note,
        "seen": goal.version,
    }


def _plain(value: Decimal) -> str:
    """Without zeros at its end, and at most six places, as the field takes it."""
    text = format(round(value, 6), "f")
    return text.rstrip("0").rstrip(".") if "." in text else text
