"""The screens of figures: month, retention, effects, scorecards."""

from django.utils.translation import gettext_lazy as _

from accounts.models import Role
from accounts.models.reach import RecordKind, record_kinds
from segmentation import group_uses
from ui.registry import FirstScreen, NavigationItem, first_screens, navigation, warmed

navigation.register(NavigationItem(_("Month"), "month", "calendar-range", "view_month", 5))
navigation.register(
    NavigationItem(_("Retention"), "retention", "repeat", "view_retention", 6, "/retention/")
)
navigation.register(
    NavigationItem(_("Does tiering work?"), "effects", "scale", "view_effects", 34, "/effects/")
)
navigation.register(
    NavigationItem(_("Scorecards"), "scorecards", "award", "view_scorecards", 24, "/scorecard")
)
record_kinds["scorecards"] = RecordKind(
    "scorecards", _("Scorecards"), _("one's own scorecard as project manager")
)
first_screens.register(FirstScreen(Role.EXECUTIVE, "month", 10))
warmed.update({"month": "", "retention": "", "effects": ""})

for _screen in (
    group_uses.Narrowed(_("Month in review"), "month", "view_month"),
    group_uses.Narrowed(_("Retention"), "retention", "view_retention"),
    group_uses.Narrowed(_("Scorecards"), "scorecards", "view_scorecards"),
    group_uses.Narrowed(_("Does tiering work?"), "effects", "view_effects"),
):
    group_uses.register_screen(_screen)
