"""The ways of meeting a customer that are shipped. The kind of a touchpoint stays free text, since
vendors' files tell them apart in their own words; those known here are shown in the reader's language.
"""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

KINDS: dict[str, str | Promise] = {
    "call": pgettext_lazy("touchpoint", "Call"),
    "visit": pgettext_lazy("touchpoint", "Visit"),
    "mail": pgettext_lazy("touchpoint", "Mail"),
    "meeting": pgettext_lazy("touchpoint", "Meeting"),
    "message": pgettext_lazy("touchpoint", "Message"),
    "training": pgettext_lazy("touchpoint", "Training"),
    "annual_payment_talk": _("Annual-payment talk"),
}
ICONS = {
    "call": "phone",
    "visit": "building-2",
    "mail": "mail",
    "meeting": "users",
    "message": "message-circle",
    "training": "graduation-cap",
    "annual_payment_talk": "banknote",
}


def kind_label(kind: str) -> str:
    """Words of a kind; one that is not known reads as it was written."""
    return str(KINDS.get(kind, kind))
