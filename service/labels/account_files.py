"""Words for what the audit records of account files and success plans."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.labels import FIELDS, VERBS

VERBS.update(
    {
        "account_file.changed": _("Account file changed"),
        "goal.added": _("Goal added"),
        "goal.changed": _("Goal changed"),
        "goal.removed": _("Goal taken away"),
        "joint_milestone.added": _("Joint milestone added"),
        "joint_milestone.changed": _("Joint milestone changed"),
        "joint_milestone.removed": _("Joint milestone taken away"),
        "privilege.added": _("Privilege added"),
        "privilege.changed": _("Privilege changed"),
        "privilege.removed": _("Privilege taken away"),
        "sponsor.ended": _("Sponsor lost"),
        "sponsor.named": _("Sponsor named"),
        "success_plan.link_revoked": _("Link to a success plan revoked"),
        "success_plan.shared": _("Success plan shared"),
    }
)
FIELDS.update(
    {
        "account_file": _("Account file"),
        "background": _("Background"),
        "by_on": pgettext_lazy("day", "By"),
        "done_on": _("Done on"),
        "due_on": _("Due on"),
        "from_on": _("From"),
        "goal": _("Goal"),
        "joint_milestone": _("Joint milestone"),
        "shown_to_customer": _("Shown to the customer"),
        "measure": _("Measure"),
        "privilege": _("Privilege"),
        "sponsor": _("Sponsor"),
        "success_plan": _("Success plan"),
        "target": _("Target"),
        "text": _("Details"),
        "to_on": _("To"),
    }
)
