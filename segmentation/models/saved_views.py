"""Lists as somebody likes to see them."""

from __future__ import annotations

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Membership
from accounts.tenancy import TenantForeignKey, TenantModel


class SavedView(TenantModel):
    """A list under a name: its filters, order and columns. Its owner's alone, or the team's too."""

    owner = TenantForeignKey(Membership, models.CASCADE, related_name="saved_views")
    # The URL name of the screen with the list.
    screen = models.CharField(max_length=40)
    name = models.CharField(_("name"), max_length=60)
    # The query string that shows the list so.
    query = models.CharField(max_length=2000, blank=True)
    is_shared = models.BooleanField(_("for my team too"), default=False)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta(TenantModel.Meta):
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(
                fields=["tenant_id", "owner", "screen", "name"], name="saved_view_name_once"
            ),
        ]

    def __str__(self) -> str:
        return self.name
