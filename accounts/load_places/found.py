"""What a place says of its files, and how it fails."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import BinaryIO, Protocol

# What is beyond is told, and not looked at.
MOST_FILES = 10_000
LONGEST_NAME = 1024
CHUNK = 1 << 18

# Called with every chunk: whoever reads for long says that they are alive.
Beat = Callable[[], None]


@dataclass(frozen=True)
class Found:
    """A file as it is now.

    name: below the place's path, with slashes. mark: another one when the content is another one.
    is_young: it may still be written to.
    """

    name: str
    mark: str
    size: int
    modified_at: datetime | None
    is_young: bool = False


@dataclass(frozen=True)
class Listing:
    """All files of a place by name. links: those that are passed over because they lead elsewhere.
    is_cut: there are more than are looked at."""

    files: Sequence[Found]
    links: Sequence[str] = ()
    is_cut: bool = False


class PlaceError(Exception):
    """``code``: a key of accounts.load_source_labels.TROUBLES; ``detail``: what its words name."""

    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(code)
        self.code = code
        self.detail = detail


class BadPlace(PlaceError):
    """It is not as it was set up: nothing comes of trying again."""


class Unreachable(PlaceError):
    """It does not answer, or not as it should; later it may."""


class Unreadable(PlaceError):
    """One file cannot be read; others may."""


class Changed(Exception):
    """The file is another one than was found, or still grows."""


class TooLarge(Exception):
    """It holds more than is taken."""


class Place(Protocol):
    """A folder or a bucket. Both methods may raise :class:`BadPlace` and :class:`Unreachable`."""

    def listed(self) -> Listing: ...

    def read(self, found: Found, into: BinaryIO, *, most: int, beat: Beat) -> str:
        """Copy a file; returns the SHA-256 of what was read.

        Raises:
            Changed, TooLarge, Unreadable: this file cannot be had, or not now.
        """
        ...


def storable(name: str) -> bool:
    """Whether a name can be kept and shown: PostgreSQL takes no NUL, UTF-8 no half characters."""
    if not name or len(name) > LONGEST_NAME or "\x00" in name:
        return False
    try:
        name.encode()
    except UnicodeEncodeError:
        return False
    return True
