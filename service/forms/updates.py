"""Forms of product updates."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.conf import settings
from django.db.models import Q
from django.utils.translation import get_language, gettext_lazy, pgettext_lazy
from django.utils.translation import gettext as _

from accounts.models import Contact, ContactRole, Module
from service.actions.updates import UpdateValues
from service.models import ProductUpdate, Request, UpdateRecipient
from ui.choices import offer_rows


def words(name: str, code: str) -> str:
    """Name of the field of a title or text in a language."""
    return f"{name}_{code.replace('-', '_')}"


class RequestsField(forms.ModelMultipleChoiceField):
    """Requests with their state."""

    def label_from_instance(self, request: Request) -> str:
        return f"{request.title} · {request.get_status_display()}"


class UpdateForm(forms.Form):
    """What was shipped, in the languages of those who read it."""

    language = forms.ChoiceField(
        label=gettext_lazy("Language for those of whom none is known"), choices=settings.LANGUAGES
    )
    shipped_on = forms.DateField(
        label=gettext_lazy("There since"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    requests = RequestsField(
        label=gettext_lazy("Requests that it fulfils"),
        queryset=None,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    modules: forms.ModelMultipleChoiceField[Module] = forms.ModelMultipleChoiceField(
        label=gettext_lazy("Modules that it is in"),
        queryset=None,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    roles = forms.MultipleChoiceField(
        label=gettext_lazy("Of the owners of these modules it goes to"),
        choices=ContactRole.Kind.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("Nobody chosen: only who asked."),
    )
    event = forms.CharField(
        label=gettext_lazy("Usage event that shows its use"),
        max_length=200,
        required=False,
        help_text=gettext_lazy("Empty: any use of these modules counts."),
    )
    seen = forms.IntegerField(widget=forms.HiddenInput, min_value=0, max_value=2**31 - 1, initial=0)

    def __init__(
        self,
        *args: Any,
        today: date,
        update: ProductUpdate | None = None,
        request: Request | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs | {"initial": _initial(update, request, today)})
        # What is decided for; another one comes from its own page.
        shippable = Q(root=None, status__in=("accepted", "planned"))
        if update is not None:
            shippable |= Q(pk__in=update.requests.values("request"))
        if request is not None:
            shippable |= Q(pk=request.pk)
        offer_rows(
            self, "requests",
            Request.objects.filter(shippable).order_by("-status", "title", "pk"),
        )  # fmt: skip
        offer_rows(self, "modules", Module.objects.order_by("name"))
        for code, name in settings.LANGUAGES:
            self.fields[words("title", code)] = forms.CharField(
                label=_("Title (%(language)s)") % {"language": name},
                max_length=200,
                required=False,
                widget=forms.TextInput(attrs={"lang": code}),
            )
            self.fields[words("text", code)] = forms.CharField(
                label=_("What is new, and how to use it (%(language)s)") % {"language": name},
                max_length=10_000,
                required=False,
                widget=forms.Textarea(attrs={"rows": 5, "lang": code}),
            )
        self.order_fields(
            [words(name, code) for code, _n in settings.LANGUAGES for name in ("title", "text")]
        )

    def values(self) -> UpdateValues:
        given = self.cleaned_data
        codes = [code for code, _name in settings.LANGUAGES]
        return UpdateValues(
            titles={code: given[words("title", code)] for code in codes},
            texts={code: given[words("text", code)] for code in codes},
            language=given["language"],
            shipped_on=given["shipped_on"],
            modules=list(given["modules"]),
            requests=list(given["requests"]),
            roles=given["roles"],
            event=given["event"],
        )


def _initial(update: ProductUpdate | None, request: Request | None, today: date) -> dict[str, Any]:
    if update is None:
        return {
            "language": get_language(),
            "shipped_on": today,
            "roles": [ContactRole.Kind.KEY_USER.value],
            "requests": [request.pk] if request else [],
            "modules": [request.module_id] if request and request.module_id else [],
            "seen": 0,
        }
    texts = {words("title", code): text for code, text in update.titles.items()}
    texts |= {words("text", code): text for code, text in update.texts.items()}
    return texts | {
        "language": update.language,
        "shipped_on": update.shipped_on,
        "roles": update.roles,
        "event": update.event,
        "requests": list(update.requests.values_list("request_id", flat=True)),
        "modules": list(update.modules.values_list("module_id", flat=True)),
        "seen": update.version,
    }


class RecipientFilterForm(forms.Form):
    """Which recipients to list. What was not understood filters nothing."""

    state = forms.ChoiceField(
        label=gettext_lazy("Letter"),
        choices=[
            ("", gettext_lazy("Any")),
            ("queued", pgettext_lazy("letter", "Written")),
            ("waiting", gettext_lazy("About to be written")),
            ("left_out", gettext_lazy("Left out")),
        ],
        required=False,
    )
    because = forms.ChoiceField(
        label=gettext_lazy("Why"),
        choices=[("", gettext_lazy("Any")), *UpdateRecipient.Because.choices],
        required=False,
    )
    answer = forms.ChoiceField(
        label=gettext_lazy("Answer"),
        choices=[("", gettext_lazy("Any")), *UpdateRecipient.Answer.choices],
        required=False,
    )


class UpdateAnswerForm(forms.Form):
    """Whether it is what a contact asked for."""

    answer = forms.ChoiceField(
        label=gettext_lazy("Is this what you asked for?"),
        choices=UpdateRecipient.Answer.choices,
        widget=forms.RadioSelect,
    )
    comment = forms.CharField(
        label=gettext_lazy("What is missing, or what you like"),
        max_length=5000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class OwnRequestForm(forms.Form):
    """What a contact asks for on their page."""

    title = forms.CharField(label=gettext_lazy("What do you wish for, in one line"), max_length=300)
    text = forms.CharField(
        label=gettext_lazy("What would you do with it"),
        max_length=5000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
    )


class PageLinkForm(forms.Form):
    """Who gets a link to what they asked for."""

    contact: forms.ModelChoiceField[Contact] = forms.ModelChoiceField(
        label=gettext_lazy("For whom"), queryset=None, empty_label=None
    )
    language = forms.ChoiceField(
        label=gettext_lazy("Language of the page"), choices=settings.LANGUAGES
    )

    def __init__(self, *args: Any, contacts: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer_rows(self, "contact", contacts)
        self.fields["language"].initial = get_language()
