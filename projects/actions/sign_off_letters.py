"""Letters about sign-offs: to the colleague or the contact who is asked."""

from __future__ import annotations

from accounts.after_sent import AfterSent
from accounts.contact_links import contact_path
from accounts.letters import Letter, public_address, write_later
from accounts.models import Purpose, Tenant
from projects.actions.member_pages import address_of_page, letter_language
from projects.models import SignOff


def contact_letter(kind: str, sign_off: SignOff, tenant: Tenant, secret: str) -> Letter:
    """What a contact is written. ``kind``: asked, before, deadline or passive; secret "": no link."""
    gate = sign_off.gate
    return Letter(
        template="r/letters/sign_off_passive" if kind == "passive" else "r/letters/sign_off",
        context={
            "kind": kind,
            "name": sign_off.name,
            "tenant": tenant.name,
            "gate": gate.title,
            "project": gate.project.name,
            "is_acceptance": gate.is_acceptance,
            "deadline_on": sign_off.deadline_on,
            "clause": sign_off.clause.words if sign_off.clause else "",
            "clause_days": sign_off.clause.days if sign_off.clause else 0,
            "address": public_address() + contact_path(tenant.pk, secret) if secret else "",
        },
        language=sign_off.language,
    )


def write_contact(
    kind: str,
    sign_off: SignOff,
    tenant: Tenant,
    secret: str = "",
    *,
    after: AfterSent | None = None,
) -> None:
    """Write the contact, once the open transaction is done; nobody who has no address."""
    if sign_off.contact is not None and sign_off.contact.email:
        letter = contact_letter(kind, sign_off, tenant, secret)
        write_later(
            letter,
            sign_off.contact.email,
            contact=sign_off.contact,
            about=sign_off.gate,
            after=after,
        )


def write_colleague(kind: str, sign_off: SignOff, tenant: Tenant) -> None:
    """Write the colleague. ``kind``: asked, before or deadline."""
    colleague = sign_off.colleague
    member = colleague.membership if colleague else None
    if member is None or not member.is_active or not member.user.email:
        return
    gate = sign_off.gate
    letter = Letter(
        template="projects/letters/sign_off",
        context={
            "kind": kind,
            "name": sign_off.name,
            "gate": gate.title,
            "project": gate.project.name,
            "customer": gate.project.customer.name,
            "deadline_on": sign_off.deadline_on,
            "address": address_of_page(tenant, "sign_off", gate.project_id, gate.pk, sign_off.pk),
        },
        language=letter_language(member.user),
    )
    write_later(letter, member.user.email, purpose=Purpose.NOTICE, member=member, about=gate)
