"""What this app contributes to the registries that screens are built from."""

from django.utils.translation import gettext_lazy as _

from accounts.models import Role
from ui.registry import FirstScreen, NavigationItem, first_screens, navigation

navigation.register(NavigationItem(_("Month"), "month", "calendar-range", "view_month", 5))
first_screens.register(FirstScreen(Role.EXECUTIVE, "month", 10))
