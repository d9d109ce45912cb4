"""Forms of what is promised about cases, and of departments."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Case, Department, Membership
from accounts.zones import zones
from service.compute.case_rules import (
    LEAST_MINUTES,
    MOST_MINUTES,
    MOST_REOPEN_DAYS,
    MOST_WARN_MINUTES,
    PRIORITIES,
    RulesFault,
    read_rules,
)
from ui.choices import offer

HOUR = 60
KINDS_OF_TARGET = ("response", "resolution")


def time_input() -> forms.TimeInput:
    return forms.TimeInput(attrs={"type": "time"}, format="%H:%M")


class PromiseForm(forms.Form):
    """Office hours, days to open a case again, and hours by tier and priority.

    An empty pair of hours of a tier is that of every tier; of every tier, nothing is promised.
    """

    opens = forms.TimeField(label=gettext_lazy("The office opens at"), widget=time_input())
    closes = forms.TimeField(
        label=gettext_lazy("It closes at"),
        widget=time_input(),
        help_text=gettext_lazy("00:00 is midnight, the end of the day."),
    )
    break_from = forms.TimeField(
        label=gettext_lazy("Break from"), widget=time_input(), required=False
    )
    break_to = forms.TimeField(
        label=gettext_lazy("Break until"), widget=time_input(), required=False
    )
    zone = forms.ChoiceField(label=gettext_lazy("Time zone of the office"), required=False)
    reopen_days = forms.IntegerField(
        label=gettext_lazy("Customers may open a case again for so many days"),
        min_value=0,
        max_value=MOST_REOPEN_DAYS,
    )
    warn_minutes = forms.IntegerField(
        label=gettext_lazy("Tell who looks after it so many working minutes before"),
        min_value=0,
        max_value=MOST_WARN_MINUTES,
    )
    note = forms.CharField(label=gettext_lazy("Why"), max_length=500, required=False)
    seen = forms.IntegerField(widget=forms.HiddenInput, min_value=0, max_value=2**31 - 1)

    def __init__(
        self,
        *args: Any,
        document: Mapping[str, Any],
        tiers: Sequence[tuple[str, Any]],
        version: int,
        tenant_zone: str,
        **kwargs: Any,
    ) -> None:
        self.document, self.tiers, self.tenant_zone = document, list(tiers), tenant_zone
        office = document["office"]
        kwargs.setdefault(
            "initial",
            {
                **{
                    name: office.get(name) for name in ("opens", "closes", "break_from", "break_to")
                },
                "zone": office.get("zone", ""),
                "reopen_days": document["reopen_days"],
                "warn_minutes": document["warn_minutes"],
                "seen": version,
            },
        )
        super().__init__(*args, **kwargs)
        own = _("As the tenant's: %(zone)s") % {"zone": tenant_zone}
        offer(self, "zone", [("", own), *((zone, zone) for zone in sorted(zones()))])
        for tier, _label in self.tiers:
            for priority in PRIORITIES:
                given = document["targets"].get(tier, {}).get(priority) or (None, None)
                for kind, minutes in zip(KINDS_OF_TARGET, given, strict=True):
                    self.fields[cell(tier, priority, kind)] = forms.DecimalField(
                        min_value=LEAST_MINUTES / HOUR,
                        max_value=MOST_MINUTES / HOUR,
                        max_digits=6,
                        decimal_places=2,
                        required=False,
                        initial=None if minutes is None else round(minutes / HOUR, 2),
                        widget=forms.NumberInput(attrs={"step": "any"}),
                    )

    def grid(self) -> list[tuple[Any, list[tuple[Any, Any]]]]:
        """Tier → per priority the two fields."""
        response, resolution = KINDS_OF_TARGET
        return [
            (
                label,
                [
                    (self[cell(tier, priority, response)], self[cell(tier, priority, resolution)])
                    for priority in PRIORITIES
                ],
            )
            for tier, label in self.tiers
        ]

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if self.errors:
            return given
        for tier, _label in self.tiers:
            for priority in PRIORITIES:
                response, resolution = (
                    given[cell(tier, priority, kind)] for kind in KINDS_OF_TARGET
                )
                if tier and (response is None) != (resolution is None):
                    name = cell(tier, priority, "response" if response is None else "resolution")
                    self.add_error(name, _("Give both hours or neither."))
                elif response is not None and resolution is not None and resolution < response:
                    self.add_error(
                        cell(tier, priority, "resolution"),
                        _("A case cannot be solved before it is answered."),
                    )
        if not self.errors:
            try:
                read_rules(self.as_document(), zone=self.tenant_zone)
            except RulesFault as fault:
                raise ValidationError(
                    _(
                        "These office hours make no sense: the break lies between opening and closing."
                    )
                    if fault.field == "office"
                    else _("Hours lie between 0.1 and 800.")
                ) from fault
        return given

    def as_document(self) -> dict[str, Any]:
        """As :func:`service.compute.case_rules.read_rules` takes it; tiers that the form does not show
        keep what they had."""
        given = self.cleaned_data
        targets = {
            tier: dict(row)
            for tier, row in self.document["targets"].items()
            if tier not in dict(self.tiers)
        }
        for tier, _label in self.tiers:
            row = {
                priority: [
                    None if hours is None else round(hours * HOUR)
                    for hours in (given[cell(tier, priority, kind)] for kind in KINDS_OF_TARGET)
                ]
                for priority in PRIORITIES
            }
            if tier:
                row = {name: pair for name, pair in row.items() if pair != [None, None]}
            if row:
                targets[tier] = row
        return {
            "office": {
                **{
                    name: given[name].strftime("%H:%M") if given[name] else None
                    for name in ("opens", "closes", "break_from", "break_to")
                },
                "zone": given["zone"],
            },
            "targets": targets,
            "reopen_days": given["reopen_days"],
            "warn_minutes": given["warn_minutes"],
        }


def cell(tier: str, priority: str, kind: str) -> str:
    """Name of a field of the grid."""
    return f"{tier or 'every'}-{priority}-{kind}"


class DepartmentForm(forms.Form):
    """A department, who answers for it, and which cases it takes."""

    name = forms.CharField(label=gettext_lazy("Name"), max_length=200)
    lead = forms.ChoiceField(label=gettext_lazy("Who answers for it"), required=False)
    takes_cases = forms.BooleanField(
        label=gettext_lazy("Cases are passed on to it"), required=False, initial=True
    )
    kinds = forms.MultipleChoiceField(
        label=gettext_lazy("Only cases of these kinds"),
        choices=Case.Kind.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    priorities = forms.MultipleChoiceField(
        label=gettext_lazy("Only of these priorities"),
        choices=Case.Priority.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("None ticked: every one."),
    )
    is_active = forms.BooleanField(label=gettext_lazy("It exists"), required=False, initial=True)

    def __init__(self, *args: Any, department: Department | None = None, **kwargs: Any) -> None:
        if department is not None:
            names = ("name", "takes_cases", "kinds", "priorities", "is_active")
            initial = {name: getattr(department, name) for name in names}
            kwargs.setdefault("initial", initial | {"lead": department.lead_id})
        super().__init__(*args, **kwargs)
        members = Membership.objects.filter(is_active=True).select_related("user")
        offer(
            self,
            "lead",
            [
                ("", _("Nobody yet")),
                *((str(one.pk), str(one.user)) for one in members.order_by("user__name")[:300]),
            ],
        )
        if department is None:
            del self.fields["is_active"]

    def values(self) -> dict[str, Any]:
        """As :func:`service.actions.case_rules.save_department` takes them."""
        given = dict(self.cleaned_data)
        lead = given.pop("lead")
        given.setdefault("is_active", True)
        return given | {"lead": Membership.objects.get(pk=int(lead)) if lead else None}
