"""Bodies of requests: bytes in, messages out, within bounds that no body leaves."""

from __future__ import annotations

import json
import re
import zlib
from dataclasses import dataclass
from typing import Any

from segmentation.compute.message_values import LARGEST_EVENT_BYTES

LARGEST_BODY_BYTES = 500 * 1024
MOST_MESSAGES = 2500
# Files may be put one after the other; a million empty ones are work for nothing.
MOST_GZIP_PARTS = 16
BATCH = "batch"

# NUL, or half a character, as JSON writes them; or as bytes that are no UTF-8, which is refused.
_NO_TEXT = re.compile(rb"\\u(?:0000|[dD][89a-fA-F])")
_GZIP = 31
# NaN and infinities are no JSON, and clients send them: they are nothing.
_DECODER = json.JSONDecoder(parse_constant=lambda _name: None)


class BadBody(Exception):
    """A request cannot be read at all: `status`, `code` and `message` of its answer."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message


@dataclass(frozen=True)
class Body:
    """What a request says. `texts_checked`: every text in it can be kept; `sizes_checked`: no message
    of it is too large."""

    write_key: str
    messages: list[Any]
    sent_at: Any
    texts_checked: bool
    sizes_checked: bool


def too_large() -> BadBody:
    return BadBody(413, "too_large", "At most 500 KB at once; send smaller batches.")


def unzipped(data: bytes) -> bytes:
    """What was compressed by gzip, in one part or several.

    Raises:
        BadBody: it is no gzip, ends early, is larger than a body may be or in too many parts.
    """
    found = bytearray()
    parts = 0
    while data:
        parts += 1
        if parts > MOST_GZIP_PARTS:
            raise BadBody(400, "bad_gzip", "The body is in too many parts.")
        reader = zlib.decompressobj(_GZIP)
        try:
            found += reader.decompress(data, LARGEST_BODY_BYTES + 1 - len(found))
        except zlib.error:
            raise BadBody(400, "bad_gzip", "The body is not gzip.") from None
        if len(found) > LARGEST_BODY_BYTES:
            raise too_large()
        if not reader.eof:
            raise BadBody(400, "bad_gzip", "The body ends early.")
        data = reader.unused_data
    return bytes(found)


def read_body(raw: bytes, call: str) -> Body:
    """Take a body apart.

    Args:
        call: `batch`, or the type of the one message that the body is.

    Raises:
        BadBody: it is no JSON object, has no batch, or has too many messages.
    """
    try:
        said = _DECODER.decode(raw.decode("utf-8-sig"))
    except (ValueError, RecursionError):
        raise BadBody(400, "bad_json", "The body is not JSON in UTF-8.") from None
    if not isinstance(said, dict):
        raise BadBody(400, "bad_json", "The body is not a JSON object.")
    messages = said.get(BATCH) if call == BATCH else [said]
    if not isinstance(messages, list):
        raise BadBody(400, "no_batch", "“batch” has to be a list of messages.")
    if len(messages) > MOST_MESSAGES:
        raise BadBody(413, "too_many", f"At most {MOST_MESSAGES} messages at once.")
    key = said.get("writeKey")
    if call != BATCH:
        # It belongs to the request: what is kept of the message must not hold it.
        said.pop("writeKey", None)
    return Body(
        write_key=key if isinstance(key, str) else "",
        messages=messages,
        sent_at=said.get("sentAt") if call == BATCH else None,
        texts_checked=_NO_TEXT.search(raw) is None,
        sizes_checked=len(raw) <= LARGEST_EVENT_BYTES,
    )
