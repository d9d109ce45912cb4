"""What tokens may do with plans, effort, risks, training and templates."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from accounts.rest.scopes import Scope, register

for _scope in (
    Scope("projects:write", _("Make projects, write their plans"), "edit_plans"),
    Scope("projects:share", _("Give customers links to their projects"), "share_projects"),
    Scope("plan_templates:write", _("Write templates of plans"), "edit_plan_templates"),
    Scope("effort:write", _("Book one’s own effort"), "book_effort"),
    Scope("requirements:write", _("Write down requirements"), "capture_requirements"),
    Scope("requirements:classify", _("Classify requirements"), "classify_requirements"),
    Scope("risks:raise", _("Raise risks and issues"), "raise_risks"),
    Scope("risks:write", _("Change and settle risks and issues"), "edit_risks"),
    Scope("training:write", _("Keep training sessions"), "hold_training"),
    Scope("instalments:tie", _("Tie instalments to milestones"), "tie_payments"),
):
    register(_scope)
