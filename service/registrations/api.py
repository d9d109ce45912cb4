"""What this app answers below /api/."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from accounts.rest import resources, scopes

resources.register("service.api.urls")
scopes.register(scopes.Scope("cases:read", _("Read cases"), "view_cases"))
scopes.register(scopes.Scope("cases:write", _("Report cases"), "work_cases"))
