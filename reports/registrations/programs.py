"""What this app answers below /api/."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from accounts.rest import resources, scopes

resources.register("reports.api.urls")
for scope in (
    scopes.Scope("reports:read", _("Read reports"), "view_reports"),
    scopes.Scope("reports:write", _("Review, approve and send reports"), "approve_reports"),
    scopes.Scope("report_runs:read", _("Read the production of reports"), "produce_reports"),
    scopes.Scope("report_runs:write", _("Try the production of reports again"), "produce_reports"),
    scopes.Scope("report_templates:read", _("Read how reports look"), "edit_report_templates"),
    scopes.Scope("report_templates:write", _("Change how reports look"), "edit_report_templates"),
    scopes.Scope("figures:read", _("Read stored figures"), "view_reports"),
    scopes.Scope("kpi_goals:read", _("Read goals"), "view_goals"),
    scopes.Scope("kpi_goals:write", _("Set and change goals"), "edit_goals"),
    scopes.Scope("effects:read", _("Read whether tiering works"), "view_effects"),
    scopes.Scope("scorecards:read", _("Read scorecards"), "view_scorecard"),
    scopes.Scope("months:read", _("Read months in review"), "view_month"),
):
    scopes.register(scope)
