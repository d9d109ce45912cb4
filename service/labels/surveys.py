"""Words for what the audit records of surveys."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from accounts.labels import FIELDS, VERBS, WORDINGS
from accounts.loads.dependants import NOUNS
from ui.formats import listed

VERBS.update(
    {
        "survey.answer_changed": _("Answer to a survey changed"),
        "survey.answered": _("Survey answered"),
        "survey.changed": _("Survey changed"),
        "survey.closed": _("Survey closed"),
        "survey.link_given": _("Link to a survey given"),
        "survey.link_revoked": _("Link to a survey taken back"),
        "survey.made": _("Survey made"),
        "survey.sent": _("Survey sent"),
        "survey.settings_changed": _("Rules of surveys changed"),
    }
)
FIELDS.update(
    {
        "acceptance_days": _("Working days after acceptance"),
        "acceptance_survey": _("Asked after acceptance"),
        "asked": pgettext_lazy("survey", "Asked"),
        "cap_days": _("Days between surveys"),
        "further": _("Further questions"),
        "left_out": _("Left out"),
        "open_days": _("Days to answer"),
        "quarterly_survey": _("Asked every quarter"),
        "score": _("Score"),
        "survey": _("Survey"),
    }
)
NOUNS["service.surveyanswer"] = _("survey answers")

# Why a contact is not asked.
LEFT_OUT: dict[str, str | Promise] = {
    "no_address": _("No e-mail address"),
    "unreachable": _("Letters do not reach the address"),
    "capped": _("Asked not long ago"),
    "same_address": _("The same address is asked already"),
    "asked": _("Asked already in this round"),
    "unsubscribed": _("Wants no surveys"),
    "no_customer": _("No customer today"),
}


def left_out(found: Mapping[str, int]) -> str:
    """How many were left out for what."""
    return listed(
        [f"{LEFT_OUT.get(reason, reason)}: {count}" for reason, count in found.items()],
        get_language() or "en",
    )


WORDINGS["left_out"] = "service.labels.surveys.left_out"
