"""Words for what the audit records."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

# Apps above add theirs in ``AppConfig.ready()``.
VERBS: dict[str, str | Promise] = {
    "contact.added": _("Contact added"),
    "contact.changed": _("Contact changed"),
    "contact.removed": _("Contact removed"),
    "customer.changed": _("Customer changed"),
    "demo.seeded": _("Demo filled"),
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
    "team.created": _("Team made"),
    "team.deleted": _("Team taken away"),
    "team.renamed": _("Team renamed"),
    "tenant.changed": _("Settings changed"),
    "tenant.created": _("Tenant made"),
    "visibility.changed": _("What roles see changed"),
}

# Words for the fields that records hold.
FIELDS: dict[str, str | Promise] = {
    "attributes": _("Attributes"),
    "bytes": _("Bytes"),
    "contact": _("Contact"),
    "created": _("Created"),
    "currency": _("Currency"),
    "customer": _("Customer"),
    "demo": _("Demo"),
    "email": _("E-mail"),
    "gross_margin": _("Gross margin"),
    "industry": _("Industry"),
    "invitation": _("Invitation"),
    "kind": _("Kind"),
    "leads_team": _("Leads the team"),
    "load": _("Load"),
    "load_mapping": _("Match of columns"),
    "member": _("Member"),
    "members": _("Members"),
    "name": _("Name"),
    "night": _("Night"),
    "night_hour": _("Night hour"),
    "note": _("Note"),
    "parent": _("Parent company"),
    "phone": _("Phone"),
    "project_manager": _("Project manager"),
    "read": _("Rows read"),
    "region": _("Region"),
    "rejected": _("Refused"),
    "removed": _("Removed"),
    "requires_second_factor": _("Second factor required"),
    "restored": _("Restored"),
    "roles": _("Roles"),
    "rules": _("Rules"),
    "salesperson": _("Salesperson"),
    "saved_view": _("View"),
    "service_manager": _("Customer-service manager"),
    "size": _("Size"),
    "skip_bad": _("Bad rows left out"),
    "slug": _("Address"),
    "team": _("Team"),
    "tenant": _("Tenant"),
    "timezone": _("Time zone"),
    "title": _("Title"),
    "unchanged": _("Unchanged"),
    "updated": _("Changed"),
    "version": _("Version"),
    "visibility": _("What roles see"),
}


def verb_label(verb: str) -> str:
    """The words for a verb; one that has none reads as it is written."""
    return str(VERBS.get(verb, verb.replace(".", " ").replace("_", " ")))


def field_label(field: str) -> str:
    return str(FIELDS.get(field, field.replace("_", " ")))
