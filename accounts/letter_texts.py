"""What a letter says, in one language; and where in the code nobody is written to."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.template import TemplateDoesNotExist
from django.template.loader import render_to_string
from django.utils import translation

_silent = ContextVar("letters_silent", default=False)


@contextmanager
def without_letters() -> Iterator[None]:
    """In the block nobody is written to: the people of a demo do not exist."""
    token = _silent.set(True)
    try:
        yield
    finally:
        _silent.reset(token)


def is_silent() -> bool:
    """Whether nobody is written to here."""
    return _silent.get()


def public_address() -> str:
    """Where people reach this installation, without a slash at the end."""
    return str(settings.PUBLIC_URL).rstrip("/")


@dataclass(frozen=True)
class Letter:
    """One letter in one language.

    ``template``: path without ending; the subject is in ``<template>_subject.txt``, the text in
    ``<template>.txt``, the same as HTML in ``<template>.html`` where there is one, a few words to
    paste into a chat in ``<template>_chat.txt`` where there are any.
    """

    template: str
    context: dict[str, Any]
    language: str

    def part(self, ending: str) -> str:
        with translation.override(self.language):
            return render_to_string(f"{self.template}{ending}.txt", self.context)

    def line(self, ending: str) -> str:
        """A part on one line."""
        return " ".join(self.part(ending).split())

    def html(self) -> str:
        """The letter as HTML; empty: it is text alone."""
        try:
            with translation.override(self.language):
                return render_to_string(f"{self.template}.html", self.context)
        except TemplateDoesNotExist:
            return ""
