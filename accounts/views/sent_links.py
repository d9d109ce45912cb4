"""A link just made, shown once on the next page to who made it: address, QR code, text for a chat."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.db import models
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from accounts.actions.mail import is_address
from accounts.after_sent import AfterSent
from accounts.contact_links import contact_path
from accounts.letters import Letter, public_address, write_later
from accounts.models import ContactLink, Purpose, Tenant
from accounts.queries.mail import mail_settings, may_leave_at, unreachable_among, zone_of
from ui.qr_codes import QrCode, qr_code

KEPT = "sent_link"
SHOWN = ("name", "address", "email", "text", "is_reached", "waits_until", "zone")


@dataclass(frozen=True)
class Leaving:
    """When a letter leaves, where it is read. ``clock``: such as 08:00."""

    day: date
    clock: str
    zone: str


@dataclass(frozen=True)
class SentLink:
    """What `components/sent_link.html` shows. ``email``: where a letter with it goes, "" where none is
    written; ``is_reached``: whether letters to that address leave at all; ``waits_until``: the moment
    (ISO) until which it waits by the reader's clock, in ``zone``; "": it leaves at once."""

    name: str
    address: str
    email: str
    text: str
    is_reached: bool = True
    waits_until: str = ""
    zone: str = ""

    @property
    def leaves(self) -> Leaving | None:
        if not self.waits_until:
            return None
        local = datetime.fromisoformat(self.waits_until).astimezone(ZoneInfo(self.zone))
        return Leaving(local.date(), f"{local:%H:%M}", self.zone)

    @property
    def qr(self) -> QrCode:
        return qr_code(self.address)


def address_of(tenant_id: int, secret: str) -> str:
    """The whole address of a link, as it stands in letters and QR codes."""
    return public_address() + contact_path(tenant_id, secret)


def show_once(
    request: HttpRequest,
    link: ContactLink,
    *,
    name: str,
    email: str,
    letter: Letter,
    about: models.Model | None = None,
    after: AfterSent | None = None,
    is_written: bool = False,
    purpose: str = Purpose.WORK,
) -> None:
    """Keep a link for the next page that asks for it, and write its letter where there is an e-mail
    address, once the open transaction is done. ``letter.context["address"]`` is the whole address;
    ``about``: what it is about, shown beside the letter; ``after``: what is done once the letter has
    left; ``is_written``: the caller wrote it; ``purpose``: the letter's, which says whether it waits
    for the end of quiet hours."""
    tenant: Tenant = request.tenant  # type: ignore[attr-defined]
    now, zone = timezone.now(), zone_of(tenant, link.contact, None)
    earliest = may_leave_at(purpose, now, zone, mail_settings())
    request.session[KEPT] = {
        "kind": link._meta.label,
        "link": link.pk,
        "name": name,
        "address": letter.context["address"],
        "email": email,
        "text": letter.line("_chat"),
        "is_reached": is_address(email) and not unreachable_among([email]),
        "waits_until": earliest.isoformat() if email and earliest > now else "",
        "zone": zone.key,
    }
    if email and not is_written:
        write_later(letter, email, purpose=purpose, contact=link.contact, about=about, after=after)


def taken_once(request: HttpRequest, kind: type[ContactLink], links: set[int]) -> SentLink | None:
    """The link just made, if it is one of these; it is forgotten with this call."""
    kept = request.session.get(KEPT)
    if not kept or kept["kind"] != kind._meta.label or kept["link"] not in links:
        return None
    del request.session[KEPT]
    return SentLink(**{name: kept[name] for name in SHOWN if name in kept})


def not_stored(response: HttpResponse, sent: SentLink | None) -> HttpResponse:
    """A page that shows a secret is kept by no cache."""
    if sent is not None:
        response["Cache-Control"] = "no-store"
    return response
