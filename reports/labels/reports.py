"""Words for reports, for what the audit records of them, and for why a recipient got no letter."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.functional import Promise
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from accounts.labels import FIELDS, VERBS
from accounts.loads.dependants import NOUNS
from reports.compute.slots import Slot

VERBS.update(
    {
        "report.answered": _("Report answered"),
        "report.approved": _("Report approved"),
        "report.change_undone": _("Change of reports undone"),
        "report.correction_begun": _("Correction of a report begun"),
        "report.discarded": _("Draft of a report dropped"),
        "report.edited": _("Report edited"),
        "report.letter_retried": _("Letter with a report tried again"),
        "report.link_given": _("Link to a report given"),
        "report.link_revoked": _("Link to a report taken back"),
        "report.refreshed": _("Figures of a report read anew"),
        "report.returned": _("Report put back to draft"),
        "report.reviewed": _("Report reviewed"),
        "report.sent": _("Report sent"),
        "report_run.done": _("Reports made"),
        "report_run.retried": _("Reports tried again"),
        "report_template.changed": _("Look of reports changed"),
        "report_settings.changed": _("Who gets reports changed"),
    }
)
FIELDS.update(
    {
        "failed": pgettext_lazy("report run", "Failed"),
        "made": pgettext_lazy("report run", "Made"),
        "period": _("Period"),
        "recipients": _("Recipients"),
        "refreshed": pgettext_lazy("report run", "Made anew"),
        "report": _("Report"),
        "report_run": _("Production of reports"),
        "report_settings": _("Who gets reports"),
        "report_template": _("Look of reports"),
        "reports": _("Reports"),
        "slots": _("Texts"),
    }
)

# The places in which people put their words.
SLOTS: dict[str, str | Promise] = {
    "closing": _("Closing words"),
    "correction": _("Correction"),
    "greeting": _("Greeting"),
    "next": _("What we suggest, in our words"),
    "summary": _("Summary"),
}


def slot_label(slot: Slot) -> str:
    return str(SLOTS.get(slot.key) or slot.label or slot.key)


def unknown_words(slot: Slot, unknown: Sequence[str]) -> str:
    """Why words are refused that name in braces what is no figure of their place."""
    words = gettext(
        "“%(text)s” has no figure %(unknown)s. Its figures, which can be left out but not altered: "
        "%(known)s."
    )
    return words % {
        "text": slot_label(slot),
        "unknown": ", ".join(f"{{{name}}}" for name in unknown),
        "known": ", ".join(f"{{{name}}}" for name in slot.tokens),
    }


# What stands in the way of taking back a load of customers or contacts.
NOUNS.update(
    {
        "reports.figureset": _("figures of periods"),
        "reports.report": _("reports"),
        "reports.reportanswer": _("answers to reports"),
        "reports.reportfailure": _("reports that could not be made"),
        "reports.reportlink": _("links to reports"),
        "reports.reportrecipient": _("recipients of reports"),
    }
)

# Why a recipient got no letter (ReportRecipient.why).
LEFT_OUT: dict[str, str | Promise] = {
    "declined": _("Wants no letters with reports"),
    "failed": _("Letter could not be written"),
    "gone": _("No longer a contact"),
    "no_address": _("No e-mail address"),
    "revoked": _("Letter stopped"),
    "silent": _("Nobody is written to in a demo"),
    "unreachable": _("Letters do not reach the address"),
}
