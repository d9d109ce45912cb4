"""A play's document that came as JSON, read by the forms that the editor reads it with."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from django import forms
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.utils.translation import gettext as _

from segmentation.compute.conditions import ConditionFaulty, parse
from segmentation.condition_words import fault_sentence
from segmentation.queries.condition_fields import condition_fields
from service.compute.play_documents import DocumentFaulty, PlayDocument
from service.forms.plays import EN, ZH, Editing, PlayForm, StepForm, trigger_form
from service.labels.plays import fault_words
from service.triggers import Names, triggers

# Fields of the forms → where they stand in a document.
WORDS = {
    "name_zh": f"names.{ZH}", "name_en": f"names.{EN}",
    "purpose_zh": f"purposes.{ZH}", "purpose_en": f"purposes.{EN}",
    "trigger_gone": "end.trigger_gone", "condition_gone": "end.condition_gone",
    "expires_days": "end.expires_days",
}  # fmt: skip
STEP = {"title_zh": f"titles.{ZH}", "title_en": f"titles.{EN}"}
SCHEME = ("scheme", "value")
Faults = dict[str, list[str]]


def document_from(given: Mapping[str, Any], names: Names, *, kind: str = "") -> PlayDocument:
    """The document that ``PlayDocument.to_json`` would give again.

    Args:
        given: ``names``, ``purposes``, ``trigger``, ``condition``, ``steps`` and ``end``.
        kind: of the trigger, where it may be no other.

    Raises:
        ValidationError: by path, e.g. ``trigger.days``.
    """
    trigger = dict(given["trigger"])
    wanted = trigger.pop("kind", "")
    if not isinstance(wanted, str) or wanted not in triggers:
        words = _("One of: %(known)s.") % {"known": ", ".join(triggers)}
        raise ValidationError({"trigger.kind": words})
    if kind and wanted != kind:
        raise ValidationError(
            {"trigger.kind": _("What sets a play off stays of one kind. Make another play.")}
        )
    faults = _unknown(trigger, trigger_form(wanted, names))
    editing = Editing(
        wanted,
        PlayForm(_words(given)),
        trigger_form(wanted, names, _shown(trigger)),  # type: ignore[arg-type] # reads like one
        [
            StepForm(_step(one), prefix="s", people=names.people) for one in given["steps"]
        ],
    )  # fmt: skip
    editing.is_valid()
    faults |= dict(_faults(editing))
    condition = given["condition"]
    if condition is not None:
        try:
            parse(condition, condition_fields().by_key)
        except ConditionFaulty as error:
            for fault in error.faults:
                path = f"condition.{fault.path}".rstrip(".")
                faults.setdefault(path, []).append(fault_sentence(fault))
    if faults:
        raise ValidationError(faults)  # type: ignore[arg-type]
    return editing.document(condition)


def faults_of(error: DocumentFaulty) -> ValidationError:
    """What an action found wrong, by path."""
    return ValidationError({fault.path: fault_words(fault) for fault in error.faults})


def _words(given: Mapping[str, Any]) -> dict[str, Any]:
    end = given["end"]
    return {
        "name_zh": given["names"].get(ZH, ""),
        "name_en": given["names"].get(EN, ""),
        "purpose_zh": given["purposes"].get(ZH, ""),
        "purpose_en": given["purposes"].get(EN, ""),
        "trigger_gone": end["trigger_gone"],
        "condition_gone": end["condition_gone"],
        "expires_days": _sent(end["expires_days"]),
    }


def _step(one: Mapping[str, Any]) -> dict[str, str]:
    titles = one.get("titles") or {}
    values = {
        "title_zh": titles.get(ZH, ""),
        "title_en": titles.get(EN, ""),
        "owner": one.get("owner", "face"),
        "member": one.get("member", ""),
        "due": one.get("due", 5),
        "kind": one.get("kind", "task"),
        "survey": one.get("survey", ""),
    }
    return {f"s-{name}": _sent(value) for name, value in values.items()}


def _shown(trigger: Mapping[str, Any]) -> dict[str, str]:
    values = {name: _sent(value) for name, value in trigger.items()}
    if set(SCHEME) <= values.keys():
        values["scheme_value"] = f"{values['scheme']}.{values['value']}"
    return {f"t-{name}": value for name, value in values.items()}


def _sent(value: Any) -> str:
    """As a form sends it."""
    if isinstance(value, bool):
        return str(value).lower()
    return "" if value is None else str(value)


def _unknown(trigger: Mapping[str, Any], form: forms.Form) -> Faults:
    """What this kind does not ask for, and what is no plain value."""
    known = {name for name in form.fields if name != "scheme_value"}
    known |= set(SCHEME) if "scheme_value" in form.fields else set()
    return {
        f"trigger.{name}": [
            _("One of: %(known)s.") % {"known": ", ".join(sorted(known))}
            if name not in known
            else _("A text or a number.")
        ]
        for name, value in trigger.items()
        if name not in known or isinstance(value, list | dict)
    }


def _faults(editing: Editing) -> Iterator[tuple[str, list[str]]]:
    yield from _of(editing.words, "", WORDS, "")
    yield from _of(editing.trigger, "trigger.", {"scheme_value": "value"}, "trigger")
    for place, form in enumerate(editing.steps):
        yield from _of(form, f"steps.{place}.", STEP, f"steps.{place}")


def _of(
    form: forms.Form, prefix: str, paths: Mapping[str, str], whole: str
) -> Iterator[tuple[str, list[str]]]:
    for name, messages in form.errors.items():
        path = whole if name == NON_FIELD_ERRORS else prefix + paths.get(name, name)
        yield path, [str(message) for message in messages]
