"""Letters that the platform writes to people."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

import structlog
from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.db import transaction
from django.template.loader import render_to_string
from django.utils import translation

from accounts.models import Invitation, Tenant

log = structlog.get_logger("tenure.mail")
# A mail server that does not answer must not hold a person's page.
TIMEOUT_SECONDS = 10


def invitation_path(tenant_id: int, secret: str) -> str:
    """Path of an invitation's link. The tenant's id stands in clear before the secret, since the
    secret can only be looked up in a tenant's scope."""
    return f"/invitations/{tenant_id}.{secret}/"


def public_address() -> str:
    """Where people reach this installation, without a slash at the end."""
    return str(settings.PUBLIC_URL).rstrip("/")


_silent = ContextVar("letters_silent", default=False)


@contextmanager
def without_letters() -> Iterator[None]:
    """In the block nobody is written to: the people of a demo do not exist."""
    token = _silent.set(True)
    try:
        yield
    finally:
        _silent.reset(token)


@dataclass(frozen=True)
class Letter:
    """One letter in one language.

    ``template``: path without ending; the subject is in ``<template>_subject.txt``, the text in
    ``<template>.txt``, a few words to paste into a chat in ``<template>_chat.txt`` where there are
    any.
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

    def send(self, to: str) -> bool:
        """Whether it was sent. A letter that cannot be sent is logged and no error: what it says is
        on screen too."""
        if _silent.get():
            return False
        message = EmailMessage(
            subject=self.line("_subject"),
            body=self.part(""),
            to=[to],
            connection=get_connection(timeout=TIMEOUT_SECONDS),
        )
        try:
            message.send()
        except (OSError, ValueError) as error:
            # smtplib's errors are OSErrors; ValueError: what a file called an address cannot stand in
            # a header. Their text may hold addresses, so only the kind is logged.
            log.error("letter not sent", letter=self.template, error=type(error).__name__)
            return False
        return True


def write_later(letter: Letter, to: str, *, when_sent: Callable[[], None] | None = None) -> None:
    """Send a letter once the open transaction is done; ``when_sent`` is called after it has left."""

    def write() -> None:
        if letter.send(to) and when_sent is not None:
            when_sent()

    transaction.on_commit(write)


def send_invitation(*, invitation: Invitation, tenant: Tenant, link: str) -> bool:
    """Write the invited person, in the invitation's language. Returns whether it was sent."""
    letter = Letter(
        template="accounts/letters/invitation",
        context={"invitation": invitation, "tenant": tenant, "link": link},
        language=invitation.language or translation.get_language() or "en",
    )
    return letter.send(invitation.email)
