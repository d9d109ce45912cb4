"""Requests of other programs that wait to be handled: a person must not come back by them."""

from __future__ import annotations

import json
import re
from dataclasses import replace

from config.erasing.identity import Identity
from config.erasing.texts import Words
from segmentation.models import IngestInbox


def forget_requests(found: Identity, words: Words) -> int:
    """Delete those that name the person, in the open scope; returns how many there were.

    They stand as they were sent, so no word of them can be replaced. Those that can be written should
    have been before.
    """
    told = replace(words, exact={**words.exact, **found.keys})
    sought = [pattern for pattern, _new in told.pairs(as_json=False, with_names=True)]
    pattern = re.compile("|".join(sought), re.IGNORECASE)
    rows = IngestInbox.objects.values_list("pk", "body").iterator(chunk_size=50)
    ids = [pk for pk, body in rows if pattern.search(_told(bytes(body)))]
    if ids:
        IngestInbox.objects.filter(pk__in=ids).delete()
    return len(ids)


def _told(body: bytes) -> str:
    """What it says, without the escapes in which JSON may write any letter."""
    text = body.decode(errors="ignore")
    try:
        return json.dumps(json.loads(text), ensure_ascii=False)
    except (ValueError, RecursionError):
        return text
