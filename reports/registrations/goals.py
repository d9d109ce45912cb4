"""Goals of the tenant's figures."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from reports.labels import goals  # noqa: F401 - words for the audit
from ui.registry import NavigationItem, navigation

navigation.register(NavigationItem(_("Goals"), "goals", "goal", "view_goals", 7, "/goals/"))
