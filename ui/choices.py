"""What a form offers to choose from, where that is known only when the form is made."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.models import QuerySet
from django.forms import BaseForm, ChoiceField, ModelChoiceField


def offer(form: BaseForm, name: str, choices: Iterable[tuple[Any, Any]]) -> None:
    """Give a choice field its choices: values with their words, or groups with a list of those."""
    field = form.fields[name]
    assert isinstance(field, ChoiceField), f"{name} offers no choice"
    field.choices = list(choices)


def offer_rows(form: BaseForm, name: str, rows: QuerySet[Any]) -> None:
    """Give a field that chooses a row of a model the rows to choose from."""
    field = form.fields[name]
    assert isinstance(field, ModelChoiceField), f"{name} chooses no row"
    field.queryset = rows
