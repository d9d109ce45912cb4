"""Forms of templates."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import get_language, gettext_lazy, pgettext_lazy

from projects.compute.plan_documents import Document, Gate, Words, tasks_of, words_in
from projects.forms.plans import EffortField
from projects.forms.tasks import MOST_DAYS
from projects.models import Side
from projects.queries.templates import offered_templates
from ui.choices import offer

# What of a gate is said in both languages.
GATE_WORDS = ("title", "confirms", "vendor_role", "customer_role")


class NewTemplate(forms.Form):
    name = forms.CharField(label=gettext_lazy("Name"), max_length=200)
    copy_of = forms.ChoiceField(label=gettext_lazy("Copy of"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(
            self,
            "copy_of",
            [
                ("", gettext_lazy("Nothing: an empty one")),
                *((t.key, t.name) for t in offered_templates(get_language() or "en") if t.version),
            ],
        )


class Seen(forms.Form):
    """The draft that was on screen, so that nobody overwrites another's change unseen."""

    seen = forms.IntegerField(widget=forms.HiddenInput, min_value=0, max_value=2**31 - 1)


class PhaseForm(Seen):
    title_en = forms.CharField(label=pgettext_lazy("heading", "Title"), max_length=200)
    title_zh = forms.CharField(
        label=gettext_lazy("Title in Chinese"), max_length=200, required=False
    )

    def words(self) -> Words:
        return {"en": self.cleaned_data["title_en"], "zh": self.cleaned_data["title_zh"]}


class TemplateTaskForm(PhaseForm):
    """A task of a template, or a milestone: of no days."""

    phase = forms.ChoiceField(label=gettext_lazy("Phase"))
    days = forms.IntegerField(
        label=gettext_lazy("Working days"),
        min_value=0,
        max_value=MOST_DAYS,
        help_text=gettext_lazy("0 makes it a milestone."),
    )
    effort = EffortField(label=gettext_lazy("Person-days"))
    side = forms.ChoiceField(label=gettext_lazy("Who does it"), choices=Side.choices)
    role_en = forms.CharField(label=gettext_lazy("Role"), max_length=100, required=False)
    role_zh = forms.CharField(label=gettext_lazy("Role in Chinese"), max_length=100, required=False)
    after = forms.MultipleChoiceField(
        label=gettext_lazy("Waits for"),
        required=False,
        help_text=gettext_lazy("It starts when all of them are done."),
        widget=forms.SelectMultiple(attrs={"size": 8}),
    )
    offset = forms.IntegerField(
        label=gettext_lazy("Waits further working days"), min_value=0, max_value=MOST_DAYS
    )

    field_order = (
        "title_en", "title_zh", "phase", "days", "effort", "side", "role_en", "role_zh", "after",
        "offset",
    )  # fmt: skip

    def __init__(self, *args: Any, document: Document, key: str | None, **kwargs: Any) -> None:
        self.key = key
        super().__init__(*args, **kwargs)
        language = get_language() or "en"
        offer(
            self,
            "phase",
            [(phase["key"], words_in(phase["title"], language)) for phase in document["phases"]],
        )
        offer(
            self,
            "after",
            [
                (task["key"], words_in(task["title"], language))
                for task in tasks_of(document)
                if task["key"] != key
            ],
        )

    def task(self) -> dict[str, Any]:
        """As the document holds it."""
        given = self.cleaned_data
        return {
            "key": self.key or "",
            "title": self.words(),
            "days": given["days"],
            "effort": str(given["effort"].normalize() + 0),
            "after": given["after"],
            "offset": given["offset"],
            "role": {"en": given["role_en"], "zh": given["role_zh"]},
            "side": given["side"],
        }


class TemplateGateForm(PhaseForm):
    """What a phase of a template ends with."""

    confirms_en = forms.CharField(
        label=gettext_lazy("What is confirmed"),
        max_length=10_000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=gettext_lazy(
            "Approvers sign these words. Name the documents with their version."
        ),
    )
    confirms_zh = forms.CharField(
        label=gettext_lazy("What is confirmed, in Chinese"),
        max_length=10_000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    vendor_role_en = forms.CharField(label=gettext_lazy("Our approver (role)"), max_length=100)
    vendor_role_zh = forms.CharField(
        label=gettext_lazy("Our approver (role), in Chinese"), max_length=100, required=False
    )
    customer_role_en = forms.CharField(
        label=gettext_lazy("The customer's approver (role)"), max_length=100
    )
    customer_role_zh = forms.CharField(
        label=gettext_lazy("The customer's approver (role), in Chinese"),
        max_length=100,
        required=False,
    )
    days = forms.IntegerField(
        label=gettext_lazy("Working days to answer"), min_value=1, max_value=MOST_DAYS, initial=5
    )
    is_acceptance = forms.BooleanField(
        label=gettext_lazy("The customer accepts the project here"), required=False
    )

    def gate(self) -> Gate:
        """As the document holds it."""
        given = self.cleaned_data
        words = {
            name: {"en": given[f"{name}_en"], "zh": given[f"{name}_zh"]} for name in GATE_WORDS
        }
        return {**words, "days": given["days"], "is_acceptance": given["is_acceptance"]}


def initial_of_gate(gate: Gate | None) -> dict[str, Any]:
    """What the form shows of a gate at first; None: of a new one."""
    if gate is None:
        return {"days": 5}
    words = {
        f"{name}_{language}": gate[name].get(language, "")
        for name in GATE_WORDS
        for language in ("en", "zh")
    }
    return {**words, "days": gate["days"], "is_acceptance": gate["is_acceptance"]}


def initial_of_task(document: Document, key: str) -> dict[str, Any] | None:
    """What the form shows of a task at first; None: there is none of that key."""
    for phase in document["phases"]:
        for task in phase["tasks"]:
            if task["key"] == key:
                return {
                    "title_en": task["title"].get("en", ""),
                    "title_zh": task["title"].get("zh", ""),
                    "phase": phase["key"],
                    "days": task["days"],
                    "effort": task["effort"],
                    "side": task["side"],
                    "role_en": task["role"].get("en", ""),
                    "role_zh": task["role"].get("zh", ""),
                    "after": task["after"],
                    "offset": task["offset"],
                }
    return None


class PublishForm(Seen):
    note = forms.CharField(
        label=gettext_lazy("Note"),
        max_length=500,
        required=False,
        help_text=gettext_lazy("What changed, and why. New plans use it from now on."),
    )
