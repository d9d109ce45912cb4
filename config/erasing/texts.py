"""Words replaced wherever a tenant keeps text: columns, arrays and JSON alike."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import connection, models

from accounts.models import Customer, Module
from accounts.tenancy import TenantModel, current_tenant_id
from config.erasing.identity import NAME
from config.moving.decisions import GOES_ALONG
from config.moving.tables import columns_of, quoted, tenant_models

_CHINESE = re.compile(r"[㐀-鿿]")
# A company or a module may be called like a person, and goes on being called so.
CALLED_LIKE_IT = {
    (Customer._meta.db_table, "name"),
    (Customer._meta.db_table, "key"),
    (Customer._meta.db_table, "search_text"),
    (Module._meta.db_table, "name"),
    (Module._meta.db_table, "key"),
}


@dataclass(frozen=True)
class Words:
    """``exact``: addresses and the like → what stands for them. ``names``: → NAME. ``spellings``: of
    persons in usage, as :func:`config.erasing.identity.pseudonyms` has it; figures quote them."""

    exact: Mapping[str, str]
    names: Collection[str]
    spellings: Mapping[str, str] = field(default_factory=dict)

    def pairs(self, *, as_json: bool, with_names: bool) -> list[tuple[str, str]]:
        """(pattern of PostgreSQL, replacement), the longest first: one may be part of another."""
        found = [(_bounded(_written(word, as_json)), new) for word, new in self.exact.items()]
        if with_names:
            found += [
                (_name_pattern(_written(name, as_json)), NAME)
                for name in sorted(self.names, key=len, reverse=True)
            ]
        return found

    def spelled(self) -> list[tuple[str, str]]:
        """The same of spellings in JSON; there case tells one from another."""
        return [
            (f"(?c){_bounded(_written(person, True))}", new)
            for person, new in self.spellings.items()
        ]


def text_columns(model: type[models.Model]) -> dict[str, models.Field]:
    """Columns in which people write or that quote what they wrote: none of fixed choices or hashes."""
    return {
        name: field
        for name, field in columns_of(model).items()
        if (
            isinstance(field, (models.CharField, models.TextField, models.JSONField))
            or (
                isinstance(field, ArrayField)
                and isinstance(field.base_field, (models.CharField, models.TextField))
            )
        )
        and not field.choices
        and not (name.endswith("hash") and (model._meta.label, name) in GOES_ALONG)
    }


def searched_models() -> list[type[TenantModel]]:
    return [model for model in tenant_models() if model._meta.managed]


def replace_words(
    model: type[TenantModel],
    words: Words,
    *,
    only: str = "",
    parameters: Collection[Any] = (),
    except_for: Collection[str] = (),
) -> int:
    """Replace them in all texts of a table; returns how many rows changed.

    ``only``: a condition for rows, with its parameters. ``except_for``: columns left alone.
    """
    table = model._meta.db_table
    sets: list[str] = []
    places: list[str] = []
    values: list[Any] = []
    sought: list[Any] = []
    for name, kind in text_columns(model).items():
        is_json = isinstance(kind, models.JSONField)
        pairs = words.pairs(as_json=is_json, with_names=(table, name) not in CALLED_LIKE_IT)
        if name in except_for or not pairs:
            continue
        column = quoted(name)
        replaced = [*words.spelled(), *pairs] if is_json else pairs
        sets.append(f"{column} = {_replaced(column, kind, len(replaced))}")
        values += [part for pair in replaced for part in pair]
        places.append(f"{column}::text ~* %s")
        sought.append("|".join(pattern for pattern, _ in pairs))
    if not sets:
        return 0
    condition = f" AND ({only})" if only else ""
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE {quoted(table)} SET {', '.join(sets)} "  # noqa: S608
            f"WHERE tenant_id = %s{condition} AND ({' OR '.join(places)})",
            [*values, current_tenant_id(), *parameters, *sought],
        )
        return int(cursor.rowcount)


def _replaced(column: str, kind: models.Field, count: int) -> str:
    if isinstance(kind, ArrayField):
        inner = _nested("item", count)
        items = f"unnest({column}) WITH ORDINALITY AS each (item, place)"
        renewed = f"ARRAY(SELECT {inner} FROM {items} ORDER BY place)"  # noqa: S608
        return f"CASE WHEN {column} IS NULL THEN NULL ELSE {renewed} END"
    if isinstance(kind, models.JSONField):
        return f"{_nested(f'{column}::text', count)}::jsonb"
    if kind.max_length:
        return f"left({_nested(column, count)}, {int(kind.max_length)})"
    return _nested(column, count)


def _nested(value: str, count: int) -> str:
    return "regexp_replace(" * count + value + ", %s, %s, 'gi')" * count


def _written(word: str, as_json: bool) -> str:
    """As it stands in the text of JSON."""
    return json.dumps(word, ensure_ascii=False)[1:-1] if as_json else word


def escaped(word: str) -> str:
    """Of PostgreSQL's regular expressions."""
    return re.sub(r"([^\w\s]|_)", r"\\\1", word)


def _bounded(word: str) -> str:
    """Not as a part of a longer address: joann@x.example is not ann@x.example."""
    return rf"(?<![\w.+-]){escaped(word)}(?![\w-]|\.\w)"


def _name_pattern(name: str) -> str:
    # Chinese puts no space between a name and what is beside it.
    return escaped(name) if _CHINESE.search(name) else rf"(?<!\w){escaped(name)}(?!\w)"
