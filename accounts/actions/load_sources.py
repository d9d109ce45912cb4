"""Places that are looked at for files by themselves: set up, changed, switched on and off."""

from __future__ import annotations

from collections.abc import Sequence

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actions.audit import record
from accounts.actions.load_source_values import RuleValues, SourceValues, checked
from accounts.actions.load_source_waking import wake_fetching_later
from accounts.load_places import BadPlace, Place
from accounts.load_places.buckets import WHOLE, Bucket
from accounts.load_places.folders import Folder
from accounts.models import (
    Load,
    LoadSource,
    LoadSourceFile,
    LoadSourceRule,
    Tenant,
    User,
)
from accounts.sealing import CannotUnseal, seal, unseal

SEALED_AS = "load source"
MOST_SOURCES = 10
State = LoadSourceFile.State
# Nobody works on it, and nothing of it is there.
LOAD_RESTS = (
    Load.State.UPLOADED, Load.State.CHECKED, Load.State.REFUSED, Load.State.DEAD,
    Load.State.UNDONE,
)  # fmt: skip


@transaction.atomic
def make_source(*, values: SourceValues, by: User | None) -> LoadSource:
    """Set a source up. It is off until somebody switches it on.

    Raises:
        ValidationError: by field; or there are too many.
    """
    given = checked(values, None)
    if LoadSource.objects.count() >= MOST_SOURCES:
        raise ValidationError(
            _("There are %(most)s load sources, which is the most there can be.")
            % {"most": MOST_SOURCES}
        )
    made: LoadSource = LoadSource.objects.create(
        **given.columns(),
        sealed_secret=seal(given.secret, purpose=SEALED_AS) if given.secret else "",
        is_active=False,
        made_by=by,
    )
    _write_rules(made, given.rules)
    record("load_source.made", by=by, about=made, place=made.place, path=told_place(made))
    return made


@transaction.atomic
def change_source(*, source: LoadSource, values: SourceValues, by: User | None) -> LoadSource:
    """Give it other values and rules. What is known of its files stays known.

    Raises:
        ValidationError: by field.
    """
    current = locked(source)
    given = checked(values, current)
    columns = given.columns()
    before = {name: getattr(current, name) for name in columns}
    former_rules = [_rule_told(rule) for rule in current.rules.select_related("mapping")]
    for name, value in columns.items():
        setattr(current, name, value)
    if given.secret:
        current.sealed_secret = seal(given.secret, purpose=SEALED_AS)
    elif current.place == LoadSource.Place.FOLDER:
        current.sealed_secret = ""
    # How the former place stood says nothing of this one.
    current.failures, current.failing_since = 0, None
    current.trouble = current.trouble_detail = ""
    if current.is_active:
        current.next_look_at = timezone.now()
    current.save()
    current.rules.all().delete()
    _write_rules(current, given.rules)
    changed = {name for name, value in before.items() if value != columns[name]}
    was, now = {name: before[name] for name in changed}, {name: columns[name] for name in changed}
    if former_rules != (rules := [_rule_told(rule) for rule in given.rules]):
        was["rules"], now["rules"] = "; ".join(former_rules), "; ".join(rules)
    if given.secret:
        was["secret"], now["secret"] = "…", "… …"
    record("load_source.changed", by=by, about=current, before=was, after=now)
    if current.is_active:
        wake_fetching_later(current.tenant_id)
    return current


@transaction.atomic
def remove_source(*, source: LoadSource, by: User | None) -> None:
    """Take it away, with what is known of its files. What was loaded stays."""
    current = locked(source)
    record("load_source.removed", by=by, about=current, path=told_place(current))
    current.delete()


@transaction.atomic
def switch_source_on(*, source: LoadSource, by: User | None) -> None:
    """Look at it from now on, at once for the first time.

    Raises:
        ValidationError: its secret has to be entered before.
    """
    current = locked(source)
    if current.is_active:
        return
    if current.place == LoadSource.Place.BUCKET and not current.sealed_secret:
        raise ValidationError({"secret": _("Enter the secret first.")})
    current.is_active, current.off_at, current.next_look_at = True, None, timezone.now()
    current.failures, current.failing_since = 0, None
    current.trouble = current.trouble_detail = ""
    current.save()
    record("load_source.switched_on", by=by, about=current)
    wake_fetching_later(current.tenant_id)


@transaction.atomic
def switch_source_off(*, source: LoadSource, by: User | None) -> None:
    """Do not look at it any more. A load that runs goes on."""
    current = locked(source)
    if not current.is_active:
        return
    current.is_active, current.off_at, current.next_look_at = False, timezone.now(), None
    current.save()
    record("load_source.switched_off", by=by, about=current)


@transaction.atomic
def ask_for_look(*, source: LoadSource, by: User | None) -> None:
    """Look at it now instead of later.

    Raises:
        ValidationError: it is off.
    """
    current = locked(source)
    if not current.is_active:
        raise ValidationError(_("It is switched off."))
    current.next_look_at = timezone.now()
    current.save(update_fields=["next_look_at"])
    record("load_source.look_asked", by=by, about=current)
    wake_fetching_later(current.tenant_id)


@transaction.atomic
def try_file_again(*, file: LoadSourceFile, by: User | None) -> None:
    """Load a file again that was refused, could not be taken, or whose load was taken back.

    Raises:
        ValidationError: it is none of these, not the latest, or its source is off.
    """
    source = locked(file.source)
    current = LoadSourceFile.objects.select_for_update(of=("self",)).get(pk=file.pk)
    if not can_be_tried_again(current, source):
        raise ValidationError(_("This file cannot be tried again now."))
    current.state, current.tries, current.trouble = State.WAITING, 0, ""
    current.settled_at, current.load = None, None
    current.save()
    record(
        "load_source.file_again", by=by, about=source, label=f"{source.name}: {current.name}",
        file=current.name,
    )  # fmt: skip
    wake_fetching_later(current.tenant_id)


def can_be_tried_again(file: LoadSourceFile, source: LoadSource) -> bool:
    if not file.is_current or not source.is_active:
        return False
    if file.state == State.REFUSED:
        # Not while somebody loads it by hand, or has done so.
        return file.load is None or file.load.state in LOAD_RESTS
    if file.state == State.FAILED:
        return True
    is_undone = file.load is not None and file.load.state == Load.State.UNDONE
    return file.state == State.LOADED and is_undone


def place_of(source: LoadSource, tenant: Tenant, *, patience: float = WHOLE) -> Place:
    """The place itself. ``patience``: seconds for a look at it.

    Raises:
        BadPlace: the secret is not of this installation.
    """
    if source.place == LoadSource.Place.FOLDER:
        return Folder(settings.LOAD_FOLDER_ROOT, tenant.slug, source.path)
    try:
        secret = unseal(source.sealed_secret, purpose=SEALED_AS)
    except CannotUnseal:
        raise BadPlace("sealed") from None
    return Bucket(
        endpoint=source.endpoint,
        region=source.region,
        bucket=source.bucket,
        prefix=source.path,
        access_key=source.access_key,
        secret=secret,
        is_path_style=source.is_path_style,
        anywhere=settings.LOAD_BUCKET_ALLOW_PRIVATE,
        patience=patience,
    )


def told_place(source: LoadSource) -> str:
    """Where it is, in a line: ``s3://bucket/prefix`` or the path below the tenant's folder."""
    if source.place == LoadSource.Place.BUCKET:
        return f"s3://{source.bucket}/{source.path}"
    return source.path or "/"


def locked(source: LoadSource) -> LoadSource:
    """As it is now, while nobody else changes it."""
    found: LoadSource = LoadSource.objects.select_for_update(no_key=True).get(pk=source.pk)
    return found


def _write_rules(source: LoadSource, rules: Sequence[RuleValues]) -> None:
    LoadSourceRule.objects.bulk_create(
        LoadSourceRule(
            source=source, position=place, pattern=rule.pattern.strip(), kind=rule.kind,
            recipe=rule.recipe, mapping=rule.mapping, dates=rule.dates, decimal=rule.decimal,
            skips_bad=rule.skips_bad,
        )
        for place, rule in enumerate(rules, 1)
    )  # fmt: skip


def _rule_told(rule: RuleValues | LoadSourceRule) -> str:
    """A rule in a line of the audit."""
    match = rule.recipe or (rule.mapping.name if rule.mapping else "")
    further = [one for one in (match, rule.dates, rule.decimal) if one]
    return " ".join([rule.pattern.strip(), "→", rule.kind, *further])
