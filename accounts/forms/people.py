"""Members, invitations, teams and what roles see."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django import forms
from django.conf import settings
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import Membership, Role, Team, Visibility, VisibilityRule
from accounts.models.reach import RecordKind, record_kinds
from ui.choices import offer, offer_rows


class RolesField(forms.MultipleChoiceField):
    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            label=_("Roles"),
            choices=Role.choices,
            widget=forms.CheckboxSelectMultiple,
            **kwargs,
        )


class TeamField(forms.ModelChoiceField):
    """The teams of the open scope's tenant."""

    def __init__(self, **kwargs: Any) -> None:
        # Filled when a form is made: only then a tenant is known.
        super().__init__(
            label=_("Team"),
            queryset=None,  # type: ignore[arg-type]
            required=False,
            empty_label=_("No team"),
            **kwargs,
        )


class InviteForm(forms.Form):
    email = forms.EmailField(
        label=_("E-mail"), widget=forms.EmailInput(attrs={"autocomplete": "off"})
    )
    name = forms.CharField(label=_("Name"), max_length=200, required=False)
    roles = RolesField()
    team = TeamField()
    language = forms.ChoiceField(
        label=_("Language of the letter"), choices=settings.LANGUAGES, required=False
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer_rows(self, "team", Team.objects.all())


class MemberForm(forms.Form):
    """Roles and place of one member. Whoever gives up their own administration says so."""

    roles = RolesField()
    team = TeamField()
    leads_team = forms.BooleanField(label=_("Leads the team"), required=False)
    give_up = forms.BooleanField(
        label=_("I will no longer be an administrator"),
        help_text=_("You will not be able to undo this yourself."),
        required=False,
    )

    def __init__(self, *args: Any, member: Membership, is_self: bool, **kwargs: Any) -> None:
        kwargs.setdefault(
            "initial",
            {"roles": member.roles, "team": member.team_id, "leads_team": member.leads_team},
        )
        super().__init__(*args, **kwargs)
        offer_rows(self, "team", Team.objects.all())
        if not (is_self and Role.ADMIN in member.roles):
            del self.fields["give_up"]

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        gives_up = "give_up" in self.fields and Role.ADMIN not in given.get("roles", [Role.ADMIN])
        if gives_up and not given.get("give_up"):
            self.add_error(
                "give_up", _("Confirm that you want to give up your own administration.")
            )
        return given


class TeamForm(forms.Form):
    name = forms.CharField(label=_("Name"), max_length=200)


@dataclass(frozen=True)
class RoleReach:
    """A role with its choice for each kind of record, in the kinds' order."""

    label: str
    choices: list[forms.BoundField]


class VisibilityForm(forms.Form):
    """One choice per role and kind of record; administrators always see all."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kept = VisibilityRule.objects.values_list("role", "record", "visibility")
        rules = {(role, record): visibility for role, record, visibility in kept}
        self.roles = [role for role in Role if role != Role.ADMIN]
        self.kinds = list(record_kinds.values())
        for role in self.roles:
            for kind in self.kinds:
                label = format_lazy("{}: {}", role.label, kind.label)
                self.fields[_reach_name(role, kind)] = forms.ChoiceField(
                    label=label,
                    choices=Visibility.choices,
                    initial=rules.get((role.value, kind.key), Visibility.ALL),
                    widget=forms.Select(attrs={"aria-label": label}),
                )

    def rows(self) -> list[RoleReach]:
        return [
            RoleReach(str(role.label), [self[_reach_name(role, kind)] for kind in self.kinds])
            for role in self.roles
        ]

    def reach(self) -> dict[str, dict[str, str]]:
        """Kind of record → role → how far it sees."""
        return {
            kind.key: {
                role.value: self.cleaned_data[_reach_name(role, kind)] for role in self.roles
            }
            for kind in self.kinds
        }


def _reach_name(role: Role, kind: RecordKind) -> str:
    return f"{kind.key}_{role.value}"


class MemberFilter(forms.Form):
    """Which members to list; what was not understood filters nothing."""

    q = forms.CharField(
        label=_("Name or e-mail"),
        required=False,
        max_length=100,
        widget=forms.TextInput(attrs={"type": "search"}),
    )
    role = forms.ChoiceField(
        label=_("Role"), choices=[("", _("Any")), *Role.choices], required=False
    )
    team = forms.ChoiceField(label=_("Team"), required=False)
    state = forms.ChoiceField(
        label=_("State"),
        choices=[
            ("", _("Any")),
            ("active", pgettext_lazy("member", "Active")),
            ("inactive", _("Inactive")),
        ],
        required=False,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(
            self,
            "team",
            [
                ("", _("Any")),
                ("none", _("No team")),
                *((str(team.pk), team.name) for team in Team.objects.all()),
            ],
        )
