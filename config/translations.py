"""Message catalogues without system tools: collecting, checking and compiling them with Babel.

English is the language of the sources, so only the other languages have a catalogue.
"""

from __future__ import annotations

import ast
import io
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_python
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.utils.translation.template import templatize

LANGUAGES = ("zh_Hans",)
SOURCE_FOLDERS = (
    "accounts",
    "config",
    "projects",
    "reports",
    "segmentation",
    "service",
    "templates",
    "ui",
)
# Function → which arguments are (context, singular, plural); as gettext's own keywords say it.
KEYWORDS: dict[str, tuple[int, ...]] = {
    "_": (1,),
    "gettext": (1,),
    "gettext_lazy": (1,),
    "gettext_noop": (1,),
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": (-1, 2),
    "pgettext_lazy": (-1, 2),
    "npgettext": (-1, 2, 3),
    "npgettext_lazy": (-1, 2, 3),
}
LITERAL = r"""u?(?:'(?:\\.|[^'\\])*'|"(?:\\.|[^"\\])*")"""
TEMPLATE_CALL = re.compile(
    rf"(?<![\w.])({'|'.join(map(re.escape, KEYWORDS))})\(\s*({LITERAL}(?:\s*,\s*{LITERAL})*)"
)
HEADERS_THAT_SAY_NOTHING = re.compile(
    rb'"(Project-Id-Version|Report-Msgid-Bugs-To|POT-Creation-Date|PO-Revision-Date|Last-Translator|'
    rb"Language-Team|Generated-By):[^\n]*\n"
)
PLACEHOLDER = re.compile(r"%\(\w+\)[sdf]|%[sd]|\{\w*\}")


@dataclass(frozen=True)
class Found:
    """A text for translation and where it stands."""

    context: str | None
    singular: str
    plural: str | None
    place: tuple[str, int]

    @property
    def id(self) -> str | tuple[str, str]:
        return self.singular if self.plural is None else (self.singular, self.plural)


def collect(root: Path) -> Iterator[Found]:
    """Every text for translation in the sources below ``root``, in order of file and line."""
    for folder in SOURCE_FOLDERS:
        for path in sorted((root / folder).rglob("*")):
            if "migrations" in path.parts or path.suffix not in {".py", ".html", ".txt"}:
                continue
            place = str(path.relative_to(root))
            text = path.read_text(encoding="utf-8")
            yield from _python(text, place) if path.suffix == ".py" else _template(text, place)


def _python(text: str, place: str) -> Iterator[Found]:
    source = io.BytesIO(text.encode())
    for line, function, messages, _ in extract_python(source, dict.fromkeys(KEYWORDS), [], {}):
        arguments = messages if isinstance(messages, tuple) else (messages,)
        if arguments[0]:
            yield from _found(str(function), arguments, (place, line))


def _template(text: str, place: str) -> Iterator[Found]:
    calls = templatize(text, origin=place)
    for match in TEMPLATE_CALL.finditer(calls):
        line = calls.count("\n", 0, match.start()) + 1
        arguments = ast.literal_eval(f"({match[2]},)")
        yield from _found(match[1], arguments, (place, line))


def _found(function: str, arguments: Iterable[object], place: tuple[str, int]) -> Iterator[Found]:
    given = list(arguments)
    context = None
    texts: list[str] = []
    for position in KEYWORDS[function]:
        if abs(position) > len(given) or not isinstance(given[abs(position) - 1], str):
            return
        value = str(given[abs(position) - 1])
        if position < 0:
            context = value
        else:
            texts.append(value)
    yield Found(context, texts[0], texts[1] if len(texts) > 1 else None, place)


def catalogue_path(root: Path, language: str) -> Path:
    return root / "locale" / language / "LC_MESSAGES" / "django.po"


def read_catalogue(root: Path, language: str) -> Catalog:
    path = catalogue_path(root, language)
    if not path.exists():
        return Catalog(locale=language, charset="utf-8", project="Tenure")
    with path.open("rb") as handle:
        return read_po(handle, locale=language, abort_invalid=True)


def update(root: Path, language: str) -> tuple[int, int]:
    """Add new texts to a catalogue and drop those that no source has. Returns (added, dropped)."""
    old = read_catalogue(root, language)
    new = Catalog(
        locale=language, charset="utf-8", header_comment="# Texts of Tenure.", fuzzy=False
    )
    for found in collect(root):
        known = old.get(found.id, context=found.context)
        translation = known.string if known is not None else None
        # Only the file is kept as place: line numbers would change with every edit.
        new.add(
            found.id,
            string=translation or (("",) if found.plural else ""),
            locations=[(found.place[0], None)],  # type: ignore[list-item]
            context=found.context,
        )
    path = catalogue_path(root, language)
    path.parent.mkdir(parents=True, exist_ok=True)
    buffer = io.BytesIO()
    write_po(buffer, new, width=100, omit_header=False, sort_by_file=True, include_lineno=False)
    text = re.sub(HEADERS_THAT_SAY_NOTHING, b"", buffer.getvalue())
    path.write_bytes(text)
    before, after = _ids(old), _ids(new)
    return len(after - before), len(before - after)


def _ids(catalogue: Catalog) -> set[tuple[object, object]]:
    return {(message.context, message.id) for message in catalogue if message.id}


def faults(root: Path, language: str) -> list[str]:
    """What is missing or wrong in a catalogue, one sentence each."""
    catalogue = read_catalogue(root, language)
    wrong: list[str] = []
    seen: set[tuple[object, object]] = set()
    for found in collect(root):
        if (found.context, found.id) in seen:
            continue
        seen.add((found.context, found.id))
        message = catalogue.get(found.id, context=found.context)
        place = f"{found.place[0]}:{found.place[1]}"
        if message is None or not _is_translated(message):
            wrong.append(f"{place}: no {language} text for “{found.singular}”")
        elif _placeholders(message, ids=True) != _placeholders(message, ids=False):
            wrong.append(f"{place}: placeholders differ in {language} for “{found.singular}”")
    return wrong


def _is_translated(message: Message) -> bool:
    strings = message.string if isinstance(message.string, tuple) else (message.string,)
    return bool(strings) and all(strings) and not message.fuzzy


def _placeholders(message: Message, *, ids: bool) -> set[str]:
    value: Any = message.id if ids else message.string
    # A language with one plural form may use the plural's placeholders only.
    texts = value if isinstance(value, tuple) else (value,)
    return set(PLACEHOLDER.findall(texts[-1]))


def compile_catalogue(root: Path, language: str) -> Path:
    """Write the .mo file that Django reads."""
    path = catalogue_path(root, language).with_suffix(".mo")
    buffer = io.BytesIO()
    write_mo(buffer, read_catalogue(root, language))
    if not path.exists() or path.read_bytes() != buffer.getvalue():
        fresh = path.with_suffix(".new")
        fresh.write_bytes(buffer.getvalue())
        fresh.replace(path)
    return path
