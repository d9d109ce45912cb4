"""What nights tell in a customer's timeline: its moves of tier and stage, with their reasons."""

from __future__ import annotations

from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from accounts.models import Customer
from accounts.requests import TenantRequest
from segmentation.labels import STAGES, TIERS
from segmentation.models import Move
from segmentation.reasons import move_sentence
from ui.timelines import TimelineEntry, TimelinePage


def moves(request: TenantRequest, customer: Customer, page: TimelinePage) -> list[TimelineEntry]:
    found = Move.objects.filter(customer=customer, as_of__lte=page.until)
    return [
        _move(move, request.tenant.currency)
        for move in found.order_by("-as_of", "-kind", "-pk")[: page.most]
    ]


def _move(move: Move, currency: str) -> TimelineEntry:
    words = TIERS if move.kind == Move.Kind.TIER else STAGES
    none = _("none")
    told = {
        "old": words.get(move.from_value, move.from_value) or none,
        "new": words.get(move.to_value, move.to_value) or none,
    }
    title = (
        _("Tier: %(old)s → %(new)s")
        if move.kind == Move.Kind.TIER
        else _("Stage: %(old)s → %(new)s")
    )
    night = reverse("customer", args=[move.customer_id])
    return TimelineEntry(
        at=move.as_of,
        key=f"move-{move.pk}",
        title=title % told,
        text=capfirst(move_sentence(move.kind, move.reason, currency)),
        who=str(Move.Cause(move.cause).label),
        url=f"{night}?as_of={move.as_of.isoformat()}#tier",
    )
