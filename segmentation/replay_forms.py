"""Forms of nights computed again."""

from __future__ import annotations

from typing import Any

import django_filters
from django import forms
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from segmentation.labels import REPLAY_PARTS, REPLAY_REASONS
from segmentation.models import ReplayDifference

HOWS = {
    "then": ("then", "then"),
    "now": ("now", "then"),
    "now_rules": ("now", "now"),
}
"""What a person may ask for: (facts, rules)."""


class ReplayForm(forms.Form):
    """Which facts and which rules a night is computed again from."""

    how = forms.ChoiceField(
        label=_("Compute again"),
        widget=forms.RadioSelect,
        initial="then",
        choices=[
            ("then", _("As known then, by the rules of then: it must say the same")),
            ("now", _("As known now, by the rules of then: what late data change")),
            (
                "now_rules",
                _("As known now, by the rules in force: what late data and rules change"),
            ),
        ],
    )


class RestateForm(forms.Form):
    """Why a night is to say something else."""

    reason = forms.CharField(
        label=_("Reason"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Kept in the audit log with both digests."),
    )
    following = forms.BooleanField(
        label=_("Then the stored nights after it too, in their order"),
        required=False,
        help_text=_(
            "Each is computed again as known now, and restated where it says something else."
        ),
    )


class DifferenceFilter(django_filters.FilterSet):
    """Over the customers of whom a replay says something else."""

    q = django_filters.CharFilter(
        label=_("Customer"), method="by_words", widget=forms.TextInput(attrs={"type": "search"})
    )
    reason = django_filters.ChoiceFilter(
        label=_("Why"), empty_label=_("All"), method="having", choices=list(REPLAY_REASONS.items())
    )
    part = django_filters.ChoiceFilter(
        label=_("What differs"),
        empty_label=_("All"),
        method="having",
        choices=list(REPLAY_PARTS.items()),
    )

    class Meta:
        model = ReplayDifference
        fields: tuple[str, ...] = ()

    def by_words(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        for word in value.lower().split():
            rows = rows.filter(Q(customer__search_text__contains=word) | Q(key__icontains=word))
        return rows

    def having(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        return rows.filter(**{f"{name}s__contains": [value]})
