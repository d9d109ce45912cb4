"""What the audit records has words: every verb and every field, for readers of every language."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings

from accounts.labels import FIELDS, VERBS
from accounts.models import Role

APPS = ("accounts", "config", "projects", "reports", "segmentation", "service")
NOT_FIELDS = {"by", "about", "label", "before", "after"}


def records() -> Iterator[tuple[str, ast.Call]]:
    """(place, call) of every call that writes an audit record."""
    for app in APPS:
        for path in Path(settings.BASE_DIR, app).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text("utf-8"))):
                if (
                    isinstance(node, ast.Call)
                    and isinstance(node.func, ast.Name)
                    and node.func.id == "record"
                ):
                    yield f"{path.relative_to(settings.BASE_DIR)}:{node.lineno}", node


def verbs_of(call: ast.Call) -> Iterator[str]:
    """The verbs that the first argument may be."""
    for node in ast.walk(call.args[0]):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value


def test_records_are_found() -> None:
    assert len(list(records())) > 20


def test_every_verb_has_words() -> None:
    missing = {
        f"{place}: {verb}" for place, call in records() for verb in verbs_of(call) if "." in verb
    } - {f"{place}: {verb}" for place, call in records() for verb in VERBS}
    assert not missing


def test_every_field_has_words() -> None:
    missing = {
        f"{place}: {keyword.arg}"
        for place, call in records()
        for keyword in call.keywords
        if keyword.arg and keyword.arg not in NOT_FIELDS | FIELDS.keys()
    }
    assert not missing


def test_roles_are_fields_of_what_roles_see() -> None:
    assert set(Role.values) <= FIELDS.keys()


def test_what_verbs_are_about_has_words() -> None:
    assert {verb.partition(".")[0] for verb in VERBS} <= FIELDS.keys()
