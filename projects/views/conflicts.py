"""What two people wrote into the same task or risk, side by side."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.forms import BaseForm, Field
from django.http import QueryDict

from projects.forms.tasks import TaskQuick, initial_of
from projects.models import Risk, Task


def compared(task: Task, form: TaskQuick, before: list[int] | None) -> dict[str, Any]:
    """The task as it is now beside what was typed, field by field, with who changed it."""
    stored = initial_of(task) | {"after": ", ".join(map(str, before or []))}
    return {"task": task, "rows": side_by_side(form, stored)}


def side_by_side(form: BaseForm, stored: Mapping[str, Any]) -> list[dict[str, Any]]:
    """What is stored beside what was typed, field by field."""
    rows = []
    for name, field in form.fields.items():
        if name == "seen":
            continue
        now = _words(field, stored[name])
        typed = _words(field, form.data.get(name, ""))
        rows.append({"label": field.label, "now": now, "typed": typed, "differs": now != typed})
    return rows


def with_current_version(data: QueryDict, row: Task | Risk) -> QueryDict:
    """What was typed, ready to be saved over the version that is there now."""
    kept = data.copy()
    kept["seen"] = str(row.version)
    return kept


def _words(field: Field, value: Any) -> str:
    """A value as the field's choices word it."""
    prepared = field.prepare_value(value)
    text = "" if prepared is None else str(prepared)
    for key, label in getattr(field, "choices", []):
        if isinstance(label, list | tuple):
            text = next((str(words) for inner, words in label if str(inner) == text), text)
        elif str(key) == text:
            text = str(label)
            break
    return text
