"""What a customer's person wants letters of."""

from __future__ import annotations

from collections.abc import Collection

from django.db import transaction

from accounts.actions.audit import record
from accounts.models import Contact, Unsubscription, User
from accounts.models.mail import DECLINABLE


@transaction.atomic
def choose_letters(*, contact: Contact, wanted: Collection[str], by: User | None = None) -> bool:
    """Keep which of the purposes that can be declined (``DECLINABLE``) a contact wants letters of.

    Args:
        by: None: the contact themselves, by the link of a letter.

    Returns:
        Whether anything changed.
    """
    # Two at once, by link and by the screen, come one after the other.
    Contact.objects.select_for_update().only("pk").get(pk=contact.pk)
    declined = set(Unsubscription.objects.filter(contact=contact).values_list("purpose", flat=True))
    for purpose in DECLINABLE:
        if purpose in wanted and purpose in declined:
            Unsubscription.objects.filter(contact=contact, purpose=purpose).delete()
            _record("contact.letters_wanted", contact, purpose, by)
        elif purpose not in wanted and purpose not in declined:
            Unsubscription.objects.create(contact=contact, purpose=purpose)
            _record("contact.letters_declined", contact, purpose, by)
    now = set(Unsubscription.objects.filter(contact=contact).values_list("purpose", flat=True))
    return now != declined


def decline(*, contact: Contact, purpose: str) -> bool:
    """One click of the contact: no more letters of one purpose; the others stay as they are."""
    declined = Unsubscription.objects.filter(contact=contact).values_list("purpose", flat=True)
    wanted = set(DECLINABLE) - set(declined) - {purpose}
    return choose_letters(contact=contact, wanted=wanted)


def _record(verb: str, contact: Contact, purpose: str, by: User | None) -> None:
    # By a link nobody of the vendor is the actor, and the record says so.
    record(verb, by=by, about=contact, purpose=str(purpose), by_link=by is None)
