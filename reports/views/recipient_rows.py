"""Whom a report went to, as its page lists them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import OutgoingMail
from reports.labels.reports import LEFT_OUT
from reports.models import ReportRecipient
from reports.queries import reports as queries
from service.models import Told
from ui import formats
from ui.tags.formats import language


class RecipientRow(NamedTuple):
    """letter, tone: what became of the letter. opened, last: how often links were opened, and when
    last. works: whether a link does. waits: whether the letter can still be stopped."""

    recipient: ReportRecipient
    letter: str
    tone: str
    opened: int
    last: datetime | None
    works: bool
    waits: bool


def recipient_rows(recipients: Sequence[ReportRecipient]) -> list[RecipientRow]:
    """One statement, for their letters; their links are there."""
    letters = queries.letters_to(recipients)
    return [_row(one, letters.get(one.pk)) for one in recipients]


def _row(recipient: ReportRecipient, mail: OutgoingMail | None) -> RecipientRow:
    letter, tone = _letter(recipient, mail)
    opened, last, works = _opened(recipient.links.all())
    waits = queries.letter_waits(recipient, mail)
    return RecipientRow(recipient, letter, tone, opened, last, works, waits)


def _letter(recipient: ReportRecipient, mail: OutgoingMail | None) -> tuple[str, str]:
    """What became of a recipient's letter, and its tone."""
    if recipient.state == Told.LEFT_OUT:
        return str(LEFT_OUT.get(recipient.why, recipient.why)), "warning"
    if recipient.state == Told.WAITING and recipient.attempts:
        return _("Letter could not be written yet; it is tried again"), "warning"
    if recipient.state == Told.WAITING:
        return _("Letter on its way"), "info"
    if mail is None:
        # Letters are kept for a while only.
        return _("Letter written"), "neutral"
    state = OutgoingMail.State
    if mail.state == state.QUEUED:
        moment = formats.date_time(mail.not_before, language(), timezone.get_current_timezone())
        return _("Letter leaves from %(moment)s on") % {"moment": moment}, "info"
    tone = {state.SENT: "good", state.SENDING: "info"}.get(state(mail.state), "warning")
    return _("Letter: %(state)s") % {"state": mail.get_state_display()}, tone


def _opened(links: Any) -> tuple[int, datetime | None, bool]:
    """How often a recipient's links were opened, when last, and whether one still works."""
    count = sum(link.opened_count for link in links)
    last = max((link.last_opened_at for link in links if link.last_opened_at), default=None)
    return count, last, any(link.revoked_at is None for link in links)
