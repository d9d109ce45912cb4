"""Words for what the audit records of handovers."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from accounts.labels import FIELDS, VALUES, VERBS
from projects.models import Handover

VERBS.update(
    {
        "handover.accepted": _("Handover accepted"),
        "handover.proposed": _("Handover proposed"),
        "handover.returned": _("Handover returned"),
        "handover.section_reopened": _("Section of a handover no longer said to be empty"),
        "handover.section_said_empty": _("Section of a handover said to be empty"),
        "handover.started": _("Handover begun"),
        "handover.taken_back": _("Proposal of a handover taken back"),
        "handover.updated": _("Handover brought up to date"),
        "handover_item.added": _("Item of a handover added"),
        "handover_item.changed": _("Item of a handover changed"),
        "handover_item.noted": _("Note on an item of a handover"),
        "handover_item.removed": _("Item of a handover taken off"),
        "handover_item.settled": _("State of an item of a handover"),
    }
)
FIELDS.update(
    {
        "added": _("Added"),
        "changed": _("Changed"),
        "handed_over_on": _("Handed over on"),
        "handover": _("Handover"),
        "handover_item": _("Item of a handover"),
        "items": _("Items"),
        "note": _("Note"),
        "removed": _("Taken off"),
        "round": _("Proposal no."),
        "section": _("Section"),
    }
)
VALUES.update({("section", section.value): section.label for section in Handover.Section})
