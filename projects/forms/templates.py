"""Forms of templates."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import get_language, gettext_lazy

from projects.compute.plan_documents import Document, Words, tasks_of, words_in
from projects.forms.plans import EffortField
from projects.forms.tasks import MOST_DAYS
from projects.models import Side
from projects.queries.templates import offered_templates
from ui.choices import offer


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
    title_en = forms.CharField(label=gettext_lazy("Title"), max_length=200)
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
