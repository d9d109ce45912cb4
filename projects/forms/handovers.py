"""Forms of handovers and of what they list."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Colleague, Contact
from projects.forms.plans import MOST_PEOPLE, DayField, people
from projects.models import Handover, HandoverItem, Project
from projects.models.handovers import TO_DO
from ui.choices import offer

MOST_WORDS = 5000


class Seen(forms.Form):
    """The version that was on screen."""

    seen = forms.IntegerField(widget=forms.HiddenInput, min_value=0, max_value=2**31 - 1, initial=0)


class ItemForm(Seen):
    """Something that a handover lists. ``who``: a person of ours or of the customer, or nobody yet."""

    title = forms.CharField(label=gettext_lazy("What is it about"), max_length=300)
    text = forms.CharField(
        label=gettext_lazy("Details"),
        max_length=MOST_WORDS,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    who = forms.ChoiceField(label=gettext_lazy("Who sees to it"), required=False)
    due_on = DayField(label=gettext_lazy("Due on"), required=False)

    field_order = ("title", "text", "who", "due_on", "seen")

    def __init__(
        self,
        *args: Any,
        project: Project,
        section: str,
        item: HandoverItem | None = None,
        is_over: bool = False,
        **kwargs: Any,
    ) -> None:
        """``is_over``: the handover was accepted; who sees to it and until when can still change."""
        if item is not None:
            kwargs.setdefault("initial", initial_of(item))
        super().__init__(*args, **kwargs)
        if section not in TO_DO:
            del self.fields["who"], self.fields["due_on"]
        if is_over:
            del self.fields["title"], self.fields["text"]
        if "who" not in self.fields:
            return
        contacts = Contact.objects.filter(customer=project.customer_id).order_by("name")
        offer(
            self,
            "who",
            [
                ("", _("Nobody named yet")),
                (_("We"), [(f"p{pk}", name) for pk, name in people(item.person if item else None)]),
                (
                    _("The customer"),
                    [(f"c{contact.pk}", contact.name) for contact in contacts[:MOST_PEOPLE]],
                ),
            ],
        )

    def values(self) -> dict[str, Any]:
        """As :func:`projects.actions.handovers.add_item` and ``edit_item`` take them."""
        given = dict(self.cleaned_data)
        del given["seen"]
        if "who" not in given:
            return given
        who = given.pop("who")
        named = int(who[1:]) if who else 0
        return given | {
            "person": Colleague.objects.get(pk=named) if who.startswith("p") else None,
            "contact": Contact.objects.get(pk=named) if who.startswith("c") else None,
        }


class ProposeForm(Seen):
    words = forms.CharField(
        label=gettext_lazy("To the service manager"),
        max_length=MOST_WORDS,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("What is not on the list and should be said."),
    )


class ReturnForm(Seen):
    reason = forms.CharField(
        label=gettext_lazy("What has to be mended"),
        max_length=MOST_WORDS,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class AcceptForm(Seen):
    """Each section that was proposed has to be gone through."""

    sections = forms.MultipleChoiceField(
        label=gettext_lazy("I have gone through"),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": gettext_lazy("Go through every section before you accept.")},
    )

    def __init__(self, *args: Any, handover: Handover, **kwargs: Any) -> None:
        kwargs.setdefault("initial", {"seen": handover.version})
        super().__init__(*args, **kwargs)
        latest = handover.rounds.order_by("-number").first()
        shown = latest.document["sections"] if latest else []
        offer(
            self,
            "sections",
            [
                (
                    part["section"],
                    f"{Handover.Section(part['section']).label} ({len(part['items'])})",
                )
                for part in shown
            ],
        )


class SettleForm(Seen):
    """That an item is done, dropped, or open again, and why."""

    state = forms.ChoiceField(label=gettext_lazy("It is now"))
    why = forms.CharField(
        label=gettext_lazy("Why"), max_length=2000, widget=forms.Textarea(attrs={"rows": 2})
    )

    def __init__(self, *args: Any, item: HandoverItem, **kwargs: Any) -> None:
        kwargs.setdefault("initial", {"seen": item.version})
        super().__init__(*args, **kwargs)
        others = [choice for choice in HandoverItem.State.choices if choice[0] != item.state]
        offer(self, "state", others)


class NoteForm(forms.Form):
    text = forms.CharField(
        label=gettext_lazy("Note"), max_length=MOST_WORDS, widget=forms.Textarea(attrs={"rows": 2})
    )


def initial_of(item: HandoverItem) -> dict[str, Any]:
    """What a form shows of it at first."""
    who = ""
    if item.person_id:
        who = f"p{item.person_id}"
    elif item.contact_id:
        who = f"c{item.contact_id}"
    return {
        "title": item.title,
        "text": item.text,
        "who": who,
        "due_on": item.due_on,
        "seen": item.version,
    }
