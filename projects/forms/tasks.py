"""Forms of tasks: a row of the list, a whole task, a new one."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from accounts.models import Colleague, Contact, Customer
from projects.actions.task_days import days_of_state
from projects.forms.plans import MOST_PEOPLE, DayField, EffortField, people
from projects.models import Phase, Side, Task
from ui.choices import offer, offer_rows

MOST_DAYS = 3650


class TaskQuick(forms.Form):
    """What changes most often: a row of the list."""

    state = forms.ChoiceField(label=gettext_lazy("State"), choices=Task.State.choices)
    starts_on = DayField(label=gettext_lazy("Starts on"))
    ends_on = DayField(label=gettext_lazy("Ends on"))
    effort_days = EffortField(label=gettext_lazy("Person-days"))
    started_on = DayField(label=gettext_lazy("Started on"), required=False)
    finished_on = DayField(label=gettext_lazy("Finished on"), required=False)
    seen = forms.IntegerField(widget=forms.HiddenInput, min_value=0, max_value=2**31 - 1)

    def __init__(self, *args: Any, task: Task | None, today: date, **kwargs: Any) -> None:
        self.task, self.today = task, today
        if task is not None:
            kwargs.setdefault("initial", initial_of(task))
        super().__init__(*args, **kwargs)
        if self.is_milestone:
            del self.fields["starts_on"], self.fields["effort_days"], self.fields["started_on"]
            self.fields["ends_on"].label = gettext_lazy("Day")

    @property
    def is_milestone(self) -> bool:
        return self.task is not None and self.task.is_milestone

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        if self.is_milestone and (day := given.get("ends_on")):
            given["starts_on"] = day
        first, last = given.get("starts_on"), given.get("ends_on")
        if first and last and last < first:
            self.add_error("ends_on", _("It ends before it starts."))
        self._complete(given)
        return given

    def _complete(self, given: dict[str, Any]) -> None:
        """Days of what happened, as the state needs them."""
        started, finished = given.get("started_on"), given.get("finished_on")
        if self.task is not None and self.is_milestone:
            started = self.task.started_on
        started, finished, faults = days_of_state(
            state=given.get("state"), is_milestone=self.is_milestone,
            planned=given.get("starts_on"), started=started, finished=finished, today=self.today,
            said=self.changed_data,
        )  # fmt: skip
        for name, why in faults.items():
            self.add_error(name, why)
        given["started_on"], given["finished_on"] = started, finished

    def values(self) -> dict[str, Any]:
        """As :func:`projects.actions.tasks.edit_task` takes them."""
        return {name: value for name, value in self.cleaned_data.items() if name not in {"seen"}}


class TaskForm(TaskQuick):
    """A whole task."""

    title = forms.CharField(label=pgettext_lazy("heading", "Title"), max_length=300)
    side = forms.ChoiceField(label=gettext_lazy("Who does it"), choices=Side.choices)
    role = forms.CharField(label=gettext_lazy("Role"), max_length=100, required=False)
    who = forms.ChoiceField(label=gettext_lazy("Person"), required=False)
    offset_days = forms.IntegerField(
        label=gettext_lazy("Waits further working days"), min_value=0, max_value=MOST_DAYS
    )
    after = forms.CharField(
        label=gettext_lazy("Waits for tasks"),
        max_length=300,
        required=False,
        help_text=gettext_lazy("Their numbers, such as 3, 5. It starts when all of them are done."),
    )

    field_order = (
        "title", "state", "side", "role", "who", "starts_on", "ends_on", "effort_days", "after",
        "offset_days", "started_on", "finished_on",
    )  # fmt: skip

    def __init__(
        self,
        *args: Any,
        customer: Customer,
        before: list[int] | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        if self.task is not None:
            self.initial["after"] = ", ".join(map(str, before or []))
        contacts = Contact.objects.filter(customer=customer).order_by("name")[:MOST_PEOPLE]
        named = self.task.person if self.task else None
        offer(
            self,
            "who",
            [
                ("", _("Nobody yet")),
                (_("We"), [(f"p{pk}", name) for pk, name in people(named)]),
                (
                    _("The customer"),
                    [(f"c{contact.pk}", contact.name) for contact in contacts],
                ),
            ],
        )

    def clean_after(self) -> list[int]:
        text = self.cleaned_data["after"].replace("，", ",").replace("、", ",")
        parts = [part for part in text.replace(",", " ").split() if part]
        if any(not (part.isascii() and part.isdigit()) or len(part) > 6 for part in parts):
            raise ValidationError(_("Give numbers of tasks, parted by commas."))
        return [int(part) for part in parts]

    def values(self) -> dict[str, Any]:
        values = super().values()
        del values["after"]
        who = values.pop("who")
        pk = int(who[1:]) if who else None
        values["person"] = Colleague.objects.get(pk=pk) if who.startswith("p") else None
        values["contact"] = Contact.objects.get(pk=pk) if who.startswith("c") else None
        return values


class NewTask(TaskForm):
    """A further task or milestone of a phase."""

    phase: forms.ModelChoiceField = forms.ModelChoiceField(
        label=gettext_lazy("Phase"), queryset=None
    )
    is_milestone_too = forms.BooleanField(label=gettext_lazy("It is a milestone"), required=False)

    field_order = ("phase", "is_milestone_too", *TaskForm.field_order)  # type: ignore[assignment]

    def __init__(self, *args: Any, project: Any, **kwargs: Any) -> None:
        kwargs.setdefault(
            "initial",
            {
                "seen": 0,
                "starts_on": max(project.starts_on, kwargs["today"]),
                "ends_on": max(project.starts_on, kwargs["today"]) + timedelta(days=1),
                "effort_days": 1,
                "offset_days": 0,
            },
        )
        super().__init__(*args, task=None, customer=project.customer, **kwargs)
        offer_rows(self, "phase", Phase.objects.filter(project=project))
        for name in ("state", "started_on", "finished_on"):
            del self.fields[name]

    def values(self) -> dict[str, Any]:
        values = super().values()
        for name in ("phase", "is_milestone_too", "started_on", "finished_on"):
            values.pop(name, None)
        return values


def initial_of(task: Task) -> dict[str, Any]:
    """What a form shows of a task at first."""
    who = f"p{task.person_id}" if task.person_id else ""
    return {
        "title": task.title,
        "side": task.side,
        "role": task.role,
        "who": f"c{task.contact_id}" if task.contact_id else who,
        "starts_on": task.starts_on,
        "ends_on": task.ends_on,
        "offset_days": task.offset_days,
        "effort_days": task.effort_days.normalize() + 0,
        "state": task.state,
        "started_on": task.started_on,
        "finished_on": task.finished_on,
        "seen": task.version,
    }
