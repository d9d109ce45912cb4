"""A tenant's folder below the operator's: no way leads out of it.

Every step from the root down is opened by its name from the step before, and never through a link:
what is looked at is what is read, whatever somebody moves about meanwhile.
"""

from __future__ import annotations

import errno
import hashlib
import os
import stat
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import islice
from typing import BinaryIO

from accounts.load_places.found import (
    CHUNK,
    MOST_FILES,
    BadPlace,
    Beat,
    Changed,
    Found,
    Listing,
    TooLarge,
    Unreachable,
    Unreadable,
    storable,
)

# A file that was changed since is believed only when a second look finds it the same.
SETTLED_SECONDS = 60
DEEPEST = 8
# Of files and folders, in all: a look must end before its worker counts as dead.
MOST_ENTRIES = 50_000
_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
# A pipe in a file's place must not hold us up.
_FILE = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC


def steps_of(path: str) -> list[str]:
    """The parts of a path below a folder; empty for the folder itself.

    Raises:
        BadPlace: it leads elsewhere.
    """
    steps = [step for step in path.strip().strip("/").split("/") if step] if path.strip() else []
    if path.strip().startswith("/") or "\\" in path or "\x00" in path:
        raise BadPlace("no_path")
    if any(step in (".", "..") or step != step.strip() for step in steps) or len(steps) > DEEPEST:
        raise BadPlace("no_path")
    return steps


@dataclass
class _Looked:
    files: list[Found] = field(default_factory=list)
    links: list[str] = field(default_factory=list)
    entries: int = 0
    is_cut: bool = False

    def has_room(self) -> bool:
        return len(self.files) < MOST_FILES and self.entries < MOST_ENTRIES


@dataclass(frozen=True)
class Folder:
    """``root`` is the operator's, ``slug`` the tenant's below it, ``path`` further down."""

    root: str
    slug: str
    path: str

    def listed(self) -> Listing:
        looked = _Looked()
        with self._opened() as folder:
            try:
                _look(folder, "", 0, looked, time.time())
            except OSError as error:
                raise Unreachable("folder_unreadable") from error
        files = sorted(looked.files, key=lambda one: one.name)
        return Listing(files, sorted(looked.links), looked.is_cut)

    def read(self, found: Found, into: BinaryIO, *, most: int, beat: Beat) -> str:
        *steps, name = found.name.split("/")
        with self._opened(steps) as folder:
            try:
                descriptor = os.open(name, _FILE, dir_fd=folder)
            except FileNotFoundError:
                raise Unreadable("gone") from None
            except OSError as error:
                raise Unreadable("link" if error.errno == errno.ELOOP else "denied") from error
        with os.fdopen(descriptor, "rb", buffering=0) as file:
            before = os.fstat(descriptor)
            if not stat.S_ISREG(before.st_mode):
                raise Unreadable("no_file")
            if _mark(before) != found.mark:
                raise Changed
            digest, size = hashlib.sha256(), 0
            try:
                while chunk := file.read(CHUNK):
                    size += len(chunk)
                    if size > before.st_size:
                        raise Changed
                    if size > most:
                        raise TooLarge
                    digest.update(chunk)
                    into.write(chunk)
                    beat()
            except OSError as error:
                raise Unreadable("folder_unreadable") from error
            if _mark(os.fstat(descriptor)) != found.mark or size != before.st_size:
                raise Changed
        return digest.hexdigest()

    @contextmanager
    def _opened(self, further: list[str] | None = None) -> Iterator[int]:
        """The folder, or one below it, as a descriptor."""
        if not self.root:
            raise BadPlace("no_root")
        try:
            current = os.open(self.root, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        except OSError as error:
            raise BadPlace("no_root") from error
        try:
            for step in (self.slug, *steps_of(self.path), *(further or [])):
                try:
                    below = os.open(step, _FOLDER, dir_fd=current)
                except OSError as error:
                    is_link = error.errno in (errno.ELOOP, errno.ENOTDIR)
                    raise BadPlace("no_folder" if not is_link else "link") from error
                os.close(current)
                current = below
            yield current
        finally:
            os.close(current)


def _look(folder: int, above: str, depth: int, looked: _Looked, now: float) -> None:
    """Everything in an open folder and below it; what begins with a dot is nobody's business."""
    most = min(MOST_FILES, MOST_ENTRIES - looked.entries)
    with os.scandir(folder) as entries:
        shown = (one for one in entries if one.name[0] != ".")
        inside = sorted(islice(shown, most + 1), key=lambda one: one.name)
    looked.entries += len(inside)
    if len(inside) > most:
        looked.is_cut = True
    for entry in inside:
        name = f"{above}{entry.name}"
        if not storable(name):
            continue
        try:
            told = entry.stat(follow_symlinks=False)
        except FileNotFoundError:
            continue  # gone since
        if stat.S_ISLNK(told.st_mode):
            looked.links.append(name)
        elif stat.S_ISDIR(told.st_mode):
            _look_below(folder, entry.name, name, depth + 1, looked, now)
        elif stat.S_ISREG(told.st_mode):
            if len(looked.files) >= MOST_FILES:
                looked.is_cut = True
                return
            looked.files.append(_found(name, told, now))


def _look_below(
    folder: int, entry: str, name: str, depth: int, looked: _Looked, now: float
) -> None:
    if depth > DEEPEST or not looked.has_room():
        looked.is_cut = True
        return
    try:
        below = os.open(entry, _FOLDER, dir_fd=folder)
    except OSError:
        # Made a link, taken away or closed to us since it was seen.
        looked.links.append(name)
        return
    try:
        _look(below, f"{name}/", depth, looked, now)
    finally:
        os.close(below)


def _found(name: str, told: os.stat_result, now: float) -> Found:
    try:
        modified = datetime.fromtimestamp(told.st_mtime, UTC)
    except (OverflowError, ValueError, OSError):
        modified = None
    is_young = not 0 <= told.st_mtime <= now - SETTLED_SECONDS
    return Found(name, _mark(told), told.st_size, modified, is_young)


def _mark(told: os.stat_result) -> str:
    return f"{told.st_size}:{told.st_mtime_ns}"
