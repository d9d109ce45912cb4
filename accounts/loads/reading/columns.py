"""Which column of the file feeds which column of the kind: by name, by `--map`, by guess."""

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from .faults import refuse
from .values import MARGIN, Text, ValueType


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a kind.

    `required`: it must be in the file. `filled`: no cell of it may be empty. `synonyms` are other
    names that files in English and Chinese give it, used for guesses on screen only; `like` is the
    column whose guess is taken where there is no better one.
    """

    name: str
    type: ValueType = field(default_factory=Text)
    required: bool = False
    filled: bool = False
    synonyms: tuple[str, ...] = ()
    like: str = ""


class WrongMapping(ValueError):
    """A mapping that no file could satisfy: `code` and `params` say why."""

    def __init__(self, code: str, **params: object) -> None:
        self.code, self.params = code, params
        super().__init__(code)


@dataclass(frozen=True, slots=True)
class Layout:
    """Where each column of the kind is found in a row, and what else the row holds.

    `sources`: column name → position; `extras`: (name, position) of the columns that feed none.
    """

    header: tuple[str, ...]
    sources: Mapping[str, int]
    extras: tuple[tuple[str, int], ...]

    def name_of(self, column: str) -> str:
        """The file's own name of a column of the kind."""
        return self.header[self.sources[column]] if column in self.sources else column


def folded(name: str) -> str:
    """A name as it is compared: case, spaces, dashes and underscores do not matter."""
    name = unicodedata.normalize("NFKC", name).strip(MARGIN).casefold()
    return re.sub(r"[\s_\-]+", "_", name)


def parse_mapping(pairs: Iterable[str], columns: Sequence[Column]) -> dict[str, str]:
    """`theirs=ours` pairs as column → name in the file. Raises WrongMapping."""
    known = {column.name for column in columns}
    mapping: dict[str, str] = {}
    for pair in pairs:
        theirs, equals, ours = pair.rpartition("=")
        theirs, ours = theirs.strip(), ours.strip()
        if not equals or not theirs:
            raise WrongMapping("map_syntax", pair=pair)
        if ours not in known:
            raise WrongMapping("map_unknown_column", column=ours, known=sorted(known))
        if mapping.get(ours, theirs) != theirs:
            raise WrongMapping("map_twice", column=ours)
        mapping[ours] = theirs
    return mapping


def lay_out(
    header: Sequence[str],
    columns: Sequence[Column],
    mapping: Mapping[str, str],
    one_of: Sequence[Sequence[str]] = (),
) -> Layout:
    """Find every column of the kind in the header.

    `mapping`: column → name in the file, or "" to leave it out; the rest go by their own name.
    `one_of`: groups of columns of which one must be there. Raises FileRefused.
    """
    places = {folded(name): place for place, name in enumerate(header) if name}
    found = [name for name in header if name]
    unknown = [theirs for theirs in mapping.values() if theirs and folded(theirs) not in places]
    if unknown:
        raise refuse("unknown_source_columns", line=1, missing=unknown, found=found)
    sources = {}
    for column in columns:
        place = places.get(folded(mapping.get(column.name, column.name)))
        if place is not None:
            sources[column.name] = place
    missing = [column.name for column in columns if column.required and column.name not in sources]
    missing += ["|".join(group) for group in one_of if not any(name in sources for name in group)]
    if missing:
        raise refuse("missing_columns", line=1, missing=missing, found=found)
    used = set(sources.values())
    extras = tuple((name, place) for place, name in enumerate(header) if name and place not in used)
    return Layout(tuple(header), sources, extras)
