"""Words for what the audit records, and for the tenant's own columns."""

from __future__ import annotations

import re

from django.utils.functional import Promise
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import Role

ASSIGNED, ASSIGNMENT_UNDONE = "customer.assigned", "customer.assignment_undone"

# Apps above add theirs in ``AppConfig.ready()``.
VERBS: dict[str, str | Promise] = {
    "api_token.made": _("API token made"),
    "api_token.revoked": _("API token revoked"),
    "bi_access.files": _("Facts exported as Parquet"),
    "bi_access.made": _("BI access given"),
    "bi_access.renewed": _("BI access with another password"),
    "bi_access.revoked": _("BI access taken away"),
    "calendar.changed": _("Working calendar changed"),
    "contact.added": _("Contact added"),
    "contact.changed": _("Contact changed"),
    "contact.removed": _("Contact removed"),
    ASSIGNED: _("One person named for customers"),
    ASSIGNMENT_UNDONE: _("Naming for customers undone"),
    "customer.added": _("Customer added"),
    "customer.changed": _("Customer changed"),
    "demo.seeded": _("Demo filled"),
    "document.person_erased": _("A person’s data erased from a signed document"),
    "invitation.accepted": _("Invitation accepted"),
    "invitation.renewed": _("Invitation sent again"),
    "invitation.revoked": _("Invitation revoked"),
    "invitation.sent": _("Invitation sent"),
    "load.discarded": _("File discarded"),
    "load.done": _("File loaded"),
    "load.refused": _("File refused"),
    "load.started": _("Load started"),
    "load.undone": _("Load undone"),
    "load.uploaded": _("File uploaded"),
    "load_mapping.saved": _("Match of columns kept"),
    "member.changed": _("Member changed"),
    "member.deactivated": _("Member deactivated"),
    "member.joined": _("Member joined"),
    "member.reactivated": _("Member reactivated"),
    "member.returned": _("Member returned"),
    "person.erased": _("Person’s data erased"),
    "team.created": _("Team made"),
    "team.deleted": _("Team taken away"),
    "team.renamed": _("Team renamed"),
    "tenant.changed": _("Settings changed"),
    "tenant.created": _("Tenant made"),
    "tenant.exported": _("Tenant exported"),
    "tenant.imported": _("Tenant imported"),
    "touchpoint.changed": _("Touchpoint changed"),
    "touchpoint.logged": _("Touchpoint kept"),
    "touchpoint.removed": _("Touchpoint taken away"),
    "visibility.changed": _("What roles see changed"),
}

# Words for the fields that records hold; roles are fields of what roles see.
FIELDS: dict[str, str | Promise] = {
    **{role.value: role.label for role in Role},
    "api_token": _("API token"),
    "assignment": _("Naming"),
    "scopes": _("Scopes"),
    "attributes": _("Attributes"),
    "bi_access": _("BI access"),
    "bytes": _("Bytes"),
    "calendar": _("Working calendar"),
    "condition": _("Condition"),
    "colleague": _("By whom"),
    "contact": _("Contact"),
    "contacts": _("With whom"),
    "copy_of": _("Copy of"),
    "country": _("Country"),
    "created": _("Created"),
    "currency": _("Currency"),
    "customer": _("Customer"),
    "customers": _("Customers"),
    "days": _("Days"),
    "demo": _("Demo"),
    "digest": _("Checksum"),
    "document": _("Document"),
    "effort_edit_days": _("Days to change effort"),
    "email": _("E-mail"),
    "facts": pgettext_lazy("audit", "Facts"),
    "gross_margin": _("Gross margin"),
    "group": _("Group"),
    "happened_on": _("Happened on"),
    "industry": _("Industry"),
    "invitation": _("Invitation"),
    "is_shared": _("For everybody"),
    "kind": _("Kind"),
    "leads_team": _("Leads the team"),
    "load": _("Load"),
    "load_mapping": _("Match of columns"),
    "member": _("Member"),
    "members": _("Members"),
    "months": _("Months"),
    "moves": _("Moves"),
    "name": _("Name"),
    "next_on": _("Next step by"),
    "next_step": _("Next step"),
    "night": _("Night"),
    "night_hour": _("Night hour"),
    "note": _("Note"),
    "onto": _("Brought up to"),
    "parent": _("Parent company"),
    "phone": _("Phone"),
    "projects": _("Projects"),
    "query": _("Filters"),
    "read": _("Rows read"),
    "reason": _("Reason"),
    "region": _("Region"),
    "rejected": _("Refused"),
    "removed": _("Removed"),
    "requires_second_factor": _("Second factor required"),
    "restored": _("Restored"),
    "roles": _("Roles"),
    "rows": _("Rows"),
    "sha256": _("SHA-256"),
    "with_persons": _("With persons"),
    "rule_draft": _("Draft of rules"),
    "rules": _("Rules"),
    "salesperson": _("Salesperson"),
    "saved_view": _("View"),
    "seed": _("Random seed"),
    "size": _("Size"),
    "skip_bad": _("Bad rows left out"),
    "slug": _("Address"),
    "team": _("Team"),
    "tenant": _("Tenant"),
    "timezone": _("Time zone"),
    "title": _("Title"),
    "touchpoint": _("Touchpoint"),
    "unchanged": _("Unchanged"),
    "until": _("Until"),
    "updated": _("Changed"),
    "version": _("Version"),
    "visibility": _("What roles see"),
    "weekdays": _("Weekdays worked"),
}

# Words for values that are choices, by field.
VALUES: dict[tuple[str, str], str | Promise] = {
    ("facts", "then"): _("As known then"),
    ("facts", "now"): _("As known now"),
    ("rules", "then"): _("The rules of then"),
    ("rules", "now"): _("The rules of now"),
}

# Functions (as dotted paths, since commands need none) that word what a field holds: JSON → text.
WORDINGS: dict[str, str] = {
    "country": "accounts.calendars.words.country_words",
    "weekdays": "accounts.calendars.words.weekday_words",
}


_MACHINE_NAME = re.compile(r"[a-z0-9]+(_[a-z0-9]+)*")


def attribute_label(name: str) -> str:
    """A further column of a tenant's file: ``cost_center`` reads "Cost center". Whoever wrote capitals,
    spaces or Chinese named it for readers already."""
    return capfirst(name.replace("_", " ")) if _MACHINE_NAME.fullmatch(name) else name


def verb_label(verb: str) -> str:
    """The words for a verb; one that has none reads as it is written."""
    return str(VERBS.get(verb, verb.replace(".", " ").replace("_", " ")))


def field_label(field: str) -> str:
    return str(FIELDS.get(field, field.replace("_", " ")))
