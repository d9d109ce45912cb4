"""What two people wrote into the same task, side by side."""

from __future__ import annotations

from typing import Any

from django.forms import Field
from django.http import QueryDict

from projects.forms.tasks import TaskQuick, initial_of
from projects.models import Task


def compared(task: Task, form: TaskQuick, before: list[int] | None) -> dict[str, Any]:
    """The task as it is now beside what was typed, field by field, with who changed it."""
    stored = initial_of(task) | {"after": ", ".join(map(str, before or []))}
    rows = []
    for name, field in form.fields.items():
        if name == "seen":
            continue
        now = _words(field, stored[name])
        typed = _words(field, form.data.get(name, ""))
        rows.append({"label": field.label, "now": now, "typed": typed, "differs": now != typed})
    return {"task": task, "rows": rows}


def with_current_version(data: QueryDict, task: Task) -> QueryDict:
    """What was typed, ready to be saved over the version that is there now."""
    kept = data.copy()
    kept["seen"] = str(task.version)
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
