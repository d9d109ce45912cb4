"""Keeping surveys: their words, whether they are in use, and the rules by which they are asked."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts.actions.audit import record
from accounts.models import User
from service.models import Survey, SurveySettings, SurveyVersion
from service.models.surveys import SHIPPED_PREFIX
from service.queries.surveys import latest_words
from service.shipped.surveys import ENGLISH, shipped_survey

LONGEST_TEXT = 300
MOST_FURTHER = 3
LINES = ("question", "low", "high", "why", "thanks")
SETTINGS = (
    "cap_days", "open_days", "language", "quarterly", "quarterly_roles", "quarterly_tiers",
    "acceptance", "acceptance_roles", "acceptance_days",
)  # fmt: skip


class SurveyChanged(Exception):
    """Somebody else changed it since it was on screen."""


@transaction.atomic
def keep_shipped_survey(*, key: str, language: str) -> Survey:
    """A shipped survey as a row of the tenant's, made when it is first used or changed; KeyError
    where none ships by this key."""
    shipped = shipped_survey(key)
    survey, is_new = Survey.objects.get_or_create(
        shipped=key,
        defaults={
            "kind": shipped.kind,
            "name": _free_name(shipped.name.get(language) or shipped.name[ENGLISH]),
        },
    )
    if is_new:
        SurveyVersion.objects.create(survey=survey, version=1, document=shipped.document)
    return survey


def survey_by(reference: str, *, language: str) -> Survey:
    """The survey that a form names; a shipped one is made a row.

    Raises:
        ValidationError: there is none.
    """
    if reference.startswith(SHIPPED_PREFIX):
        try:
            return keep_shipped_survey(
                key=reference.removeprefix(SHIPPED_PREFIX), language=language
            )
        except KeyError:
            pass
    elif reference.isascii() and reference.isdigit() and len(reference) < 19:
        found: Survey | None = Survey.objects.filter(pk=int(reference)).first()
        if found is not None:
            return found
    raise ValidationError({"survey": _("There is no such survey.")})


@transaction.atomic
def make_survey(*, name: str, kind: str, document: Mapping[str, Any], by: User | None) -> Survey:
    """A survey of the tenant's own.

    Raises:
        ValidationError: the name is taken or empty, or a text is missing.
    """
    words = _checked(document)
    survey = Survey(kind=kind, name=name.strip())
    _save(survey)
    SurveyVersion.objects.create(survey=survey, version=1, document=words, made_by=by)
    record("survey.made", by=by, about=survey, kind=kind)
    return survey


@transaction.atomic
def change_survey(
    *,
    survey: Survey,
    seen: int,
    name: str,
    is_active: bool,
    document: Mapping[str, Any],
    by: User | None,
) -> bool:
    """Give a survey these words. What was asked before keeps the words by which it was asked.

    Returns whether anything changed.

    Raises:
        SurveyChanged: ``seen`` is not its version any more.
        ValidationError: as in :func:`make_survey`.
    """
    current = Survey.objects.select_for_update().get(pk=survey.pk)
    if current.version != seen:
        raise SurveyChanged
    latest = latest_words(current)
    words = _checked(document)
    has_new_words = words != latest.document
    if not has_new_words and (current.name, current.is_active) == (name.strip(), is_active):
        return False
    current.name, current.is_active = name.strip(), is_active
    current.version += 1
    _save(current)
    if has_new_words:
        SurveyVersion.objects.create(
            survey=current, version=latest.version + 1, document=words, made_by=by
        )
    record("survey.changed", by=by, about=current, is_active=is_active)
    return True


@transaction.atomic
def change_survey_settings(
    *, seen: int, values: Mapping[str, Any], today: date, by: User | None
) -> SurveySettings:
    """Set the rules by which surveys are asked. ``values``: some of ``SETTINGS``.

    What was accepted before the day on which asking after acceptance is switched on stays unasked.

    Raises:
        SurveyChanged: ``seen`` is not their version any more; 1 where nobody has set any.
        ValidationError: a value is out of range.
    """
    rules = locked_settings()
    if rules.version != seen:
        raise SurveyChanged
    had_acceptance = rules.acceptance_id is not None
    before = {name: getattr(rules, name) for name in SETTINGS if name in values}
    for name in before:
        setattr(rules, name, values[name])
    changed = [name for name in before if before[name] != values[name]]
    if not changed:
        return rules
    if rules.acceptance_id is not None and not had_acceptance:
        rules.acceptance_since = today
    rules.version += 1
    rules.full_clean(exclude=["acceptance_roles", "quarterly_roles", "quarterly_tiers"])
    rules.save()
    record(
        "survey.settings_changed",
        by=by,
        before={_told_name(name): _told(before[name]) for name in changed},
        after={_told_name(name): _told(values[name]) for name in changed},
    )
    return rules


def locked_settings() -> SurveySettings:
    """The tenant's rules, locked until the transaction ends: who is asked is decided by one at a
    time, so that two rounds at once do not ask a contact twice."""
    SurveySettings.objects.get_or_create(defaults={})
    found: SurveySettings = (
        SurveySettings.objects.select_for_update(of=("self",))
        .select_related("quarterly", "acceptance")
        .get()
    )
    return found


def _checked(document: Mapping[str, Any]) -> dict[str, Any]:
    """The words without what surrounds them. A language is given whole or not at all."""
    words: dict[str, Any] = {}
    for language, given in document.items():
        lines = {name: str(given.get(name) or "").strip() for name in LINES}
        further = [text for text in (str(t).strip() for t in given.get("further") or []) if text]
        if not any(lines.values()) and not further:
            continue
        if not all(lines[name] for name in ("question", "low", "high", "why")):
            raise ValidationError(
                _("Give the question, both ends of the scale and what is asked after the score.")
            )
        if len(further) > MOST_FURTHER:
            raise ValidationError(_("At most %(most)s further questions.") % {"most": MOST_FURTHER})
        if max(map(len, [*lines.values(), *further])) > LONGEST_TEXT:
            raise ValidationError(_("A text is longer than %(most)s characters.") % {
                "most": LONGEST_TEXT
            })  # fmt: skip
        words[language] = {**lines, "further": further}
    if not words:
        raise ValidationError(_("Give the words in one language at least."))
    return words


def _save(survey: Survey) -> None:
    if not survey.name:
        raise ValidationError({"name": _("Give a name.")})
    try:
        with transaction.atomic():
            survey.save()
    except IntegrityError:
        raise ValidationError({"name": _("There is a survey of this name.")}) from None


def _free_name(name: str) -> str:
    taken = set(Survey.objects.values_list("name", flat=True))
    return name if name not in taken else f"{name} *"


def _told_name(name: str) -> str:
    return f"{name}_survey" if name in ("quarterly", "acceptance") else name


def _told(value: Any) -> Any:
    """As the audit keeps it."""
    return value if isinstance(value, (int, list, type(None))) else str(value)
