"""How reports look, and who gets them, as forms."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from django import forms
from django.conf import settings
from django.forms.boundfield import BoundField
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from reports.actions.look_checks import LONGEST_NAME, LONGEST_TEXT, check_text, checked_accent
from reports.actions.report_templates import check_logo
from reports.compute.report_rules import (
    MONTH,
    QUARTER,
    ReportRule,
    stored_customer_rules,
    tiers_getting,
)
from reports.compute.report_templates import AUDIENCES, SECTIONS, TEXTS, Look
from reports.documents.customer import SECTIONS as NAMES
from reports.models import ReportAudience
from segmentation.labels import TIERS

LANGUAGES = tuple(code for code, _name in settings.LANGUAGES)
OUT = "0"
_WORDS = {
    "greeting": gettext_lazy("Greeting"),
    "closing": gettext_lazy("Closing words"),
    "footer": gettext_lazy("Footer"),
}


class TemplateForm(forms.Form):
    """The look of reports. ``look()`` is what it comes to; ``logo_bytes`` a new image."""

    accent = forms.CharField(
        label=gettext_lazy("Accent colour"),
        required=False,
        max_length=7,
        help_text=gettext_lazy("Of headings and charts, like #0b6e7f. Empty: as shipped."),
        widget=forms.TextInput(attrs={"placeholder": "#0b6e7f", "spellcheck": "false"}),
    )
    logo = forms.FileField(
        label=gettext_lazy("Logo"),
        required=False,
        help_text=gettext_lazy("PNG or JPEG, at most 200 KB. Empty: the one that is set stays."),
        widget=forms.FileInput(attrs={"accept": "image/png,image/jpeg"}),
    )
    without_logo = forms.BooleanField(
        label=gettext_lazy("No logo: your name stands there"), required=False
    )
    seen = forms.IntegerField(widget=forms.HiddenInput, min_value=0)

    def __init__(self, *args: Any, current: Look, **kwargs: Any) -> None:
        self.current = current
        self.logo_bytes: bytes | None = None
        super().__init__(*args, **kwargs)
        self.initial.setdefault("accent", current.accent)
        self.initial.setdefault("seen", current.version or 0)
        places = [(OUT, _("left out")), *((str(n), str(n)) for n in range(1, len(SECTIONS) + 1))]
        for section in SECTIONS:
            for audience in AUDIENCES:
                order = current.sections[audience]
                self.fields[f"{audience}-{section}"] = forms.ChoiceField(
                    label=ReportAudience(audience).label, choices=places,
                    initial=str(order.index(section) + 1) if section in order else OUT,
                )  # fmt: skip
            for language in LANGUAGES:
                self.fields[f"name-{section}-{language}"] = forms.CharField(
                    label=dict(settings.LANGUAGES)[language],
                    required=False, max_length=LONGEST_NAME, initial=current.name(language, section),
                )  # fmt: skip
        for language in LANGUAGES:
            for key in TEXTS:
                self.fields[f"{key}-{language}"] = forms.CharField(
                    label=f"{_WORDS[key]} · {dict(settings.LANGUAGES)[language]}",
                    required=False, max_length=LONGEST_TEXT, initial=current.text(language, key),
                    widget=forms.TextInput() if key == "footer" else forms.Textarea({"rows": 2}),
                )  # fmt: skip

    def clean_accent(self) -> str:
        return checked_accent(str(self.cleaned_data["accent"]))

    def clean_logo(self) -> Any:
        given = self.cleaned_data.get("logo")
        if given:
            # One byte more tells that it is too large; the rest is not read.
            self.logo_bytes = given.read(200_001)
            try:
                check_logo(self.logo_bytes)
            except forms.ValidationError as error:
                self.logo_bytes = None
                raise forms.ValidationError(error.message_dict["logo"]) from None
        return given

    def clean(self) -> dict[str, Any]:
        found = dict(super().clean() or {})
        for audience in AUDIENCES:
            taken: dict[str, str] = {}
            for section in SECTIONS:
                name = f"{audience}-{section}"
                place = found.get(name, OUT)
                if place != OUT and place in taken:
                    words = _("“%(other)s” stands at this place too.")
                    self.add_error(name, words % {"other": NAMES[taken[place]][0]})
                taken.setdefault(place, section)
        for language in LANGUAGES:
            for key in TEXTS:
                name = f"{key}-{language}"
                try:
                    check_text(found.get(name, ""))
                except forms.ValidationError as error:
                    self.add_error(name, error)
        return found

    def look(self) -> dict[str, Any]:
        """As it is stored."""
        given = self.cleaned_data
        sections = {}
        for audience in AUDIENCES:
            chosen = [(int(p), s) for s in SECTIONS if (p := given[f"{audience}-{s}"]) != OUT]
            sections[audience] = [section for _place, section in sorted(chosen)]
        return {
            "accent": given["accent"],
            "logo": "" if given["without_logo"] else self.current.logo,
            "sections": sections,
            "names": _by_language(given, SECTIONS, "name-{key}-{language}"),
            "texts": _by_language(given, TEXTS, "{key}-{language}"),
        }

    def rows(self) -> Iterator[tuple[str, list[BoundField], list[BoundField]]]:
        """Of each section its shipped name, its places by audience and its names by language."""
        for section in SECTIONS:
            places = [self[f"{audience}-{section}"] for audience in AUDIENCES]
            names = [self[f"name-{section}-{language}"] for language in LANGUAGES]
            yield str(NAMES[section][0]), places, names

    def texts(self) -> list[BoundField]:
        return [self[f"{key}-{language}"] for language in LANGUAGES for key in TEXTS]


def _by_language(
    given: Mapping[str, Any], keys: tuple[str, ...], name: str
) -> dict[str, dict[str, str]]:
    """What is not empty."""
    found = {
        language: {
            key: words
            for key in keys
            if (words := given[name.format(key=key, language=language)].replace("\r\n", "\n"))
        }
        for language in LANGUAGES
    }
    return {language: words for language, words in found.items() if words}


class ReportRuleForm(forms.Form):
    """Who of which customers gets which reports, and when they are made."""

    NONE, BOTH = "none", "both"
    CHOICES = (
        (NONE, gettext_lazy("none")),
        (MONTH, gettext_lazy("monthly")),
        (QUARTER, gettext_lazy("quarterly")),
        (BOTH, gettext_lazy("both")),
    )
    day = forms.IntegerField(
        label=gettext_lazy("Day after the period"), min_value=1, max_value=14,
        help_text=gettext_lazy("Drafts are made on this day of the month that follows."),
    )  # fmt: skip
    hour = forms.IntegerField(
        label=gettext_lazy("Hour"), min_value=0, max_value=23, required=False,
        help_text=gettext_lazy("By your clock. Empty: some hours after the night."),
    )  # fmt: skip
    seen = forms.IntegerField(widget=forms.HiddenInput, min_value=0)

    def __init__(
        self, *args: Any, rule: ReportRule, version: int, tiers: Sequence[str] = (), **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.keys = [key for key in TIERS if not tiers or key in tiers]
        self.initial.update({"day": rule.day, "hour": rule.hour, "seen": version})
        for tier, _word in self.tiers():
            for audience in AUDIENCES:
                self.fields[f"{audience}-{tier or 'none'}"] = forms.ChoiceField(
                    label=ReportAudience(audience).label, choices=self.CHOICES,
                    initial=_gets(rule, audience, tier),
                )  # fmt: skip

    def tiers(self) -> list[tuple[str, str]]:
        """Those that can be chosen, the last for customers without one."""
        return [*((key, str(TIERS[key])) for key in self.keys), ("", _("Without a tier"))]

    def rule(self) -> dict[str, Any]:
        """As it is stored."""
        given = self.cleaned_data
        keys = [tier for tier, _word in self.tiers()]
        gets = {
            length: {
                audience: [
                    tier
                    for tier in keys
                    if given[f"{audience}-{tier or 'none'}"] in (length, self.BOTH)
                ]
                for audience in AUDIENCES
            }
            for length in (MONTH, QUARTER)
        }
        customer = stored_customer_rules(keys, gets)
        return {"customer": customer, "day": given["day"], "hour": given["hour"]}

    def rows(self) -> Iterator[tuple[str, list[BoundField]]]:
        for tier, word in self.tiers():
            yield word, [self[f"{audience}-{tier or 'none'}"] for audience in AUDIENCES]


def _gets(rule: ReportRule, audience: str, tier: str) -> str:
    lengths = [
        length
        for length in (MONTH, QUARTER)
        if tiers_getting(rule.customer[length], audience, [tier])
    ]
    if len(lengths) == 2:
        return ReportRuleForm.BOTH
    return lengths[0] if lengths else ReportRuleForm.NONE
