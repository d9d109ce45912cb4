"""Words for letters: what the audit records of them, and why one was not sent."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.labels import FIELDS, VALUES, VERBS
from accounts.models import OutgoingMail, Purpose

VERBS.update(
    {
        "channel.added": _("Channel added"),
        "channel.changed": _("Channel changed"),
        "channel.removed": _("Channel taken away"),
        "contact.letters_declined": _("Contact declined letters"),
        "contact.letters_wanted": _("Contact wants letters again"),
        "mail.address_tried_again": _("Address tried again"),
        "mail.bounced": _("Letter came back"),
        "mail.counted_as_sent": _("Letter counted as sent"),
        "mail.dropped": _("Letter dropped"),
        "mail.sent_again": _("Letter sent again"),
        "mail_settings.changed": _("Settings of letters changed"),
    }
)
FIELDS.update(
    {
        "by_link": _("By the link of a letter"),
        "channel": _("Channel"),
        "is_active": _("Active"),
        "is_quiet": _("Quiet hours"),
        "is_quiet_on_weekends": _("Quiet on weekends"),
        "kinds": _("Kinds"),
        "letters_kept_days": _("Days that letters are kept"),
        "mail": _("Letter"),
        "mail_settings": _("Settings of letters"),
        "notifications_kept_days": _("Days that notifications are kept"),
        "purpose": _("Purpose"),
        "quiet_from": _("Quiet from"),
        "quiet_until": _("Quiet until"),
        "reply_to": _("Reply to"),
        "sender_name": _("Sender name"),
        "service": _("Service"),
        "signatures": _("Signatures"),
        "subject": _("Subject"),
        "time_zone": _("Time zone"),
    }
)
VALUES.update({("purpose", purpose.value): purpose.label for purpose in Purpose})

# Why a letter is in its state, by `OutgoingMail.reason`.
REASONS: dict[str, str | Promise] = {
    "not_an_address": _("This is no e-mail address."),
    "example": _("An example: a demonstration writes to nobody."),
    "unreachable": _("No letter reaches this address."),
    "declined": _("The contact wants no letters of this kind."),
    "address": _("The mail server refused the address."),
    "content": _("The mail server refused the letter."),
    "later": _("The mail server asked to try again later."),
    "not_now": _("It could not be written just then; it is tried again."),
    "too_often": _("The mail server did not take it in many tries."),
    "worker_lost": _("It was being handed over when the work was broken off."),
    "no_answer": _("The mail server had it and did not say whether it took it."),
    "bounced": _("It came back: the address does not take letters."),
    "dropped": _("Somebody decided that it is not sent."),
    "text_gone": _("It waited so long that its text is gone."),
}

# Why somebody on a list is left out of a letter, shown before it is sent.
LEFT_OUT: dict[str, str | Promise] = {
    "no_address": _("No e-mail address."),
    "not_an_address": REASONS["not_an_address"],
    "unreachable": REASONS["unreachable"],
    "declined": REASONS["declined"],
    "capped": _("Had enough letters lately."),
    "twice": _("The same address is on the list already."),
}

TONES = {
    OutgoingMail.State.QUEUED: "info",
    OutgoingMail.State.SENDING: "info",
    OutgoingMail.State.SENT: "good",
    OutgoingMail.State.REFUSED: "danger",
    OutgoingMail.State.BOUNCED: "danger",
    OutgoingMail.State.SUPPRESSED: "neutral",
    OutgoingMail.State.UNCLEAR: "warning",
    OutgoingMail.State.GIVEN_UP: "danger",
    OutgoingMail.State.DROPPED: "neutral",
    OutgoingMail.State.EXAMPLE: "neutral",
}


def reason_words(mail: OutgoingMail) -> str:
    """Why a letter is in its state, with the server's code where it gave one; "" for no reason."""
    if not mail.reason:
        return ""
    words = str(REASONS.get(mail.reason, pgettext_lazy("letter", "It could not be written.")))
    return f"{words} ({mail.reply_code})" if mail.reply_code else words
