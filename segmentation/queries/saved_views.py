"""The views that a member may open: their own, and what others of the team share."""

from __future__ import annotations

from collections.abc import Iterator

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.models import Membership
from segmentation.group_uses import Use
from segmentation.models import CustomerGroup, SavedView


def views_for(membership: Membership, *screens: str) -> QuerySet[SavedView]:
    mine = Q(owner=membership.pk)
    if membership.team_id is not None:
        mine |= Q(is_shared=True, owner__team=membership.team_id, owner__is_active=True)
    views: QuerySet[SavedView] = SavedView.objects.filter(mine, screen__in=screens)
    return views.select_related("owner__user")


def views_of_group(group: CustomerGroup, membership: Membership) -> Iterator[Use]:
    """The views that a member may open and that are narrowed to a customer group."""
    asks = Q(query__regex=rf"(^|&)group={group.pk}(&|$)")
    for view in views_for(membership, "portfolio").filter(asks):
        yield Use(_("Saved view"), view.name, f"{reverse(view.screen)}?{view.query}")
