"""A request with a vote, an update that was sent and a draft, a digest, a link."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.utils import timezone

from accounts.models import Contact
from service.actions.request_links import give_page_link
from service.actions.requests import Asking, capture_ask, vote
from service.actions.updates import UpdateValues, draft_update, send_update
from service.models import RequestDigest, UpdateRecipient, Vote
from service.queries.request_digest import digest_facts


def make(world: Any) -> dict[str, Any]:
    today = world.tenant.local_date(timezone.now())
    by = world.member.user
    contact = Contact.objects.create(
        customer=world.customer, key="asker", name="Asker", email="asker@customer.example"
    )
    asking = Asking("Export payslips", today, contact=contact)
    asked = capture_ask(customer=world.customer, asking=asking, today=today, by=by).request
    vote(request=asked, customer=world.customer, by=by)
    words = UpdateValues({"en": "Payslips"}, {"en": "There."}, "en", today, requests=[asked])
    sent, draft = (draft_update(values=words, by=by) for _number in range(2))
    send_update(update=sent, seen=1, today=today, by=by)
    # Another one in each tenant.
    month = date(1970 + world.tenant.pk % 1000, 1, 1)
    RequestDigest.objects.create(
        month=month, facts=digest_facts(month, today=today, zone=world.tenant.zone)
    )
    give_page_link(contact=contact, language="en", by=by)
    return {
        "request": asked,
        "request_vote": Vote.objects.get(),
        "update": sent,
        "update_recipient": UpdateRecipient.objects.get(update=sent),
        "update_draft": draft,
        "asker": contact,
        "digest_month": f"{month:%Y-%m}",
    }


def _request(world: Any) -> dict[str, Any]:
    return {"pk": world.further["request"].pk}


def _update(world: Any) -> dict[str, Any]:
    return {"pk": world.further["update"].pk}


def _draft(world: Any) -> dict[str, Any]:
    return {"pk": world.further["update_draft"].pk}


def _customer(world: Any) -> dict[str, Any]:
    return {"pk": world.customer.pk}


OBJECTS = {
    "request": _request,
    "edit_request": _request,
    "request_merges": _request,
    "request_separations": _request,
    "request_decisions": _request,
    "request_votes": _request,
    "request_vote_removals": lambda world: (
        _request(world) | {"vote_pk": world.further["request_vote"].pk}
    ),
    "request_digest": lambda world: {"month": world.further["digest_month"]},
    "new_ask": _customer,
    "request_links": _customer,
    "request_link_revocations": lambda world: (
        _customer(world) | {"contact_pk": world.further["asker"].pk}
    ),
    "update": _update,
    "update_use": _update,
    "edit_update": _draft,
    "update_tests": _draft,
    "update_removal": _draft,
    "update_sendings": _draft,
    "update_links": lambda world: (
        _update(world) | {"recipient_pk": world.further["update_recipient"].pk}
    ),
}
