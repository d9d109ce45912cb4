"""Telling people of ours what contacts say by links: the customer's face, and who sent an update."""

from __future__ import annotations

from accounts.actions.notifications import notify
from accounts.addresses import tenant_path
from accounts.models import Customer, Membership, Responsibility
from service.models import Ask, UpdateRecipient


def tell_asked(ask: Ask) -> None:
    """The customer's face: a contact has asked for something."""
    notify(
        member=face_of(ask.customer),
        kind="request.asked",
        values={"customer": ask.customer.name, "title": ask.title},
        path=tenant_path("request", ask.request_id),
        about=ask.request,
    )


def tell_answered(recipient: UpdateRecipient) -> None:
    """Who sent the update: it is not, or not wholly, what was asked for."""
    update = recipient.update
    member = Membership.objects.filter(user=update.sent_by, is_active=True).first()
    notify(
        member=member if update.sent_by_id else None,
        kind="update.answered",
        values={"customer": recipient.customer.name, "title": str(update)},
        path=tenant_path("update", update.pk),
        about=update,
    )


def face_of(customer: Customer) -> Membership | None:
    """Who is a customer's face today, where that is a member."""
    current = (
        Responsibility.objects.filter(customer=customer, to_on=None)
        .select_related("colleague__membership__user")
        .first()
    )
    return current.colleague.membership if current and current.colleague else None
