"""Members, invitations, teams and what roles see."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import Membership, Role, Team, Visibility, VisibilityRule


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
        self.fields["team"].queryset = Team.objects.all()  # type: ignore[attr-defined]


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
        self.fields["team"].queryset = Team.objects.all()  # type: ignore[attr-defined]
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


class VisibilityForm(forms.Form):
    """One choice per role; administrators always see all."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rules = dict(
            VisibilityRule.objects.filter(record="customers").values_list("role", "visibility")
        )
        for role in Role:
            if role == Role.ADMIN:
                continue
            self.fields[role.value] = forms.ChoiceField(
                label=role.label,
                choices=Visibility.choices,
                initial=rules.get(role.value, Visibility.ALL),
            )


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
        self.fields["team"].choices = [  # type: ignore[attr-defined]
            ("", _("Any")),
            ("none", _("No team")),
            *((str(team.pk), team.name) for team in Team.objects.all()),
        ]
