"""Arguments and output of commands in terminals that do not speak UTF-8."""

from __future__ import annotations

import io
import sys


def refuse_what_is_not_text(arguments: list[str]) -> None:
    """End with status 1 when an argument has bytes that are no text in this terminal's encoding.

    Python passes such bytes on as halves of surrogate pairs, which neither a database nor a file
    of ours can hold.
    """
    for argument in arguments:
        try:
            argument.encode()
        except UnicodeEncodeError:
            sys.stderr.write(f"This argument is not valid text: {argument!a}\n")
            sys.exit(1)


def speak_utf8() -> None:
    """What programs read is UTF-8 whatever the locale; a terminal keeps its encoding, and shows
    characters that it lacks as escapes."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        if sys.stdout.isatty():
            sys.stdout.reconfigure(errors="backslashreplace")
        else:
            sys.stdout.reconfigure(encoding="utf-8")
