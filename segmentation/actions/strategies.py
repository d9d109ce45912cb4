"""Writing one's own strategy in place of the shipped one, and going back to it."""

from __future__ import annotations

from collections.abc import Mapping

from django.db import transaction

from accounts.actions.audit import record
from accounts.models import User
from segmentation.models import StrategyText
from segmentation.queries.strategies import Sheet


@transaction.atomic
def write_strategy(*, sheet: Sheet, texts: Mapping[str, str], by: User | None) -> bool:
    """Put these texts in force; a text that is empty or the shipped one takes one's own away.

    Args:
        texts: the text per ``Part.field``; parts that are not named stay.

    Returns:
        Whether anything changed; when nothing did, nothing is recorded.
    """
    before: dict[str, str] = {}
    after: dict[str, str] = {}
    for part in sheet.parts:
        if part.field not in texts:
            continue
        text = texts[part.field].strip()
        own = "" if text == part.shipped else text
        if own == part.own:
            continue
        place = {"scheme": sheet.scheme, "tier": sheet.tier}
        place |= {"kind": part.kind, "language": part.language}
        if own:
            StrategyText.objects.update_or_create(**place, defaults={"text": own})
        else:
            StrategyText.objects.filter(**place).delete()
        before[part.field], after[part.field] = part.text, own or part.shipped
    if before:
        label = f"{sheet.scheme}.{sheet.tier}"
        record("strategy.changed", by=by, label=label, before=before, after=after)
    return bool(before)


def return_to_shipped(*, sheet: Sheet, by: User | None) -> bool:
    """Take every text of one's own about a tier away."""
    return write_strategy(sheet=sheet, texts={part.field: "" for part in sheet.parts}, by=by)
