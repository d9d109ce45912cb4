"""A load source by hand: where it is, when it is looked at, and which of its files hold what."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.forms import BaseFormSet, formset_factory
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext_lazy

from accounts.actions.load_source_values import (
    LEAST_MINUTES,
    MOST_MINUTES,
    MOST_RULES,
    RuleValues,
    SourceValues,
)
from accounts.loads.labels import DATE_ORDERS, DECIMAL_MARKS, OPTIONS
from accounts.loads.recipes import RECIPES
from accounts.loads.registry import kinds
from accounts.models import LoadMapping, LoadSource, LoadSourceFile
from accounts.queries.loads import kind_label
from ui.choices import offer

RECIPE, MAPPING = "recipe:", "mapping:"
OFTEN = (5, 10, 15, 30, 60, 120, 240, 480, 720, 1440)
_plain = forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"})


class LoadSourceForm(forms.Form):
    name = forms.CharField(
        label=gettext_lazy("Name"), max_length=100, help_text=gettext_lazy("Such as: CRM exports.")
    )
    place = forms.ChoiceField(
        label=gettext_lazy("Where the files are"),
        choices=LoadSource.Place.choices,
        initial=LoadSource.Place.BUCKET,
    )
    endpoint = forms.CharField(
        label=gettext_lazy("Endpoint"), max_length=500, required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off", "inputmode": "url",
                                      "placeholder": "https://s3.eu-central-1.amazonaws.com"}),
        help_text=gettext_lazy("Of a bucket: the address of its service, without the bucket."),
    )  # fmt: skip
    region = forms.CharField(
        label=gettext_lazy("Region of the bucket"), max_length=50, required=False, widget=_plain,
        help_text=gettext_lazy("As its service names it; empty: us-east-1."),
    )  # fmt: skip
    bucket = forms.CharField(
        label=gettext_lazy("Bucket"), max_length=63, required=False, widget=_plain
    )
    path = forms.CharField(
        label=gettext_lazy("Path"), max_length=500, required=False, strip=False, widget=_plain,
        help_text=gettext_lazy(
            "What the names in the bucket begin with, such as crm/; or the way below this "
            "organization's folder. Empty: everything."
        ),
    )  # fmt: skip
    access_key = forms.CharField(
        label=gettext_lazy("Access key"), max_length=200, required=False, widget=_plain
    )
    secret = forms.CharField(
        label=gettext_lazy("Secret"), max_length=500, required=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=gettext_lazy(
            "It is sealed and never shown again. It needs the rights to list and to read only."
        ),
    )  # fmt: skip
    is_path_style = forms.BooleanField(
        label=gettext_lazy("The bucket stands in the path of the address"), required=False,
        initial=True,
        help_text=gettext_lazy("As https://host/bucket. Without it: https://bucket.host."),
    )  # fmt: skip
    schedule = forms.ChoiceField(
        label=gettext_lazy("When it is looked at"),
        choices=LoadSource.Schedule.choices,
        initial=LoadSource.Schedule.EVERY,
    )
    minutes = forms.TypedChoiceField(
        label=gettext_lazy("How often"), coerce=int, empty_value=None, required=False, initial=60
    )
    hour = forms.TypedChoiceField(
        label=gettext_lazy("At"), coerce=int, empty_value=None, required=False, initial=6,
        choices=[(hour, f"{hour:02}:00") for hour in range(24)],
        help_text=gettext_lazy("Where this organization is."),
    )  # fmt: skip

    def __init__(self, *args: Any, source: LoadSource | None = None, **kwargs: Any) -> None:
        minutes = None
        if source is not None:
            names = [name for name in self.base_fields if name != "secret"]
            # What is not used of a schedule keeps what a new one begins with.
            given = {name: getattr(source, name) for name in names}
            kwargs["initial"] = {name: value for name, value in given.items() if value is not None}
            minutes = source.minutes
        super().__init__(*args, **kwargs)
        often = sorted({*OFTEN, *([minutes] if minutes else [])})
        offer(self, "minutes", [(count, _often(count)) for count in often])
        if source is not None and source.sealed_secret:
            self.fields["secret"].help_text = _("Left empty, the one that was entered stays.")

    def clean_minutes(self) -> int | None:
        found: int | None = self.cleaned_data["minutes"]
        return found if found is None else min(max(found, LEAST_MINUTES), MOST_MINUTES)

    def values(self, rules: list[RuleValues]) -> SourceValues:
        return SourceValues(**self.cleaned_data, rules=rules)

    def take_errors(self, error: ValidationError) -> None:
        """What the action refused, beside the fields that it is about."""
        for name, words in error.message_dict.items():
            self.add_error(name if name in self.fields else None, words)


def _often(minutes: int) -> str:
    if minutes % 60 or minutes == 60:
        words = ngettext("every %(count)s minute", "every %(count)s minutes", minutes)
        return words % {"count": minutes}
    words = ngettext("every %(count)s hour", "every %(count)s hours", minutes // 60)
    return words % {"count": minutes // 60}


class RuleForm(forms.Form):
    """Which files hold what; without a pattern the rule is taken away."""

    pattern = forms.CharField(
        label=gettext_lazy("Files called"), max_length=200, required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off", "placeholder": "customers*.csv"}),
    )  # fmt: skip
    kind = forms.ChoiceField(
        label=gettext_lazy("What they hold"),
        choices=lambda: [(kind.name, kind.label) for kind in kinds()],
        required=False,
    )
    match = forms.ChoiceField(label=gettext_lazy("Their columns"), required=False)
    dates = forms.ChoiceField(
        label=OPTIONS["dates"], required=False,
        choices=[("", gettext_lazy("As the file shows")), *DATE_ORDERS.items()],
    )  # fmt: skip
    decimal = forms.ChoiceField(
        label=OPTIONS["decimal"], required=False,
        choices=[("", gettext_lazy("As the file shows")), *DECIMAL_MARKS.items()],
    )  # fmt: skip
    skips_bad = forms.BooleanField(label=gettext_lazy("Leave bad rows out"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        recipes = [
            (f"{RECIPE}{name}", f"{recipe.program}: {kind_label(recipe.kind)}")
            for name, recipe in RECIPES.items()
        ]
        kept = [
            (f"{MAPPING}{row.pk}", f"{row.name} ({kind_label(row.kind)})")
            for row in LoadMapping.objects.order_by("kind", "name")
        ]
        choices: list[tuple[Any, Any]] = [("", _("As in the guide")), (_("Exports of"), recipes)]
        if kept:
            choices.append((_("Kept matches of columns"), kept))
        offer(self, "match", choices)

    def values(self) -> RuleValues:
        given = dict(self.cleaned_data)
        match = given.pop("match") or ""
        for name in ("ORDER", "DELETE"):
            given.pop(name, None)
        mapping = None
        if match.startswith(MAPPING):
            mapping = LoadMapping.objects.filter(pk=int(match.removeprefix(MAPPING))).first()
        recipe = match.removeprefix(RECIPE) if match.startswith(RECIPE) else ""
        return RuleValues(**given, mapping=mapping, recipe=recipe)


RuleFormSet = formset_factory(
    RuleForm, extra=1, max_num=MOST_RULES, absolute_max=MOST_RULES * 2, can_order=True
)


def rule_rows(source: LoadSource) -> list[dict[str, Any]]:
    """The rules as initial rows."""
    return [
        {
            "pattern": rule.pattern,
            "kind": rule.kind,
            "match": f"{RECIPE}{rule.recipe}" if rule.recipe
            else f"{MAPPING}{rule.mapping_id}" if rule.mapping_id else "",
            "dates": rule.dates,
            "decimal": rule.decimal,
            "skips_bad": rule.skips_bad,
        }
        for rule in source.rules.all()
    ]  # fmt: skip


def rules_given(formset: BaseFormSet) -> list[RuleValues]:
    """In the order that was given; those without one come last."""
    filled = [form for form in formset.forms if form.cleaned_data.get("pattern", "").strip()]
    last = len(filled) + 1
    filled.sort(key=lambda form: form.cleaned_data.get("ORDER") or last)
    return [form.values() for form in filled]


class FileFilter(forms.Form):
    state = forms.ChoiceField(
        label=gettext_lazy("State"),
        choices=[("", pgettext_lazy("files", "All")), *LoadSourceFile.State.choices],
        required=False,
    )
