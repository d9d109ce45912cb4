"""Forms of work: finding it, opening it, changing it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from accounts.forms.assignments import people_to_assign
from accounts.models import Colleague
from segmentation.filter_choices import marked, without
from segmentation.widgets import LongSelect
from service.actions.cta_work import LONGEST_NOTE
from service.actions.ctas import LONGEST_TITLE
from service.compute.ranks import LIMITS, SIGNALS, RankWeights
from service.labels.work import WEIGHTS
from service.queries.close_reasons import Reason
from service.queries.work import (
    ALL,
    CLOSED,
    NOBODY,
    OPEN,
    OVERDUE,
    SNOOZED,
    TODAY,
    WEEK,
    Offered,
    seen_versions,
)
from ui.choices import offer

SNOOZE, BACK, REASSIGN, REOPEN = "snooze", "back", "reassign", "reopen"
DONE, DISMISSED = "done", "dismissed"
# Enter in one of the fields: whichever was filled says what is meant.
ENTER = "enter"
ANY = ("", _("All"))
MOST_STEPS = 12


def day_field(label: Any, **more: Any) -> forms.DateField:
    return forms.DateField(
        label=label, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"), **more
    )


class WorkFilter(forms.Form):
    """What a list of work is narrowed by; what makes no sense narrows nothing."""

    q = forms.CharField(
        label=_("Search"),
        required=False,
        widget=forms.TextInput(attrs={"type": "search", "placeholder": _("Customer or work")}),
    )
    state = forms.ChoiceField(
        label=_("State"),
        required=False,
        choices=[
            (OPEN, _("Open")),
            (SNOOZED, _("Put off")),
            (CLOSED, _("Closed")),
            (ALL, _("All")),
        ],
    )
    due = forms.ChoiceField(
        label=_("Due"),
        required=False,
        choices=[
            ANY,
            (OVERDUE, _("Overdue")),
            (TODAY, _("Today")),
            (WEEK, _("Within a week")),
        ],
    )
    play = forms.TypedChoiceField(
        label=_("Play"), required=False, coerce=int, empty_value=None, widget=LongSelect
    )
    tier = forms.ChoiceField(
        label=_("Tier"),
        required=False,
        choices=[ANY, *marked("tier"), without()],
        widget=LongSelect,
    )
    owner = forms.ChoiceField(label=_("Owner"), required=False, widget=LongSelect)

    def __init__(self, *args: Any, offered: Offered, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self, "play", [ANY, *offered.plays])
        offer(
            self,
            "owner",
            [ANY, (NOBODY, _("Nobody")), *((str(pk), name) for pk, name in offered.owners)],
        )

    @property
    def asked(self) -> dict[str, Any]:
        """What was asked for and makes sense."""
        self.is_valid()
        return {name: value for name, value in self.cleaned_data.items() if value}


def _owner_field(first: Sequence[tuple[str, Any]]) -> forms.ChoiceField:
    return forms.ChoiceField(
        label=_("Owner"), required=False, choices=[*first, *people_to_assign()], widget=LongSelect
    )


def _colleague(given: str) -> Colleague | None:
    found: Colleague | None = Colleague.objects.filter(pk=given).first() if given else None
    return found


class NewWork(forms.Form):
    """Work opened by hand for a customer."""

    title = forms.CharField(label=_("What is to be done"), max_length=LONGEST_TITLE)
    due_on = day_field(_("Due on"))
    why = forms.CharField(
        label=_("Why"), required=False, max_length=LONGEST_TITLE,
        help_text=_("Shown where the work is listed."),
    )  # fmt: skip
    steps = forms.CharField(
        label=_("Steps"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("One on each line, at most twelve; none are needed."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["owner"] = _owner_field([("", _("Nobody"))])
        self.order_fields(["title", "due_on", "owner", "why", "steps"])

    def clean_owner(self) -> Colleague | None:
        return _colleague(self.cleaned_data["owner"])

    def clean_steps(self) -> list[str]:
        steps = [" ".join(line.split()) for line in self.cleaned_data["steps"].splitlines()]
        steps = [step for step in steps if step]
        if len(steps) > MOST_STEPS:
            raise ValidationError(_("At most %(most)s steps.") % {"most": MOST_STEPS})
        if any(len(step) > LONGEST_TITLE for step in steps):
            raise ValidationError(
                _("At most %(most)s characters for a step.") % {"most": LONGEST_TITLE}
            )
        return steps


_FIELD_OF = {
    "until": SNOOZE,
    "owner": REASSIGN,
    f"{DONE}_reason": DONE,
    f"{DISMISSED}_reason": DISMISSED,
}


class WorkChangeForm(forms.Form):
    """What is done to pieces of work; ``seen``: their ids with the version that was on screen."""

    do = forms.ChoiceField(
        choices=[(one, one) for one in (ENTER, SNOOZE, BACK, REASSIGN, DONE, DISMISSED, REOPEN)]
    )
    until = day_field(_("Until"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["owner"] = _owner_field([(NOBODY, _("Nobody"))])
        for ending in (DONE, DISMISSED):
            self.fields[f"{ending}_reason"] = forms.CharField(
                label=_("Reason"), required=False, max_length=60
            )
            self.fields[f"{ending}_note"] = forms.CharField(
                label=_("Note"), required=False, max_length=LONGEST_NOTE
            )
        given = self.data.getlist("cta") if hasattr(self.data, "getlist") else []
        self.seen = seen_versions(given)

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if given.get("do") == ENTER:
            given["do"] = self._meant(given)
        # Of who is none of the colleagues the field says so itself.
        if given.get("do") == REASSIGN and given.get("owner") == "":
            self.add_error("owner", _("Say to whom."))
        if given.get("do") == SNOOZE and "until" in given and given["until"] is None:
            self.add_error("until", _("Say until when."))
        return given

    def _meant(self, given: dict[str, Any]) -> str:
        filled = [do for name, do in _FIELD_OF.items() if given.get(name)]
        if len(filled) != 1 and not self.errors:
            self.add_error("do", _("Say what is to be done."))
        return filled[0] if len(filled) == 1 else ""

    @property
    def colleague(self) -> Colleague | None:
        given = self.cleaned_data["owner"]
        return None if given == NOBODY else _colleague(given)


class CloseReasonsForm(forms.Form):
    """The reasons of both endings: each said in the tenant's words, or not offered; and a new one."""

    def __init__(self, *args: Any, reasons: Sequence[Reason], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.reasons = list(reasons)
        for number, one in enumerate(self.reasons):
            self.fields[f"label_{number}"] = forms.CharField(
                label=one.label, initial=one.label, required=not one.is_shipped, max_length=100
            )
            self.fields[f"offered_{number}"] = forms.BooleanField(
                label=_("Offered"), initial=one.is_offered, required=False
            )
        for ending in ("done", "dismissed"):
            self.fields[f"new_{ending}"] = forms.CharField(
                label=_("Another reason"), required=False, max_length=100
            )

    def rows(self, ending: str) -> list[tuple[Reason, forms.BoundField, forms.BoundField]]:
        """Each reason of an ending with its two fields."""
        return [
            (one, self[f"label_{number}"], self[f"offered_{number}"])
            for number, one in enumerate(self.reasons)
            if one.ending == ending
        ]


class RankForm(forms.Form):
    """The weights of ranks, each within its limits; ``seen``: the version that was on screen."""

    note = forms.CharField(label=_("Why"), required=False, max_length=500)
    seen = forms.IntegerField(widget=forms.HiddenInput, min_value=0)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, (least, most) in LIMITS.items():
            self.fields[name] = forms.IntegerField(
                label=str(WEIGHTS[name]), min_value=least, max_value=most
            )

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if all(name in given for name in SIGNALS) and not any(given[name] for name in SIGNALS):
            raise ValidationError(_("Give at least one signal points."))
        return given

    @property
    def signals(self) -> list[forms.BoundField]:
        return [self[name] for name in SIGNALS]

    @property
    def weights(self) -> RankWeights:
        """Of a valid form."""
        return RankWeights(**{name: self.cleaned_data[name] for name in LIMITS})
