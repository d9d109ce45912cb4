"""What a load source is made of, and what of that is refused."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, fields
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from accounts.load_places import BadPlace
from accounts.load_places.buckets import is_bucket_name, is_region, target_of_endpoint
from accounts.load_places.folders import steps_of
from accounts.load_source_labels import TROUBLES
from accounts.loads.reading import DateOrder, DecimalMark
from accounts.loads.recipes import find_recipe
from accounts.loads.registry import find_kind
from accounts.models import LoadMapping, LoadSource
from accounts.webhook_addresses import NotAllowed

MOST_RULES = 50
LEAST_MINUTES, MOST_MINUTES = 5, 24 * 60
# Printable and without spaces, as those who give out keys make them.
_is_key = re.compile(r"[\x21-\x7e]{1,200}").fullmatch
_is_secret = re.compile(r"[\x21-\x7e]{1,500}").fullmatch
BUCKET_FIELDS = ("endpoint", "region", "bucket", "access_key")


@dataclass(frozen=True)
class RuleValues:
    """What files of a pattern hold, and how their columns are called."""

    pattern: str
    kind: str
    recipe: str = ""
    mapping: LoadMapping | None = None
    dates: str = ""
    decimal: str = ""
    skips_bad: bool = False


@dataclass(frozen=True)
class SourceValues:
    """A source as it shall be. ``secret``: empty keeps the one that there is."""

    name: str
    place: str
    path: str = ""
    endpoint: str = ""
    region: str = ""
    bucket: str = ""
    access_key: str = ""
    secret: str = field(default="", repr=False)
    is_path_style: bool = True
    schedule: str = LoadSource.Schedule.EVERY.value
    minutes: int | None = 60
    hour: int | None = None
    rules: Sequence[RuleValues] = ()

    def columns(self) -> dict[str, Any]:
        """Those of the row, without the secret and the rules."""
        return {
            one.name: getattr(self, one.name)
            for one in fields(self)
            if one.name not in ("secret", "rules")
        }


def checked(values: SourceValues, current: LoadSource | None) -> SourceValues:
    """The values as they are kept.

    Raises:
        ValidationError: by field.
    """
    errors: dict[str, Any] = {}
    name = " ".join(values.name.split())
    others = LoadSource.objects.filter(name=name)
    if current is not None:
        others = others.exclude(pk=current.pk)
    if not name:
        errors["name"] = _("Give it a name.")
    elif others.exists():
        errors["name"] = _("There is a load source with this name.")
    is_bucket = values.place == LoadSource.Place.BUCKET
    kept: dict[str, Any] = {one: getattr(values, one).strip() for one in BUCKET_FIELDS}
    path, secret = values.path.strip(), values.secret.strip()
    if is_bucket:
        errors |= _bucket_errors(kept, secret, path, current)
    else:
        kept, secret = dict.fromkeys(BUCKET_FIELDS, ""), ""
        path = _folder_path(path, errors)
    every = values.schedule == LoadSource.Schedule.EVERY
    if every and not LEAST_MINUTES <= (values.minutes or 0) <= MOST_MINUTES:
        errors["minutes"] = _("From %(least)s to %(most)s minutes.") % {
            "least": LEAST_MINUTES, "most": MOST_MINUTES,
        }  # fmt: skip
    if not every and values.hour not in range(24):
        errors["hour"] = _("An hour from 0 to 23.")
    if wrong := _rule_errors(values.rules):
        errors["rules"] = wrong
    if errors:
        raise ValidationError(errors)
    return SourceValues(
        name=name, place=values.place, path=path, secret=secret, **kept,
        is_path_style=values.is_path_style if is_bucket else True,
        schedule=values.schedule, minutes=values.minutes if every else None,
        hour=None if every else values.hour, rules=values.rules,
    )  # fmt: skip


def _folder_path(path: str, errors: dict[str, Any]) -> str:
    try:
        return "/".join(steps_of(path))
    except BadPlace as refusal:
        errors["path"] = str(TROUBLES[refusal.code])
        return path


def _bucket_errors(
    kept: dict[str, Any], secret: str, path: str, current: LoadSource | None
) -> dict[str, str]:
    errors = {}
    try:
        target_of_endpoint(kept["endpoint"], anywhere=settings.LOAD_BUCKET_ALLOW_PRIVATE)
    except NotAllowed as refusal:
        errors["endpoint"] = str(TROUBLES[refusal.code])
    if kept["region"] and not is_region(kept["region"]):
        errors["region"] = _("This is no name of a region, such as eu-central-1.")
    if not is_bucket_name(kept["bucket"]):
        errors["bucket"] = _("This is no name of a bucket.")
    if not _is_key(kept["access_key"]):
        errors["access_key"] = _("This is no access key.")
    if "\x00" in path or path.startswith("/"):
        errors["path"] = _("Names in a bucket do not begin with a slash.")
    has_one = current is not None and bool(current.sealed_secret)
    # A secret is not sent to another address than it was entered for.
    if current is not None and not secret and kept["endpoint"] != current.endpoint:
        has_one = False
    if secret and not _is_secret(secret):
        errors["secret"] = _("This is no secret key.")
    elif not secret and not has_one:
        errors["secret"] = _("Enter the secret.")
    return errors


def _rule_errors(rules: Sequence[RuleValues]) -> list[str]:
    if not rules:
        return [_("At least one rule is needed: which files hold what.")]
    if len(rules) > MOST_RULES:
        return [_("At most %(most)s rules.") % {"most": MOST_RULES}]
    found = []
    for number, rule in enumerate(rules, 1):
        recipe = find_recipe(rule.recipe)
        wrong = ""
        if not rule.pattern.strip() or "\x00" in rule.pattern:
            wrong = _("Give a pattern, such as customers*.csv.")
        elif find_kind(rule.kind) is None:
            wrong = _("There is no such kind of file.")
        elif rule.recipe and recipe is None:
            wrong = _("There is no such recipe.")
        elif recipe is not None and recipe.kind != rule.kind:
            wrong = _("This recipe is for another kind of file.")
        elif rule.mapping is not None and rule.mapping.kind != rule.kind:
            wrong = _("This match of columns is for another kind of file.")
        elif rule.mapping is not None and recipe is not None:
            wrong = _("Either a recipe or a match of columns.")
        elif rule.dates and rule.dates not in {one.value for one in DateOrder}:
            wrong = _("There is no such order of dates.")
        elif rule.decimal and rule.decimal not in {one.value for one in DecimalMark}:
            wrong = _("There is no such decimal mark.")
        if wrong:
            found.append(_("Rule %(number)s: %(words)s") % {"number": number, "words": wrong})
    return found
