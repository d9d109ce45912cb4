"""What a play says, as forms: its words, what sets it off, its steps, its end."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from service.compute.play_documents import (
    LONGEST_NAME,
    LONGEST_PURPOSE,
    LONGEST_TITLE,
    MOST_DUE_DAYS,
    MOST_EXPIRY_DAYS,
    MOST_STEPS,
    SURVEY,
    TASK,
    End,
    PlayDocument,
    Step,
)
from service.labels.plays import OWNERS
from service.triggers import Names, step_kinds, triggers

ZH, EN = "zh-hans", "en"


class PlayForm(forms.Form):
    """Names and the end."""

    name_zh = forms.CharField(
        label=gettext_lazy("Name (Chinese)"), max_length=LONGEST_NAME, required=False
    )
    name_en = forms.CharField(
        label=gettext_lazy("Name (English)"), max_length=LONGEST_NAME, required=False
    )
    purpose_zh = forms.CharField(
        label=gettext_lazy("What it is for (Chinese)"),
        max_length=LONGEST_PURPOSE,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    purpose_en = forms.CharField(
        label=gettext_lazy("What it is for (English)"),
        max_length=LONGEST_PURPOSE,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    trigger_gone = forms.BooleanField(
        label=gettext_lazy("Close the work when what set it off holds no longer"), required=False
    )
    condition_gone = forms.BooleanField(
        label=gettext_lazy("Close the work when the customer no longer meets the conditions"),
        required=False,
    )
    expires_days = forms.IntegerField(
        label=gettext_lazy("Expires after days"),
        help_text=gettext_lazy("Empty: never."),
        min_value=1,
        max_value=MOST_EXPIRY_DAYS,
        required=False,
    )

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if not given.get("name_zh") and not given.get("name_en"):
            self.add_error("name_zh", _("Say it in at least one language."))
        return given


class StepForm(forms.Form):
    """One step."""

    title_zh = forms.CharField(
        label=gettext_lazy("To do (Chinese)"), max_length=LONGEST_TITLE, required=False
    )
    title_en = forms.CharField(
        label=gettext_lazy("To do (English)"), max_length=LONGEST_TITLE, required=False
    )
    owner = forms.ChoiceField(label=pgettext_lazy("of a step", "Who"), choices=list(OWNERS.items()))
    member = forms.ChoiceField(label=gettext_lazy("Person"), required=False)
    due = forms.IntegerField(
        label=gettext_lazy("Due after working days"), min_value=0, max_value=MOST_DUE_DAYS
    )
    kind = forms.ChoiceField(label=gettext_lazy("Kind"))
    survey = forms.ChoiceField(label=gettext_lazy("Survey"), required=False)

    def __init__(self, *args: Any, people: Mapping[str, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["member"].choices = [("", "–"), *people.items()]  # type: ignore[attr-defined]
        self.fields["kind"].choices = [  # type: ignore[attr-defined]
            (kind.key, kind.label) for kind in step_kinds.values()
        ]
        survey = step_kinds.get(SURVEY)
        if survey is None:
            del self.fields["survey"]
        else:
            offered = survey.choices() if survey.choices else {}
            self.fields["survey"].choices = [("", "–"), *offered.items()]  # type: ignore[attr-defined]
        if len(step_kinds) == 1:
            self.fields["kind"].required = False
            self.fields["kind"].widget = forms.HiddenInput()

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if not given.get("title_zh") and not given.get("title_en"):
            self.add_error("title_zh", _("Say it in at least one language."))
        if given.get("owner") == "member" and not given.get("member"):
            self.add_error("member", _("Choose the person."))
        if given.get("kind") == SURVEY and not given.get("survey"):
            self.add_error("survey", _("Choose the survey."))
        return given


@dataclass
class Editing:
    """A play's forms, as they are shown and sent together."""

    kind: str
    words: PlayForm
    trigger: forms.Form
    steps: list[StepForm]

    def is_valid(self) -> bool:
        """Every form is asked, so that every error is shown."""
        valid = [form.is_valid() for form in (self.words, self.trigger, *self.steps)]
        if not self.steps:
            self.words.add_error(None, _("A play needs at least one step."))
            return False
        return all(valid)

    def document(self, condition: Mapping[str, Any] | None) -> PlayDocument:
        """What the valid forms say."""
        given = self.words.cleaned_data
        return PlayDocument(
            names={ZH: given["name_zh"], EN: given["name_en"]},
            purposes={ZH: given["purpose_zh"], EN: given["purpose_en"]},
            trigger={"kind": self.kind, **_values(self.trigger.cleaned_data)},
            condition=condition,
            steps=tuple(_step(form.cleaned_data) for form in self.steps),
            end=End(given["trigger_gone"], given["condition_gone"], given["expires_days"]),
        )


def editing_of(document: PlayDocument, names: Names) -> Editing:
    """The forms of a play as it stands."""
    words = {
        "name_zh": document.names.get(ZH, ""),
        "name_en": document.names.get(EN, ""),
        "purpose_zh": document.purposes.get(ZH, ""),
        "purpose_en": document.purposes.get(EN, ""),
        **document.end.to_json(),
    }
    return Editing(
        document.kind,
        PlayForm(initial=words),
        trigger_form(document.kind, names, initial=_shown(document.trigger)),
        [
            StepForm(
                prefix=f"s-{at}",
                people=names.people,
                initial={
                    "title_zh": step.titles.get(ZH, ""),
                    "title_en": step.titles.get(EN, ""),
                    "owner": step.owner,
                    "member": step.member,
                    "due": step.due,
                    "kind": step.kind,
                    "survey": step.survey,
                },
            )
            for at, step in enumerate(document.steps)
        ],
    )


def sent_editing(kind: str, names: Names, posted: QueryDict) -> Editing:
    """The forms as they were sent, with what a button did to the steps: ``step_add``,
    ``step_remove:1``, ``step_up:1``."""
    do, _colon, place = posted.get("do", "").partition(":")
    order = [at for at in posted.getlist("step") if at.isascii() and at.isdecimal()][:MOST_STEPS]
    if do == "step_remove" and place in order:
        order.remove(place)
    if do == "step_up" and place in order and order.index(place) > 0:
        at = order.index(place)
        order[at - 1], order[at] = order[at], order[at - 1]
    # Numbered anew, so that what is sent next is in the order that is shown.
    data = posted.copy()
    for now, was in enumerate(order):
        for name in StepForm.base_fields:
            data.setlist(f"s-{now}-{name}", posted.getlist(f"s-{was}-{name}"))
    number = len(order)
    if do == "step_add" and number < MOST_STEPS:
        for name, value in {"owner": "face", "due": "5", "kind": TASK}.items():
            data[f"s-{number}-{name}"] = value
        for name in ("title_zh", "title_en", "member", "survey"):
            data[f"s-{number}-{name}"] = ""
        number += 1
    return Editing(
        kind,
        PlayForm(data),
        trigger_form(kind, names, data),
        [StepForm(data, prefix=f"s-{at}", people=names.people) for at in range(number)],
    )


def trigger_form(
    kind: str,
    names: Names,
    data: QueryDict | None = None,
    *,
    initial: Mapping[str, Any] | None = None,
) -> forms.Form:
    """What a kind of trigger asks for."""
    form = _TriggerForm(data, prefix="t", initial=dict(initial or {}))
    form.kind = kind
    form.fields.update(triggers[kind].form_fields(names))
    return form


class _TriggerForm(forms.Form):
    kind = ""

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if self.kind == "date" and not given.get("day") and not given.get("attribute"):
            self.add_error("day", _("Give a day, or a column that has one."))
        return given


def _values(given: Mapping[str, Any]) -> dict[str, Any]:
    """What was given, as JSON has it."""
    values: dict[str, Any] = {}
    for name, value in given.items():
        if name == "scheme_value":
            values["scheme"], _dot, values["value"] = value.partition(".")
        elif isinstance(value, Decimal):
            values[name] = int(value) if value == value.to_integral_value() else float(value)
        else:
            values[name] = value.isoformat() if isinstance(value, date) else value
            if value is None:
                values[name] = ""
    return values


def _shown(trigger: Mapping[str, Any]) -> dict[str, Any]:
    values = {name: value for name, value in trigger.items() if name != "kind"}
    if "scheme" in values:
        values["scheme_value"] = f"{values.pop('scheme')}.{values.pop('value')}"
    return values


def _step(given: Mapping[str, Any]) -> Step:
    return Step(
        titles={ZH: given["title_zh"], EN: given["title_en"]},
        owner=given["owner"],
        due=given["due"],
        kind=given.get("kind") or TASK,
        member=given["member"] if given["owner"] == "member" else "",
        survey=given.get("survey", "") if given.get("kind") == SURVEY else "",
    )
