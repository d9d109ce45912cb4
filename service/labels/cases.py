"""Words for what the audit records of cases and departments, and for rows that hold a load back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.labels import FIELDS, VALUES, VERBS, WORDINGS
from accounts.loads.dependants import NOUNS
from accounts.models import Case
from service.models import CaseEscalation, CaseWork

VERBS.update(
    {
        "case.answered": gettext_lazy("Case answered"),
        "case.assigned": gettext_lazy("Case handed on"),
        "case.changed": gettext_lazy("Case changed"),
        "case.escalated": gettext_lazy("Case passed on to a department"),
        "case.escalation_answered": gettext_lazy("Department answered about a case"),
        "case.noted": gettext_lazy("Note about a case"),
        "case.priority_changed": gettext_lazy("Priority of a case changed"),
        "case.reopened": gettext_lazy("Case opened again"),
        "case.reported": gettext_lazy("Case reported"),
        "case.state_changed": gettext_lazy("State of a case changed"),
        "case_link.given": gettext_lazy("Link for cases given"),
        "case_link.revoked": gettext_lazy("Link for cases revoked"),
        "case_rules.published": gettext_lazy("Targets for cases changed"),
        "department.changed": gettext_lazy("Department changed"),
        "department.made": gettext_lazy("Department made"),
    }
)
FIELDS.update(
    {
        "case": gettext_lazy("Case"),
        "case_link": gettext_lazy("Link for cases"),
        "case_rules": gettext_lazy("Targets for cases"),
        "cause": gettext_lazy("Cause"),
        "department": gettext_lazy("Department"),
        "is_active": gettext_lazy("Exists"),
        "lead": gettext_lazy("Who answers for it"),
        "module": gettext_lazy("Module"),
        "number": gettext_lazy("No."),
        "person": gettext_lazy("Person"),
        "priority": gettext_lazy("Priority"),
        "project": gettext_lazy("Project"),
        "state": gettext_lazy("State"),
        "why": gettext_lazy("Why"),
    }
)
VALUES.update({("priority", value): label for value, label in Case.Priority.choices})
VALUES.update({("cause", value): label for value, label in CaseEscalation.Cause.choices})
for _value, _label in CaseWork.State.choices:
    VALUES.setdefault(("state", _value), _label)
NOUNS.update(
    {
        "service.caseentry": gettext_lazy("words about cases"),
        "service.caseescalation": gettext_lazy("escalations of cases"),
        "service.caselink": gettext_lazy("links about cases"),
        "service.caseopening": gettext_lazy("earlier openings of cases"),
    }
)
WORDINGS["case_rules"] = "service.labels.cases.rules_words"


def rules_words(document: Mapping[str, Any]) -> str:
    """What is promised, on one line."""
    office = document.get("office", {})
    return _("%(opens)s to %(closes)s, open again for %(days)s days") % {
        "opens": office.get("opens", "–"),
        "closes": office.get("closes", "–"),
        "days": document.get("reopen_days", "–"),
    }
