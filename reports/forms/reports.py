"""Forms of reports: finding them, putting words into them, and who is to have them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from accounts.models import Contact
from reports.compute.documents import Audience, ReportKind
from reports.compute.report_periods import period_of
from reports.compute.slots import LONGEST, Slot, slots_of, unknown_tokens
from reports.documents.period_words import period_label
from reports.labels.reports import slot_label, unknown_words
from reports.models import Report
from reports.queries.report_readers import Reader
from reports.queries.reports import ANSWERED, OPENED
from segmentation.filter_choices import marked, without
from segmentation.widgets import LongSelect
from service.queries.work import seen_versions
from ui import formats
from ui.choices import offer
from ui.tags.formats import language

REVIEW, APPROVE, SEND, BACK = "review", "approve", "send", "back"
ANY = ("", _("All"))
NOT_SENT = "undone"
NOBODY = "no"


class ReportFilter(forms.Form):
    """What a list of reports is narrowed by; what makes no sense narrows nothing."""

    q = forms.CharField(
        label=_("Search"),
        required=False,
        widget=forms.TextInput(attrs={"type": "search", "placeholder": _("Customer")}),
    )
    state = forms.ChoiceField(
        label=_("State"),
        required=False,
        choices=[
            ANY,
            (NOT_SENT, _("Not sent yet")),
            *Report.State.choices,
            (OPENED, pgettext_lazy("report", "Opened")),
            (ANSWERED, pgettext_lazy("report", "Answered")),
        ],
    )
    period = forms.ChoiceField(label=_("Period"), required=False, widget=LongSelect)
    kind = forms.ChoiceField(label=_("Kind"), required=False, choices=[ANY, *Report.Kind.choices])
    tier = forms.ChoiceField(
        label=_("Tier"), required=False, choices=[ANY, *marked("tier"), without()],
        widget=LongSelect,
    )  # fmt: skip

    def __init__(self, *args: Any, periods: Sequence[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        words = [(key, period_label(period_of(key), language())) for key in periods]
        offer(self, "period", [ANY, *words])

    @property
    def asked(self) -> dict[str, Any]:
        """What was asked for and makes sense."""
        self.is_valid()
        return {name: value for name, value in self.cleaned_data.items() if value}


class ReportChangeForm(forms.Form):
    """What is done to reports; ``seen``: their ids with the revision that was on screen."""

    do = forms.ChoiceField(choices=[(one, one) for one in (REVIEW, APPROVE, SEND, BACK)])

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        given = self.data.getlist("report") if hasattr(self.data, "getlist") else []
        self.seen = dict(seen_versions(given))


class TextsForm(forms.Form):
    """The words of a report by slot. Figures are not to be edited: they are read from the facts, and
    words name them in braces."""

    def __init__(self, *args: Any, report: Report, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.slots = slots_of(report.document)
        for slot in self.slots:
            self.fields[self.name_of(slot.key)] = forms.CharField(
                label=slot_label(slot),
                required=False,
                max_length=LONGEST,
                strip=False,
                initial=report.texts.get(slot.key, slot.text),
                widget=forms.Textarea(attrs={"rows": 4}),
                help_text=_help(slot),
            )

    def clean(self) -> dict[str, Any]:
        for slot in self.slots:
            text = self.cleaned_data.get(self.name_of(slot.key), "")
            if unknown := unknown_tokens(slot, text):
                self.add_error(self.name_of(slot.key), unknown_words(slot, unknown))
        return self.cleaned_data

    def name_of(self, slot: str) -> str:
        return f"slot-{slot}"

    def texts(self) -> dict[str, str]:
        return {slot.key: self.cleaned_data[self.name_of(slot.key)] for slot in self.slots}

    def stored(self, report: Report) -> dict[str, str]:
        """What is there now, by field."""
        return {
            self.name_of(slot.key): report.texts.get(slot.key, slot.text) for slot in self.slots
        }


def _help(slot: Slot) -> str:
    """The figures that the words may name; else the section that they stand in."""
    named = [f"{{{name}}} = {text}" for name, text in slot.tokens.items() if text != formats.ABSENT]
    if named:
        words = gettext("Figures, which can be left out but not altered: %(figures)s")
        return words % {"figures": " · ".join(named)}
    return slot.section if slot.section != slot.label else ""


class ReadersForm(forms.Form):
    """Who of the customer is to have a report, and which of its two pages."""

    def __init__(
        self,
        *args: Any,
        contacts: Sequence[Contact],
        usual: Sequence[Reader],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.people = {contact.pk: contact for contact in contacts}
        chosen = {one.contact.pk: one.audience for one in usual if one.contact is not None}
        for contact in contacts:
            words = " · ".join(part for part in (contact.name, contact.title) if part)
            self.fields[f"to-{contact.pk}"] = forms.ChoiceField(
                label=words,
                help_text=contact.email or _("No e-mail address"),
                initial=chosen.get(contact.pk, NOBODY),
                choices=[
                    (NOBODY, pgettext_lazy("report", "Does not get it")),
                    (Audience.DECISION_MAKER.value, pgettext_lazy("report", "One page")),
                    (Audience.KEY_USER.value, pgettext_lazy("report", "The full report")),
                ],
            )

    def readers(self) -> list[Reader]:
        return [
            Reader(contact.name, contact.email, audience, contact=contact)
            for pk, contact in self.people.items()
            if (audience := self.cleaned_data.get(f"to-{pk}", NOBODY)) != NOBODY
        ]


class MembersForm(forms.Form):
    """Who gets a report about the tenant: executives, and addresses that somebody names."""

    readers_chosen = forms.MultipleChoiceField(
        label=_("Send to"), required=False, widget=forms.CheckboxSelectMultiple
    )
    addresses = forms.CharField(
        label=_("Further e-mail addresses"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("One on each line. They get the PDF, and no link into this tenant."),
    )

    def __init__(self, *args: Any, usual: Sequence[Reader], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # By who it is: the list may be another one by the time that it is sent.
        self.offered = {
            f"member-{one.member.pk}" if one.member else one.address.lower(): one for one in usual
        }
        words = [(key, f"{one.name} · {one.address}") for key, one in self.offered.items()]
        offer(self, "readers_chosen", words)
        self.fields["readers_chosen"].initial = list(self.offered)

    def clean_addresses(self) -> list[str]:
        found = [line.strip() for line in self.cleaned_data["addresses"].splitlines()]
        found = [line for line in found if line]
        check = forms.EmailField()
        return [check.clean(line) for line in found]

    def readers(self) -> list[Reader]:
        chosen = [self.offered[key] for key in self.cleaned_data["readers_chosen"]]
        return chosen + [Reader(one, one) for one in self.cleaned_data["addresses"]]


def is_customers(report: Report) -> bool:
    return bool(report.kind == ReportKind.CUSTOMER)
