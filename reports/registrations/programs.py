"""What this app answers below /api/."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from accounts.rest import resources, scopes

resources.register("reports.api.urls")
for scope in (
    scopes.Scope("reports:read", _("Read reports"), "view_reports"),
    scopes.Scope("reports:write", _("Review, approve and send reports"), "approve_reports"),
    scopes.Scope("figures:read", _("Read stored figures"), "view_reports"),
):
    scopes.register(scope)
