"""Forms of change requests: their terms, sending, scans, and what a signatory fills in."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from babel.numbers import get_currency_precision
from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import get_language, gettext_lazy, pgettext_lazy
from django.utils.translation import gettext as _

from accounts.models import Contact
from projects.actions.change_requests import ChangeValues
from projects.actions.scans import MOST_SCAN_BYTES
from projects.actions.signing_links import VALID_FOR_DAYS
from projects.compute.change_documents import plain_decimal
from projects.forms.plans import DayField, EffortField
from projects.models import ChangeRequest, Project
from ui.choices import offer

MOST_CHOICES = 300
ITEM_ROWS = 5
MOST_DAYS_LATER = 2000
MOST_PRICE = Decimal(10**12)


class ChangeForm(forms.Form):
    """The terms of a change request."""

    title = forms.CharField(label=pgettext_lazy("heading", "Title"), max_length=300)
    text = forms.CharField(
        label=gettext_lazy("What is to be done"),
        max_length=10_000,
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text=gettext_lazy("The customer signs these words."),
    )
    effort_days = EffortField(label=gettext_lazy("Effort in person-days"), required=False)
    days_later = forms.IntegerField(
        label=gettext_lazy("Working days later"),
        min_value=0,
        max_value=MOST_DAYS_LATER,
        initial=0,
        help_text=gettext_lazy("By how many working days the project's due day moves."),
    )
    seen = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(
        self, *args: Any, currency: str, change: ChangeRequest | None = None, **kwargs: Any
    ) -> None:
        items = list(change.items.all()) if change else []
        if change is not None:
            kwargs.setdefault(
                "initial",
                {
                    "title": change.title,
                    "text": change.text,
                    "effort_days": change.effort_days,
                    "price": _plain(change.price),
                    "days_later": change.days_later,
                    "seen": change.version,
                },
            )
        super().__init__(*args, **kwargs)
        self.fields["price"] = forms.DecimalField(
            label=_("Price in %(currency)s") % {"currency": currency},
            min_value=Decimal(0),
            max_value=MOST_PRICE,
            # No smaller amounts than the currency has: they could not be paid.
            decimal_places=get_currency_precision(currency),
            required=False,
        )
        self.item_rows = max(ITEM_ROWS, len(items) + 2)
        for row in range(self.item_rows):
            known = items[row] if row < len(items) else None
            self.fields[f"item_title_{row}"] = forms.CharField(
                label=_("Item %(number)s") % {"number": row + 1},
                max_length=300,
                required=False,
                initial=known.title if known else "",
            )
            self.fields[f"item_days_{row}"] = EffortField(
                label=_("Person-days"), required=False, initial=known.effort_days if known else None
            )

    def plain_fields(self) -> list[Any]:
        return [self[name] for name in ("title", "text", "effort_days", "price", "days_later")]

    def item_fields(self) -> list[tuple[Any, Any]]:
        return [
            (self[f"item_title_{row}"], self[f"item_days_{row}"]) for row in range(self.item_rows)
        ]

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        for row in range(self.item_rows):
            title, days = given.get(f"item_title_{row}"), given.get(f"item_days_{row}")
            if bool(title) != (days is not None) and f"item_days_{row}" not in self.errors:
                self.add_error(f"item_title_{row}", _("An item has a title and person-days."))
        return given

    def values(self) -> ChangeValues:
        given = self.cleaned_data
        items = [
            (given[f"item_title_{row}"], given[f"item_days_{row}"])
            for row in range(self.item_rows)
            if given[f"item_title_{row}"]
        ]
        return ChangeValues(
            title=given["title"],
            text=given["text"],
            effort_days=given["effort_days"],
            price=given["price"],
            days_later=given["days_later"],
            items=items,
        )


def _plain(amount: Decimal | None) -> Decimal | None:
    """Without the zeros at the end that the database adds."""
    return None if amount is None else Decimal(plain_decimal(amount))


class SendForm(forms.Form):
    """Who signs, in which language, until when."""

    contact = forms.ChoiceField(label=gettext_lazy("Signatory"))
    language = forms.ChoiceField(
        label=gettext_lazy("Language of the document"), choices=settings.LANGUAGES
    )
    valid_days = forms.IntegerField(
        label=gettext_lazy("The link works for so many days"),
        min_value=1,
        max_value=90,
        initial=VALID_FOR_DAYS,
    )

    def __init__(self, *args: Any, project: Project, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        contacts = Contact.objects.filter(customer=project.customer_id).order_by("name")
        self.contacts = {str(contact.pk): contact for contact in contacts[:MOST_CHOICES]}
        offer(
            self,
            "contact",
            [
                (
                    key,
                    " · ".join(
                        part for part in (contact.name, contact.title, contact.email) if part
                    ),
                )
                for key, contact in self.contacts.items()
            ],
        )
        self.fields["language"].initial = get_language()

    def contact_chosen(self) -> Contact:
        return self.contacts[self.cleaned_data["contact"]]


class ScanForm(forms.Form):
    """A stamped scan of what the customer signed."""

    name = forms.CharField(label=gettext_lazy("Who signed"), max_length=200)
    signed_on = DayField(label=gettext_lazy("Signed on"))
    scan = forms.FileField(
        label=gettext_lazy("Scan"),
        help_text=gettext_lazy("PDF, JPEG or PNG, at most 10 MB."),
        widget=forms.ClearableFileInput(attrs={"accept": ".pdf,.jpg,.jpeg,.png"}),
        max_length=200,
    )

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["signed_on"].initial = today

    def clean_scan(self) -> Any:
        found = self.cleaned_data["scan"]
        # Before it is read into memory.
        if found.size > MOST_SCAN_BYTES:
            raise ValidationError(_("The file is larger than 10 MB."))
        return found


class SignForm(forms.Form):
    """What a signatory fills in to sign."""

    name = forms.CharField(
        label=gettext_lazy("Your name"),
        max_length=200,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    consent = forms.BooleanField(
        label=gettext_lazy("I have read this document and sign it for my company.")
    )


class DeclineForm(forms.Form):
    """What a signatory fills in to decline."""

    name = forms.CharField(
        label=gettext_lazy("Your name"),
        max_length=200,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    reason = forms.CharField(
        label=gettext_lazy("Why you decline"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class QuestionForm(forms.Form):
    """What a signatory wants to know first."""

    question = forms.CharField(
        label=gettext_lazy("Your question"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class AnswerForm(forms.Form):
    """What the vendor answers."""

    answer = forms.CharField(
        label=gettext_lazy("Answer"), max_length=2000, widget=forms.Textarea(attrs={"rows": 2})
    )
