"""The tenant's list of reasons for closing work."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.actions.audit import record
from accounts.models import User
from service.models import CloseReason
from service.queries.close_reasons import close_reasons

MOST_REASONS = 40


@dataclass(frozen=True)
class Said:
    """What a reason is to be: ``label`` in the tenant's words (of a shipped one also its own)."""

    ending: str
    key: str
    label: str
    is_offered: bool


@transaction.atomic
def set_close_reasons(*, said: Iterable[Said], new: Mapping[str, str], by: User | None) -> int:
    """Say these reasons so, and add new ones, ending → words (empty: none). What was closed with a
    reason keeps it. Returns how many changed.

    Raises:
        ValidationError: an ending would offer none, or there would be too many.
    """
    current = {(one.ending, one.key): one for one in close_reasons()}
    wanted = {(one.ending, one.key): one for one in said if (one.ending, one.key) in current}
    added = {ending: " ".join(words.split()) for ending, words in new.items()}
    for ending in CloseReason.Ending.values:
        offered = sum(
            (wanted[key].is_offered if key in wanted else one.is_offered)
            for key, one in current.items()
            if one.ending == ending
        )
        if not offered and not added.get(ending):
            raise ValidationError(_("Offer at least one reason for each ending."))
    if len(current) + sum(bool(words) for words in added.values()) > MOST_REASONS:
        raise ValidationError(_("At most %(most)s reasons.") % {"most": MOST_REASONS})
    changed = 0
    for key, one in wanted.items():
        before = current[key]
        label = " ".join(one.label.split()) or before.label
        if (label, one.is_offered) == (before.label, before.is_offered):
            continue
        own = before.own if label == before.label else label
        CloseReason.objects.update_or_create(
            ending=one.ending,
            key=one.key,
            defaults={"label": own, "is_offered": one.is_offered},
        )
        record(
            "close_reason.changed",
            by=by,
            label=label,
            ending=one.ending,
            before={"label": before.label, "is_offered": before.is_offered},
            after={"label": label, "is_offered": one.is_offered},
        )
        changed += 1
    for ending, words in added.items():
        if words:
            key_taken = {key for held, key in current if held == ending}
            number = next(n for n in range(1, MOST_REASONS + 2) if f"own_{n}" not in key_taken)
            CloseReason.objects.create(ending=ending, key=f"own_{number}", label=words)
            record(
                "close_reason.changed", by=by, label=words, ending=ending, after={"label": words}
            )
            changed += 1
    return changed
