"""The views that a member may open: their own, and what others of the team share."""

from __future__ import annotations

from django.db.models import Q, QuerySet

from accounts.models import Membership
from segmentation.models import SavedView


def views_for(membership: Membership, screen: str) -> QuerySet[SavedView]:
    mine = Q(owner=membership.pk)
    if membership.team_id is not None:
        mine |= Q(is_shared=True, owner__team=membership.team_id, owner__is_active=True)
    views: QuerySet[SavedView] = SavedView.objects.filter(mine, screen=screen)
    return views.select_related("owner__user")
