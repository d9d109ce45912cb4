"""No text is translated while modules are imported: it would keep the language of that moment."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings

APPS = ("accounts", "config", "projects", "reports", "segmentation", "service", "ui")
AT_ONCE = {"gettext", "ngettext", "pgettext", "npgettext"}
LAZY = {f"{name}_lazy" for name in AT_ONCE}
SOURCES = sorted(
    path for app in APPS for path in Path(settings.BASE_DIR, app).rglob("*.py") if path.is_file()
)


def translated_at_import(text: str) -> list[int]:
    """Lines of a module that turn a translation into words when the module is imported."""
    tree = ast.parse(text)
    names = _imported(tree)
    lines = []
    for node, parents in _run_at_import(tree, ()):
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name):
            continue
        name = names.get(node.func.id, "")
        if name in AT_ONCE or (name in LAZY and _resolves(node, parents[-1])):
            lines.append(node.lineno)
    return lines


def _imported(tree: ast.Module) -> dict[str, str]:
    return {
        alias.asname or alias.name: alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module == "django.utils.translation"
        for alias in node.names
    }


def _run_at_import(
    node: ast.AST, parents: tuple[ast.AST, ...]
) -> Iterator[tuple[ast.AST, tuple[ast.AST, ...]]]:
    """Every node that runs at import with its parents: all but the bodies of functions."""
    yield node, parents
    for field, value in ast.iter_fields(node):
        if field == "body" and isinstance(
            node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda
        ):
            continue
        for child in value if isinstance(value, list) else [value]:
            if isinstance(child, ast.AST):
                yield from _run_at_import(child, (*parents, node))


def _resolves(call: ast.Call, parent: ast.AST) -> bool:
    if isinstance(parent, ast.Call):
        return isinstance(parent.func, ast.Name) and parent.func.id == "str"
    return isinstance(parent, ast.BinOp | ast.FormattedValue | ast.Attribute | ast.Subscript)


def test_no_module_translates_while_it_is_imported() -> None:
    assert len(SOURCES) > 100
    found = {
        str(path.relative_to(settings.BASE_DIR)): lines
        for path in SOURCES
        if (lines := translated_at_import(path.read_text("utf-8")))
    }
    assert not found


@pytest.mark.parametrize(
    "line",
    [
        'WORDS = _("in %(n)s days") % {"n": 3}',
        'WORDS = [_("in %(n)s days") % {"n": n} for n in (1, 2)]',
        'WORDS = _("a") + "b"',
        "WORDS = f\"{_('a')}\"",
        'WORDS = _("in {n} days").format(n=3)',
        'WORDS = str(_("a"))',
        'WORDS = now("a")',
        'class Words:\n    word = _("a") % ()',
        'def words(word=_("a") % ()): pass',
    ],
)
def test_the_search_finds_what_it_looks_for(line: str) -> None:
    imports = (
        "from django.utils.translation import gettext_lazy as _\n"
        "from django.utils.translation import gettext as now\n"
    )
    assert translated_at_import(imports + line)
    assert not translated_at_import(imports + 'WORDS = _("a")')
    assert not translated_at_import(imports + 'def words():\n    return now("a %s") % 1')
