"""Notes that the platform itself writes beside those of people: kept as a code, worded on reading.

A note is free text of a person, in their language; the platform has readers of every language, so
it keeps a code and each app registers the words.
"""

from __future__ import annotations

from django.utils.functional import Promise

# Before a code; nobody's words begin so.
PREFIX = "tenure:"

_words: dict[str, str | Promise] = {}


def register_note(code: str, words: str | Promise) -> str:
    """Give a code its words; returns what to keep as the note."""
    _words[code] = words
    return f"{PREFIX}{code}"


def note_words(note: str) -> str:
    """A kept note as it reads in the active language; people's own stay as they are."""
    if not note.startswith(PREFIX):
        return note
    return str(_words.get(note.removeprefix(PREFIX), note))
