"""The letters of a product update as contacts would get them, with a link that opens nothing."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import override

from accounts.letter_texts import Letter
from accounts.models import Tenant
from service.actions.update_sending import VALID_FOR, update_letter
from service.models import ProductUpdate, UpdateLink, UpdateRecipient

Because = UpdateRecipient.Because


def example_letter(
    tenant: Tenant, update: ProductUpdate, *, language: str, because: str, now: datetime
) -> Letter:
    """To somebody for the reason ``because``, in a language that the update is written in."""
    with override(language):
        name = _("Ms Example")
    row = UpdateRecipient(update=update, name=name, language=language, because=because)
    link = UpdateLink(recipient=row, name=name, language=language, expires_at=now + VALID_FOR)
    return update_letter(tenant, row, link, "example")


def because_of(update: ProductUpdate) -> list[UpdateRecipient.Because]:
    """For which reasons anybody gets it. update: as ``queries.updates.update_for`` gives it."""
    told: list[tuple[UpdateRecipient.Because, list[object]]] = [
        (Because.ASKED, update.of_requests),  # type: ignore[attr-defined]
        (Because.OWNS, update.in_modules),  # type: ignore[attr-defined]
    ]
    return [because for because, rows in told if rows]
