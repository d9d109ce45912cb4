"""Single values of messages as other programs send them, read with care."""

from __future__ import annotations

import hashlib
import json
import marshal
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

LARGEST_EVENT_BYTES = 32 * 1024
MOST_COUNT = 1_000_000
LONGEST_PERSON = 254
LONGEST_NAME = 200
EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)
MOST_AHEAD = timedelta(days=1)

# A control character takes six times as much as JSON.
_SURELY_SMALL = LARGEST_EVENT_BYTES // 6


class Bad(Exception):
    """A message cannot be taken: `reason` of DeadLetter.Reason; `detail`: which value."""

    def __init__(self, reason: str, detail: str = "") -> None:
        super().__init__(reason, detail)
        self.reason = reason
        self.detail = detail


def as_json(message: Any) -> str:
    """A message in canonical form: equal messages, equal texts. Halves of characters that are no
    text stay written as JSON writes them."""
    text = json.dumps(message, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return text if _is_text(text) else json.dumps(message, sort_keys=True, separators=(",", ":"))


def as_kept(message: Any) -> str:
    """A message in canonical form as far as it can be written: without objects and lists in it where
    they stand in each other more deeply than JSON is written."""
    try:
        return as_json(message)
    except RecursionError:
        return as_json(shallow(message))


def shallow(message: Any) -> Any:
    """A message without the objects and lists in it."""
    if isinstance(message, Mapping):
        return {name: _single(value) for name, value in message.items()}
    return [_single(value) for value in message] if isinstance(message, list) else message


def _single(value: Any) -> Any:
    return None if isinstance(value, Mapping | list) else value


def is_too_large(message: Any) -> bool:
    """Whether a message is larger than 32 KB as JSON."""
    try:
        # A tenth of the time of writing it as JSON, and never much shorter.
        if len(marshal.dumps(message, 0)) <= _SURELY_SMALL:
            return False
    except ValueError:
        return True
    return len(as_json(message).encode()) > LARGEST_EVENT_BYTES


def has_no_text(value: Any) -> bool:
    """Whether some text in a message is none that a database can hold: NUL, or half a character."""
    if isinstance(value, str):
        return "\x00" in value or not _is_text(value)
    if isinstance(value, Mapping):
        return any(has_no_text(part) for pair in value.items() for part in pair)
    return isinstance(value, list) and any(has_no_text(part) for part in value)


def _is_text(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def name_of(value: Any, what: str, longest: int = LONGEST_NAME) -> str:
    """An id or name; numbers are taken as texts. Empty: there is none.

    Raises:
        Bad: it is neither text nor number, or too long.
    """
    if value is None:
        return ""
    if not isinstance(value, str):
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise Bad("bad_value", what)
        value = str(value)
    text: str = value.strip()
    if len(text) > longest:
        raise Bad("too_long", what)
    return text


def contact_key(person: str) -> str:
    """The key of a person's contact: the person's name; where that is too long its beginning and what
    tells it from others that begin so."""
    if len(person) <= LONGEST_NAME:
        return person
    mark = _hash(person)[:32]
    return f"{person[: LONGEST_NAME - len(mark) - 1]} {mark}"


def message_id_of(message: Mapping[str, Any], at: datetime | None = None) -> str:
    """The message's own id; where it has none the SHA-256 of what it says: a client that sends again
    sends the same, but for when it does so.

    Args:
        at: when it happened. Of a message that gives no time the hour counts as well: the same click
            a day later is another one.
    """
    given = message.get("messageId")
    if isinstance(given, str | int) and not isinstance(given, bool):
        text = str(given).strip()
        if text:
            return text if len(text) <= LONGEST_NAME else _hash(text)
    said = as_json({name: value for name, value in message.items() if name != "sentAt"})
    if at is not None and _time_given(message) is None:
        said += at.astimezone(UTC).strftime("%Y-%m-%dT%H")
    return _hash(said)


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode(errors="surrogatepass")).hexdigest()


def moment(value: Any) -> datetime | None:
    """A moment as ISO 8601 or in milliseconds since 1970; without a zone it is UTC. None: it is none."""
    try:
        if isinstance(value, str):
            found = datetime.fromisoformat(value)
            if found.tzinfo is None:
                return found.replace(tzinfo=UTC)
            # Displacements of 16 hours and more are none to PostgreSQL.
            return _in_utc(found)
        if isinstance(value, int | float) and not isinstance(value, bool):
            return datetime.fromtimestamp(value / 1000, UTC)
    except (ValueError, OverflowError, OSError):
        pass
    return None


def _in_utc(found: datetime) -> datetime | None:
    try:
        return found.astimezone(UTC)
    except OverflowError:
        # At the ends of time: as it is written it can be told to be out of range.
        return found if abs(found.utcoffset() or timedelta()) < timedelta(hours=16) else None


def occurred(message: Mapping[str, Any], arrived: datetime, ahead: timedelta | None) -> datetime:
    """When it happened, by our clock: the client says when, and when it sent; what its clock was
    wrong by then is taken off.

    Args:
        arrived: when the request came.
        ahead: what our clock was ahead of the client's when the batch was sent; None: the batch does
            not say.

    Raises:
        Bad: the time cannot be read, is before 2000 or more than a day to come.
    """
    given = _time_given(message)
    if given is None:
        return arrived
    found = moment(given)
    if found is None:
        raise Bad("bad_time", "timestamp")
    sent = message.get("sentAt")
    if sent is not None and (own := moment(sent)) is not None:
        ahead = arrived - own
    try:
        if ahead is not None:
            found += ahead
        if EARLIEST <= found <= arrived + MOST_AHEAD:
            return found
    except OverflowError:
        pass
    raise Bad("time_out_of_range", "timestamp")


def _time_given(message: Mapping[str, Any]) -> Any:
    given = message.get("timestamp")
    return given if given is not None else message.get("originalTimestamp")


def count_of(properties: Mapping[str, Any]) -> int:
    """How many times, where the event says so in whole numbers; else once."""
    given = properties.get("count", 1)
    if isinstance(given, bool) or not isinstance(given, int | float):
        return 1
    return int(given) if 1 <= given <= MOST_COUNT and given == int(given) else 1
