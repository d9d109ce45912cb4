"""Forms of surveys: what results are over, whom a survey goes to, its words, and the rules."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext, gettext_lazy, pgettext_lazy

from accounts.models import ContactRole
from service.actions.surveys import LINES, LONGEST_TEXT, MOST_FURTHER
from service.models import SurveySettings
from service.models.surveys import MOST_CAP_DAYS, MOST_OPEN_DAYS, SurveyKind
from service.queries.survey_results import NO_TIER, UNKNOWN
from service.queries.surveys import OfferedSurvey
from ui.choices import offer
from ui.palette import MARKS

ROLE_CHOICES = [*ContactRole.Kind.choices, (UNKNOWN, pgettext_lazy("role of a contact", "Unknown"))]
STANDINGS: dict[str, dict[str, Any]] = {
    "nps": {
        "good": gettext_lazy("Promoters"),
        "middle": gettext_lazy("Passives"),
        "bad": gettext_lazy("Detractors"),
    },
    "csat": {
        "good": gettext_lazy("Satisfied"),
        "middle": pgettext_lazy("answer to a survey", "Neither"),
        "bad": gettext_lazy("Dissatisfied"),
    },
    "ces": {
        "good": gettext_lazy("Little effort"),
        "middle": pgettext_lazy("answer to a survey", "Neither"),
        "bad": gettext_lazy("Much effort"),
    },
}


def tier_choices() -> list[tuple[str, Any]]:
    return [(mark.key, mark.label) for mark in MARKS["tier"].values()]


class ResultFilter(forms.Form):
    """What results are over. What is asked wrongly counts as not asked."""

    period = forms.ChoiceField(label=gettext_lazy("Period"), required=False)
    role = forms.ChoiceField(label=gettext_lazy("Role"), required=False)
    tier = forms.ChoiceField(label=gettext_lazy("Tier"), required=False)
    round = forms.ChoiceField(label=gettext_lazy("Round"), required=False)
    standing = forms.ChoiceField(label=gettext_lazy("Answers"), required=False)
    commented = forms.BooleanField(label=gettext_lazy("Only with words"), required=False)

    def __init__(
        self,
        data: Any,
        *,
        kind: str,
        periods: Sequence[tuple[str, Any]],
        rounds: Sequence[tuple[str, Any]],
    ) -> None:
        super().__init__(data)
        everything = ("", gettext("All"))
        offer(self, "period", periods)
        offer(self, "role", [everything, *ROLE_CHOICES])
        none = (NO_TIER, pgettext_lazy("tier", "None"))
        offer(self, "tier", [everything, *tier_choices(), none])
        offer(self, "round", [everything, *rounds])
        offer(self, "standing", [everything, *STANDINGS[kind].items()])
        self.is_valid()

    def value(self, name: str) -> Any:
        return self.cleaned_data.get(name) or ""


class RecipientForm(forms.Form):
    """Which survey goes to whom."""

    survey = forms.ChoiceField(label=gettext_lazy("Survey"))
    label = forms.CharField(
        label=gettext_lazy("Name of the round"),
        max_length=120,
        required=False,
        help_text=gettext_lazy("By which you find its results; customers do not see it."),
    )
    group = forms.ChoiceField(label=gettext_lazy("Customer group"), required=False)
    tiers = forms.MultipleChoiceField(
        label=gettext_lazy("Tiers"), required=False, widget=forms.CheckboxSelectMultiple
    )
    roles = forms.MultipleChoiceField(
        label=gettext_lazy("Roles"),
        required=False,
        choices=ContactRole.Kind.choices,
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("None chosen: every contact, whatever the role."),
    )
    language = forms.ChoiceField(
        label=gettext_lazy("Language of the page"), choices=settings.LANGUAGES
    )

    def __init__(
        self,
        *args: Any,
        surveys: Sequence[OfferedSurvey],
        groups: Mapping[int, str],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        offer(self, "survey", [(survey.reference, survey.name) for survey in surveys])
        offer(
            self,
            "group",
            [("", gettext("All customers")), *((str(pk), name) for pk, name in groups.items())],
        )
        offer(self, "tiers", tier_choices())


class ContactSurveyForm(forms.Form):
    """Which survey goes to one contact."""

    survey = forms.ChoiceField(label=gettext_lazy("Survey"))
    contact = forms.ChoiceField(label=gettext_lazy("For whom"))
    language = forms.ChoiceField(
        label=gettext_lazy("Language of the page"), choices=settings.LANGUAGES
    )
    writes = forms.BooleanField(
        label=gettext_lazy("Send it by e-mail too"), required=False, initial=True
    )

    def __init__(
        self,
        *args: Any,
        surveys: Sequence[OfferedSurvey],
        contacts: Sequence[tuple[str, str]],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        offer(self, "survey", [(survey.reference, survey.name) for survey in surveys])
        offer(self, "contact", contacts)


class SurveyForm(forms.Form):
    """The words of a survey in each language."""

    name = forms.CharField(label=gettext_lazy("Name"), max_length=80)
    kind = forms.ChoiceField(label=gettext_lazy("Kind"), choices=SurveyKind)
    is_active = forms.BooleanField(label=gettext_lazy("In use"), required=False, initial=True)

    LABELS = {
        "question": pgettext_lazy("survey", "Question"),
        "low": gettext_lazy("Words at the lowest score"),
        "high": gettext_lazy("Words at the highest score"),
        "why": gettext_lazy("Asked after the score"),
        "thanks": gettext_lazy("Thanks"),
    }

    def __init__(
        self,
        *args: Any,
        document: Mapping[str, Any] | None = None,
        kind: str = "",
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        if kind:
            del self.fields["kind"]
        for code, _name in settings.LANGUAGES:
            words = (document or {}).get(code) or {}
            for line in LINES:
                self.fields[f"{code}-{line}"] = forms.CharField(
                    label=self.LABELS[line],
                    max_length=LONGEST_TEXT,
                    required=False,
                    initial=words.get(line, ""),
                )
            self.fields[f"{code}-further"] = forms.CharField(
                label=gettext_lazy("Further questions"),
                required=False,
                max_length=LONGEST_TEXT * MOST_FURTHER,
                widget=forms.Textarea(attrs={"rows": 2}),
                initial="\n".join(words.get("further") or []),
                help_text=gettext_lazy("One a line, three at most; each is answered in words."),
            )

    def languages(self) -> list[tuple[str, list[Any]]]:
        """(name of the language, its fields)"""
        return [
            (name, [self[f"{code}-{line}"] for line in (*LINES, "further")])
            for code, name in settings.LANGUAGES
        ]

    def document(self) -> dict[str, Any]:
        """As ``make_survey`` takes it."""
        given = self.cleaned_data
        return {
            code: {
                **{line: given[f"{code}-{line}"] for line in LINES},
                "further": given[f"{code}-further"].splitlines(),
            }
            for code, _name in settings.LANGUAGES
        }


class SurveySettingsForm(forms.Form):
    """By which rules surveys are asked."""

    seen = forms.IntegerField(widget=forms.HiddenInput)
    cap_days = forms.IntegerField(
        label=gettext_lazy("Days between surveys"),
        min_value=0,
        max_value=MOST_CAP_DAYS,
        help_text=gettext_lazy(
            "A contact is asked at most once in so many days, over all surveys. 0: no limit."
        ),
    )
    open_days = forms.IntegerField(
        label=gettext_lazy("Days to answer"), min_value=1, max_value=MOST_OPEN_DAYS
    )
    language = forms.ChoiceField(
        label=gettext_lazy("Language of what is asked by itself"), choices=settings.LANGUAGES
    )
    quarterly = forms.ChoiceField(
        label=gettext_lazy("Asked every quarter"),
        required=False,
        help_text=gettext_lazy("On the first working morning of the quarter."),
    )
    quarterly_roles = forms.MultipleChoiceField(
        label=gettext_lazy("Roles"),
        required=False,
        choices=ContactRole.Kind.choices,
        widget=forms.CheckboxSelectMultiple,
    )
    quarterly_tiers = forms.MultipleChoiceField(
        label=gettext_lazy("Tiers"), required=False, widget=forms.CheckboxSelectMultiple
    )
    acceptance = forms.ChoiceField(
        label=gettext_lazy("Asked after acceptance"),
        required=False,
        help_text=gettext_lazy(
            "Once for each project, whatever was asked lately; it counts for what is asked next."
        ),
    )
    acceptance_days = forms.IntegerField(
        label=gettext_lazy("Working days after acceptance"), min_value=0, max_value=120
    )
    acceptance_roles = forms.MultipleChoiceField(
        label=gettext_lazy("Roles"),
        required=False,
        choices=ContactRole.Kind.choices,
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(
        self,
        data: Any = None,
        *,
        rules: SurveySettings,
        surveys: Sequence[OfferedSurvey],
    ) -> None:
        names = (
            "cap_days", "open_days", "language", "quarterly_roles", "quarterly_tiers",
            "acceptance_days", "acceptance_roles",
        )  # fmt: skip
        initial = {name: getattr(rules, name) for name in names}
        initial["seen"] = rules.version
        initial["quarterly"] = rules.quarterly.reference if rules.quarterly else ""
        initial["acceptance"] = rules.acceptance.reference if rules.acceptance else ""
        super().__init__(data, initial=initial)
        nothing = ("", gettext("Not asked by itself"))
        choices = [(survey.reference, survey.name) for survey in surveys]
        offer(self, "quarterly", [nothing, *choices])
        offer(self, "acceptance", [nothing, *choices])
        offer(self, "quarterly_tiers", tier_choices())


def quarters_until(day: date, number: int) -> list[date]:
    """The first days of the last quarters, the one of a day included, oldest first."""
    index = day.year * 4 + (day.month - 1) // 3
    return [
        date(found // 4, 3 * (found % 4) + 1, 1) for found in range(index - number + 1, index + 1)
    ]
