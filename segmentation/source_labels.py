"""Words about sources: for the audit, and for what becomes of a message."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.labels import FIELDS, VERBS

# Outcome of a message (queries.sources.OUTCOMES) → its name, tone in charts, and what it means.
OUTCOMES: dict[str, tuple[str | Promise, str, str | Promise]] = {
    "accepted": (
        pgettext_lazy("messages", "Accepted"),
        "series-3",
        _("Written, and counted from the next night on."),
    ),
    "duplicates": (
        pgettext_lazy("messages", "Sent again"),
        "series-6",
        _("Clients send again what they are not sure of; it counts once."),
    ),
    "ignored": (
        pgettext_lazy("messages", "Not taken"),
        "series-5",
        _("A rule of the mapping, or a decision in quarantine, says so."),
    ),
    "held": (
        pgettext_lazy("messages", "Held"),
        "series-2",
        _("Their customer is not known yet; they wait in quarantine."),
    ),
    "dead": (
        pgettext_lazy("messages", "Dead letters"),
        "series-4",
        _("Something is wrong with them; they are kept until somebody decides."),
    ),
}

# Reason of a dead letter → what mends the cause; those not named say enough.
REMEDIES: dict[str, str | Promise] = {
    "not_an_object": _("Whatever sends it writes no Segment messages. It cannot be sent again."),
    "too_large": _("Send fewer properties. It was cut, so it cannot be sent again."),
    "unknown_type": _("Known are track, identify, group, page, screen and alias."),
    "no_event": _("Name the event in the call of track."),
    "no_person": _("Give userId or anonymousId."),
    "no_group": _("Give groupId: the key of the customer."),
    "no_previous": _("Give previousId: the name used so far."),
    "no_customer": _(
        "Give context.groupId, or call group once for the person. After that, send it again here."
    ),
    "bad_time": _("Write times as ISO 8601, such as 2026-03-31T09:30:00Z."),
    "time_out_of_range": _(
        "It is before 2000 or more than a day ahead: look at the clock that sends."
    ),
    "not_saved": _("Send it again; if it comes back, tell whoever runs this installation."),
}

VERBS.update(
    {
        "customer_alias.forgotten": _("Key of a sender forgotten"),
        "dead_letters.discarded": _("Dead letters discarded"),
        "dead_letters.reopened": _("Discarding of dead letters undone"),
        "dead_letters.replayed": _("Dead letters sent again"),
        "event_rules.changed": _("Mapping of events changed"),
        "given_up_requests.discarded": _("Requests that were given up were deleted"),
        "given_up_requests.retried": _("Requests that were given up are tried again"),
        "ingest_settings.changed": _("What sources may change was changed"),
        "unknown_customer.ignored": _("Unknown customer not taken"),
        "unknown_customer.resolved": _("Unknown customer decided"),
        "write_key.changed": _("Write key changed"),
        "write_key.made": _("Write key made"),
        "write_key.revoked": _("Write key revoked"),
    }
)
FIELDS.update(
    {
        "count": _("Number"),
        "create_contacts": _("Add contacts"),
        "create_customers": _("Add customers that are not known yet"),
        "customer_alias": _("Key of a sender"),
        "dead_letters": _("Dead letters"),
        "given_up_requests": _("Requests that were given up"),
        "dead_letters_kept_days": _("Days that dead letters are kept"),
        "event_rules": _("Mapping of events"),
        "events_per_second": _("Events a second"),
        "group_key": _("Named as"),
        "ingest_settings": _("Sources"),
        "letters": _("Dead letters"),
        "source": _("What sends with it"),
        "unknown_customer": _("Unknown customer"),
        "update_contacts": _("Change contacts"),
        "update_customers": _("Change customers"),
        "write_key": _("Write key"),
    }
)
