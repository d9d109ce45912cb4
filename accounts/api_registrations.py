"""What the API lets programs do of what administrators look after, and of what a person is told."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from accounts.rest import resources, scopes

resources.register("accounts.api.office_urls")
for _scope in (
    scopes.Scope("responsibilities:write", _("Name people for customers"), "edit_customers"),
    scopes.Scope("coverage:read", _("Read whom nobody met lately"), "view_customers"),
    scopes.Scope("timeline:read", _("Read what happened with customers"), "view_customers"),
    scopes.Scope(
        "people:write", _("Invite people, and change what members may do"), "manage_people"
    ),
    scopes.Scope("calendar:write", _("Change the working calendar"), "edit_calendar"),
    scopes.Scope("tenant:read", _("Read settings"), "manage_tenant"),
    scopes.Scope("tenant:write", _("Change settings"), "manage_tenant"),
    scopes.Scope("tokens:read", _("Read which programs are let in"), "manage_tenant"),
    scopes.Scope("tokens:write", _("Revoke tokens of programs"), "manage_tenant"),
    scopes.Scope("channels:read", _("Read channels"), "manage_channels"),
    scopes.Scope("channels:write", _("Change channels"), "manage_channels"),
    scopes.Scope("mail:read", _("Read which letters left, and mail settings"), "manage_mail"),
    scopes.Scope("mail:write", _("Decide on letters, and change mail settings"), "manage_mail"),
    scopes.Scope("webhooks:read", _("Read webhooks and their deliveries"), "manage_webhooks"),
    scopes.Scope("webhooks:write", _("Change webhooks, and send again"), "manage_webhooks"),
    scopes.Scope("notifications:read", _("Read what the person is told"), "view_notifications"),
    scopes.Scope("notifications:write", _("Choose what the person is told"), "view_notifications"),
):
    scopes.register(_scope)
