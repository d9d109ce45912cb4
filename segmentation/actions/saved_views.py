"""Keeping a list under a name, and letting go of it."""

from __future__ import annotations

from django.db import transaction

from accounts.actions.audit import record
from accounts.models import Membership, User
from segmentation.models import SavedView


@transaction.atomic
def save_view(
    *, owner: Membership, screen: str, name: str, query: str, is_shared: bool, by: User
) -> SavedView:
    """A view of the owner's; one of the same name on the same screen is replaced."""
    view, is_new = SavedView.objects.update_or_create(
        owner=owner,
        screen=screen,
        name=name,
        defaults={"query": query, "is_shared": is_shared},
    )
    verb = "saved_view.created" if is_new else "saved_view.changed"
    record(verb, by=by, about=view, query=query, is_shared=is_shared)
    return view


@transaction.atomic
def remove_view(*, view: SavedView, by: User | None) -> None:
    record("saved_view.removed", by=by, about=view)
    view.delete()
