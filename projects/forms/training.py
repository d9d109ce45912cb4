"""Forms of training sessions and of who took part."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Colleague, ContactRole, Module
from projects.forms.plans import DayField, people
from projects.models import Attendance, TrainingSession
from projects.models.training import MOST_MINUTES
from projects.queries.training import LEARNERS
from ui.choices import offer, offer_rows


class SessionForm(forms.Form):
    """A session: what it is about, when, by whom and where."""

    title = forms.CharField(label=gettext_lazy("What is it about"), max_length=300)
    kind = forms.ChoiceField(label=gettext_lazy("Kind"), choices=TrainingSession.Kind.choices)
    held_on = DayField(label=gettext_lazy("Held on"))
    minutes = forms.IntegerField(
        label=gettext_lazy("Minutes"), min_value=1, max_value=MOST_MINUTES, required=False
    )
    trainer = forms.ChoiceField(label=gettext_lazy("Trainer"), required=False)
    place = forms.CharField(
        label=gettext_lazy("Place"),
        max_length=300,
        required=False,
        help_text=gettext_lazy("A room, or the link of the meeting."),
    )
    project: forms.ModelChoiceField = forms.ModelChoiceField(
        label=gettext_lazy("Project"),
        queryset=None,
        required=False,
        empty_label=gettext_lazy("No project"),
    )
    modules: forms.ModelMultipleChoiceField = forms.ModelMultipleChoiceField(
        label=gettext_lazy("Modules"),
        queryset=None,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(
        self,
        *args: Any,
        projects: Any,
        session: TrainingSession | None = None,
        **kwargs: Any,
    ) -> None:
        if session is not None:
            kwargs.setdefault("initial", initial_of(session))
        super().__init__(*args, **kwargs)
        named = session.trainer if session else None
        offer(self, "trainer", [("", _("Nobody named")), *people(named)])
        offer_rows(self, "project", projects.order_by("-starts_on", "key"))
        offer_rows(self, "modules", Module.objects.order_by("name"))

    def values(self) -> dict[str, Any]:
        """As :func:`projects.actions.training.hold_session` takes them, without the modules."""
        given = dict(self.cleaned_data)
        del given["modules"]
        trainer = given["trainer"]
        given["trainer"] = Colleague.objects.get(pk=trainer) if trainer else None
        return given

    def modules_given(self) -> list[Module]:
        return list(self.cleaned_data["modules"])


class AttendantForm(forms.Form):
    """Somebody who took part and is no contact yet."""

    name = forms.CharField(label=gettext_lazy("Person"), max_length=300)
    role = forms.ChoiceField(
        label=gettext_lazy("Role"), required=False, initial=ContactRole.Kind.END_USER
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(
            self,
            "role",
            [*((kind.value, kind.label) for kind in reversed(LEARNERS)), ("", _("No role"))],
        )


def initial_of(session: TrainingSession) -> dict[str, Any]:
    """What a form shows of a session at first."""
    return {
        "title": session.title,
        "kind": session.kind,
        "held_on": session.held_on,
        "minutes": session.minutes,
        "trainer": str(session.trainer_id or ""),
        "place": session.place,
        "project": session.project_id,
        "modules": [entry.module_id for entry in session.modules.all()],
    }


def ticked(data: QueryDict, contact_ids: list[int], *, rest_present: bool) -> dict[int, str]:
    """What somebody changed on the list of who took part: contact → state (empty: not said).

    Each row says what it was when it was shown, so what another wrote of somebody else meanwhile
    stays. ``rest_present``: of whom nothing is said, took part.
    """
    changed = {}
    for pk in contact_ids:
        said = data.get(f"said-{pk}", "")
        if said not in Attendance.State.values:
            said = ""
        if not said and rest_present:
            said = Attendance.State.PRESENT.value
        if said != data.get(f"was-{pk}", ""):
            changed[pk] = said
    return changed
