"""Words for what the audit records of project pages and weekly reports."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from accounts.labels import FIELDS, VERBS, WORDINGS
from ui.formats import listed

VERBS.update(
    {
        "project_page.link_revoked": _("Link to a project's page taken back"),
        "project_page.shared": _("Link to a project's page given"),
        "weekly.correction_begun": _("Correction of a weekly report begun"),
        "weekly.discarded": _("Draft of a weekly report dropped"),
        "weekly.drafted": _("Weekly report drafted"),
        "weekly.edited": _("Weekly report edited"),
        "weekly.link_revoked": _("Link to a weekly report taken back"),
        "weekly.refreshed": _("Facts of a weekly report read anew"),
        "weekly.sent": _("Weekly report sent"),
    }
)
FIELDS.update(
    {
        "contacts": _("Contacts"),
        "project_page": _("Page of the project"),
        "weekly": _("Weekly report"),
    }
)
WORDINGS["contacts"] = "projects.weekly_labels.names"


def names(found: Sequence[str] | int) -> str:
    """Names one after the other; how many, where a record names none."""
    if isinstance(found, int):
        return str(found)
    return listed(found, get_language() or "en")
