"""The rows that are a person's own: contacts, now and as they were, and what lets the person in."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils import timezone

from accounts.models import Contact, Invitation, OutgoingMail, RowVersion, UnreachableAddress
from accounts.models.contact_links import ContactLink
from accounts.tenancy import TenantModel
from config.erasing.identity import NAME, Identity
from config.erasing.texts import searched_models
from config.moving.tables import columns_of
from projects.models import SigningLink, SignOffLink


def blank_contacts(found: Identity) -> dict[str, int]:
    """Contacts and their former images keep their place, their roles, and a pseudonym by which usage
    finds them; ``known_from`` stays, since nothing that nights read has changed."""
    contacts = Contact.objects.filter(pk__in=found.contacts)
    for row in contacts.values("pk", "key", "email", "attributes"):
        Contact.objects.filter(pk=row["pk"]).update(**_blank(found, row))
    images = RowVersion.objects.filter(
        table=Contact._meta.db_table, row_id__in=found.contacts, before__isnull=False
    )
    for pk, before in images.values_list("pk", "before"):
        blank = _blank(found, before)
        computed = {"search_name": NAME.lower(), "address": blank["email"].strip().lower()}
        RowVersion.objects.filter(pk=pk).update(before={**before, **blank, **computed})
    return {"accounts_contact": contacts.count(), "accounts_rowversion": images.count()}


def _blank(found: Identity, row: Mapping[str, Any]) -> dict[str, Any]:
    attributes = row["attributes"] or {}
    return {
        "name": NAME,
        "key": found.key_now(row["key"]),
        "email": found.address_now(row["email"]),
        "phone": "",
        "title": "",
        "time_zone": None,
        # Customers' reports are written in it.
        "attributes": {key: value for key, value in attributes.items() if key == "language"},
    }


def close_doors(found: Identity) -> dict[str, int]:
    """Links, invitations and letters of the person, once their addresses are replaced."""
    now, addresses = timezone.now(), found.addresses
    rows: dict[str, int] = {}
    letters = OutgoingMail.objects.filter(to__in=addresses)
    letters.filter(state=OutgoingMail.State.QUEUED).update(
        state=OutgoingMail.State.DROPPED, reason="dropped"
    )
    rows["accounts_outgoingmail"] = letters.exclude(sealed_body="").update(sealed_body="")
    for address in addresses if found.contacts else []:
        # No letter is written to a pseudonym.
        UnreachableAddress.objects.get_or_create(
            address=address, defaults={"kind": UnreachableAddress.Kind.REFUSED}
        )
    rows["accounts_invitation"] = Invitation.objects.filter(
        email__in=addresses, accepted_at=None, revoked_at=None
    ).update(revoked_at=now)
    for model in searched_models():
        if issubclass(model, ContactLink):
            links = model.objects.filter(contact__in=found.contacts)
            if issubclass(model, (SigningLink, SignOffLink)):
                # An answered one opens nothing any more, and is never revoked.
                rows[model._meta.db_table] = links.filter(revoked_at=None, answered_at=None).update(
                    revoked_at=now
                )
            else:
                rows[model._meta.db_table] = links.filter(revoked_at=None).update(revoked_at=now)
            for answers in _places_of_answers(model):
                rows[answers._meta.db_table] = answers.objects.filter(
                    link__in=links.values("pk"), ip__isnull=False
                ).update(ip=None)
    return rows


def _places_of_answers(link: type[ContactLink]) -> list[type[TenantModel]]:
    """Models that keep from where on the network such a link was answered."""
    found = []
    for model in searched_models():
        columns = columns_of(model)
        if "ip" in columns and "link_id" in columns and columns["link_id"].related_model is link:
            found.append(model)
    return found
