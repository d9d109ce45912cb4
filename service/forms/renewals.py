"""Forms of renewals: which to list, what is expected, and how it turned out."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.actions.contracts import NewLine
from accounts.models import Contract, ContractLine, Module
from projects.forms.plans import DayField
from service.actions.renewal_calls import MOST_POINTS
from service.actions.renewal_outcomes import NewTerm
from service.compute.renewal_risk import CLASSES, SHIPPED_WEIGHTS
from service.labels.renewals import CLASSES as CLASS_WORDS
from service.labels.renewals import REASONS
from service.models import Renewal, RenewalStage
from service.queries.churn_reasons import offered_reasons
from service.queries.renewal_states import STATES
from ui.choices import offer, offer_rows

# Lines that a new contract may get beside those of the old one.
MORE_LINES = 2


class RenewalFilter(forms.Form):
    """What was not understood filters nothing."""

    q = forms.CharField(
        label=gettext_lazy("Customer"),
        required=False,
        max_length=100,
        widget=forms.TextInput(attrs={"type": "search"}),
    )
    state = forms.ChoiceField(
        label=gettext_lazy("Outcome"),
        choices=[("", gettext_lazy("Any")), *STATES.items()],
        required=False,
    )
    stage = forms.ChoiceField(
        label=gettext_lazy("Stage"),
        choices=[("", gettext_lazy("Any")), *RenewalStage.choices],
        required=False,
    )
    likely = forms.ChoiceField(
        label=gettext_lazy("The system says"),
        choices=[("", gettext_lazy("Any")), *((name, CLASS_WORDS[name]) for name in CLASSES)],
        required=False,
    )


class MoneyField(forms.DecimalField):
    def __init__(self, **values: Any) -> None:
        super().__init__(
            min_value=Decimal(0), max_value=Decimal(10**13), max_digits=18, decimal_places=4,
            **values,
        )  # fmt: skip


class CallForm(forms.Form):
    """What whoever looks after the customer expects."""

    stage = forms.ChoiceField(label=gettext_lazy("Stage"), choices=RenewalStage.choices)
    percent = forms.IntegerField(
        label=gettext_lazy("How likely (%)"), min_value=0, max_value=100, required=False
    )
    amount = MoneyField(
        label=gettext_lazy("ARR expected"),
        required=False,
        help_text=gettext_lazy("Empty: what the contract is worth."),
    )
    note = forms.CharField(
        label=gettext_lazy("Note"),
        max_length=5000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    seen = forms.IntegerField(widget=forms.HiddenInput, min_value=0, max_value=2**63 - 1)

    def __init__(self, *args: Any, renewal: Renewal, **kwargs: Any) -> None:
        kwargs.setdefault(
            "initial",
            {
                "stage": renewal.stage,
                "percent": renewal.percent,
                "amount": _plain(renewal.amount),
                "seen": renewal.call_id,
            },
        )
        super().__init__(*args, **kwargs)


class TermForm(forms.Form):
    """The contract that renews one: its days, and a line for each module."""

    key = forms.CharField(label=gettext_lazy("Key of the new contract"), max_length=200)
    signed_on = DayField(label=gettext_lazy("Signed on"))
    starts_on = DayField(label=gettext_lazy("Starts on"))
    ends_on = DayField(label=gettext_lazy("Ends on"), required=False)
    yearly_instalments = forms.BooleanField(
        label=gettext_lazy("The fees fall due at the start of each year"),
        required=False,
        initial=True,
    )
    note = forms.CharField(
        label=gettext_lazy("Note"),
        max_length=5000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def __init__(
        self, *args: Any, contract: Contract, ending: Sequence[ContractLine], today: date,
        **kwargs: Any,
    ) -> None:  # fmt: skip
        super().__init__(*args, **kwargs)
        due_on = max((line.ends_on for line in ending if line.ends_on), default=today)
        begins = min((line.starts_on for line in ending), default=today)
        starts_on = due_on + timedelta(days=1)
        self.initial = {
            "key": f"{contract.key}-R"[:200],
            "signed_on": today,
            "starts_on": starts_on,
            "ends_on": starts_on + (due_on - begins),
            "yearly_instalments": True,
        }
        self.places = range(len(ending) + MORE_LINES)
        modules = Module.objects.order_by("name")
        for place in self.places:
            line = ending[place] if place < len(ending) else None
            self.fields[f"module_{place}"] = forms.ModelChoiceField(
                None, label=gettext_lazy("Module"), required=False
            )
            offer_rows(self, f"module_{place}", modules)
            self.fields[f"fee_{place}"] = MoneyField(
                label=gettext_lazy("Annual fee"), required=False
            )
            self.fields[f"seats_{place}"] = forms.IntegerField(
                label=gettext_lazy("Seats"), min_value=0, max_value=10**9, required=False
            )
            if line is not None:
                self.initial |= {
                    f"module_{place}": line.module_id,
                    f"fee_{place}": _plain(line.annual_fee),
                    f"seats_{place}": line.seats,
                }

    def heads(self) -> list[forms.BoundField]:
        """The fields above the lines."""
        return [self[name] for name in ("key", "signed_on", "starts_on", "ends_on")]

    def lines(self) -> list[tuple[forms.BoundField, forms.BoundField, forms.BoundField]]:
        return [
            (self[f"module_{place}"], self[f"fee_{place}"], self[f"seats_{place}"])
            for place in self.places
        ]

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or {}
        for place in self.places:
            has_module = given.get(f"module_{place}") is not None
            has_fee = given.get(f"fee_{place}") is not None
            # A line without a module is left out; one with only half of it is a slip.
            if has_module and not has_fee and f"fee_{place}" not in self.errors:
                self.add_error(f"fee_{place}", _("Say the fee of this module; 0 where it is free."))
        return given

    def term(self) -> NewTerm:
        given = self.cleaned_data
        lines = [
            NewLine(
                module=given[f"module_{place}"],
                starts_on=given["starts_on"],
                ends_on=given["ends_on"],
                annual_fee=given[f"fee_{place}"],
                seats=given[f"seats_{place}"],
            )
            for place in self.places
            if given[f"module_{place}"] is not None
        ]
        return NewTerm(
            key=given["key"],
            signed_on=given["signed_on"],
            lines=lines,
            yearly_instalments=given["yearly_instalments"],
        )


class ChurnForm(forms.Form):
    """Why a customer leaves, and when."""

    reason = forms.ChoiceField(label=gettext_lazy("Churn reason"))
    last_day = DayField(label=gettext_lazy("Last day"))
    note = forms.CharField(
        label=gettext_lazy("Note"),
        max_length=5000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def __init__(self, *args: Any, renewal: Renewal, **kwargs: Any) -> None:
        kwargs.setdefault("initial", {"last_day": renewal.due_on})
        super().__init__(*args, **kwargs)
        offer(self, "reason", [("", _("Choose")), *offered_reasons()])


class WeightsForm(forms.Form):
    """The points of each reason."""

    seen = forms.IntegerField(widget=forms.HiddenInput, min_value=0, max_value=2**63 - 1)

    def __init__(self, *args: Any, weights: dict[str, int], seen: int, **kwargs: Any) -> None:
        kwargs.setdefault("initial", {**weights, "seen": seen})
        super().__init__(*args, **kwargs)
        for key in SHIPPED_WEIGHTS:
            self.fields[key] = forms.IntegerField(
                label=REASONS[key],  # type: ignore[arg-type]
                min_value=0,
                max_value=MOST_POINTS,
            )

    def weights(self) -> dict[str, int]:
        return {key: self.cleaned_data[key] for key in SHIPPED_WEIGHTS}


class ChurnReasonForm(forms.Form):
    """A reason of the tenant's list."""

    name = forms.CharField(label=gettext_lazy("Reason"), max_length=200)
    archived = forms.BooleanField(label=gettext_lazy("No longer offered"), required=False)
    seen = forms.IntegerField(widget=forms.HiddenInput, min_value=0, max_value=2**31 - 1, initial=0)


def _plain(amount: Decimal | None) -> str:
    """Without the zeros that only storing needs."""
    return "" if amount is None else f"{amount.normalize():f}"
