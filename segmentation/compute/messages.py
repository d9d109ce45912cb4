"""Messages of Segment's HTTP tracking API, read into events and into who is who.

Pure: JSON that was parsed goes in, rows come out, and what cannot be taken, with its reason.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from segmentation.compute.event_rules import RuleBook
from segmentation.compute.message_rows import Aliased, BadMessage, EventRow, Grouped, Identified
from segmentation.compute.message_values import (
    LARGEST_EVENT_BYTES,
    LONGEST_PERSON,
    Bad,
    as_json,
    count_of,
    has_no_text,
    is_too_large,
    message_id_of,
    moment,
    name_of,
    occurred,
    shallow,
)

CALLS = ("track", "page", "screen", "identify", "group", "alias")
# Names of the web library's own addresses.
SHORT_CALLS = {name[0]: name for name in (*CALLS, "batch")}
EVENTS = frozenset(("track", "page", "screen"))
_NOTHING: Mapping[str, Any] = {}
# What objects within objects may stand in; without them the message can be kept.
_TOO_DEEP = {"properties": None, "traits": None, "context": None, "integrations": None}


@dataclass
class Read:
    """What a request says. `messages`: as sent, by place; `seen`: properties of the first event of
    each kind and name."""

    messages: list[Any] = field(default_factory=list)
    events: list[EventRow] = field(default_factory=list)
    identified: list[Identified] = field(default_factory=list)
    grouped: list[Grouped] = field(default_factory=list)
    aliased: list[Aliased] = field(default_factory=list)
    bad: list[BadMessage] = field(default_factory=list)
    ignored: int = 0
    seen: dict[tuple[str, str], Mapping[str, Any]] = field(default_factory=dict)


def read_messages(
    messages: Iterable[Any],
    *,
    call: str,
    arrived: datetime,
    sent_at: Any = None,
    rules: RuleBook,
    texts_checked: bool = True,
    sizes_checked: bool = False,
) -> Read:
    """Read the messages of one request.

    Args:
        call: `batch`, where each message says its type, or the one type of all.
        arrived: when the request came.
        sent_at: when its client sent it, as it says.
        texts_checked: every text is one that a database can hold.
        sizes_checked: no message is larger than 32 KB.
    """
    sent = moment(sent_at) if sent_at is not None else None
    ahead = arrived - sent if sent is not None else None
    read = Read()
    for n, message in enumerate(messages):
        read.messages.append(message)
        try:
            if not isinstance(message, dict):
                raise Bad("not_an_object")
            if not sizes_checked and is_too_large(message):
                raise Bad("too_large")
            if not texts_checked and has_no_text(message):
                raise Bad("bad_value", "text")
            kind = message.get("type") if call == "batch" else call
            if not isinstance(kind, str):
                raise Bad("unknown_type", "type")
            if kind in EVENTS:
                _event(read, n, kind, message, arrived, ahead, rules)
            elif kind in _READERS:
                _READERS[kind](read, n, message, occurred(message, arrived, ahead))
            else:
                raise Bad("unknown_type", "type")
        except Bad as bad:
            read.bad.append(bad_message(message, call, bad.reason, bad.detail))
        except RecursionError:
            read.bad.append(bad_message(message, call, "bad_value", "depth"))
    return read


def bad_message(message: Any, call: str, reason: str, detail: str = "") -> BadMessage:
    """A message as it is kept for somebody to decide about; whatever it is, it can be kept."""
    try:
        return _bad_message(message, call, reason, detail)
    except RecursionError:
        pass
    try:
        return _bad_message({**message, **_TOO_DEEP}, call, reason, detail)
    except (RecursionError, TypeError):
        return _bad_message(shallow(message), call, reason, detail)


def _bad_message(message: Any, call: str, reason: str, detail: str) -> BadMessage:
    body = as_json(message)
    told = message if isinstance(message, dict) else _NOTHING
    kind = told.get("type") if call == "batch" else call
    return BadMessage(
        message_id=_kept(message_id_of(message if isinstance(message, dict) else {"": message})),
        reason=reason,
        detail=detail,
        kind=_kept(kind)[:20],
        event=_kept(told.get("event") or told.get("name"))[:200],
        body=body.encode()[:LARGEST_EVENT_BYTES].decode(errors="ignore"),
    )


def _kept(value: Any) -> str:
    """A text that a database can hold, whatever was sent."""
    if not isinstance(value, str):
        return ""
    return value.replace("\x00", "").encode(errors="ignore").decode()


def _person(message: Mapping[str, Any]) -> str:
    return name_of(message.get("userId"), "userId", LONGEST_PERSON) or name_of(
        message.get("anonymousId"), "anonymousId", LONGEST_PERSON
    )


def _object(value: Any, what: str) -> Mapping[str, Any]:
    if value is None:
        return _NOTHING
    if not isinstance(value, dict):
        raise Bad("bad_value", what)
    return value


def _group_key(message: Mapping[str, Any], properties: Mapping[str, Any]) -> str:
    context = message.get("context")
    named = context.get("groupId") if isinstance(context, dict) else None
    for given in (named, message.get("groupId"), properties.get("groupId")):
        if given is not None and (key := name_of(given, "groupId")):
            return key
    return ""


def _event(
    read: Read,
    n: int,
    kind: str,
    message: Mapping[str, Any],
    arrived: datetime,
    ahead: timedelta | None,
    rules: RuleBook,
) -> None:
    properties = _object(message.get("properties"), "properties")
    if kind == "track":
        event = name_of(message.get("event"), "event")
        if not event:
            raise Bad("no_event", "event")
    else:
        event = _viewed(kind, message, properties)
    person = _person(message)
    if not person:
        raise Bad("no_person", "userId")
    moment_of_it = occurred(message, arrived, ahead)
    if (kind, event) not in read.seen:
        read.seen[kind, event] = properties
    ruled = rules.of(kind, event, properties) if rules else None
    if ruled is not None:
        if ruled.is_ignored:
            read.ignored += 1
            return
        module = ruled.module
    else:
        named = properties.get("module")
        is_name = isinstance(named, str | int | float) and not isinstance(named, bool)
        module = (name_of(named, "properties.module") or None) if is_name else None
    read.events.append(
        {
            "n": n,
            "message_id": message_id_of(message, moment_of_it),
            "person": person,
            "group_key": _group_key(message, properties) or None,
            "module": module,
            "event": event,
            "occurred_at": moment_of_it.isoformat(),
            "count": count_of(properties) if "count" in properties else 1,
        }
    )


def _viewed(kind: str, message: Mapping[str, Any], properties: Mapping[str, Any]) -> str:
    """The name of a view, as destinations of Segment name it: `Viewed Docs Index Page`."""
    parts = [
        name_of(message.get(part) or properties.get(part), part) for part in ("category", "name")
    ]
    named = " ".join(part for part in parts if part)
    noun = kind.title()
    event = f"Viewed {named} {noun}" if named else f"Loaded a {noun}"
    if len(event) > 200:
        raise Bad("too_long", "name")
    return event


def _identify(read: Read, n: int, message: Mapping[str, Any], at: datetime) -> None:
    person = _person(message)
    if not person:
        raise Bad("no_person", "userId")
    traits = _object(message.get("traits"), "traits")
    if not traits:
        context = _object(message.get("context"), "context")
        traits = _object(context.get("traits"), "context.traits")
    group_key = _group_key(message, _NOTHING)
    # Whoever is not signed in has no name among a customer's contacts.
    if name_of(message.get("userId"), "userId", LONGEST_PERSON):
        read.identified.append(
            Identified(n, message_id_of(message, at), person, group_key, traits, at)
        )
    else:
        read.ignored += 1


def _group(read: Read, n: int, message: Mapping[str, Any], at: datetime) -> None:
    key = name_of(message.get("groupId"), "groupId") or _group_key(message, _NOTHING)
    if not key:
        raise Bad("no_group", "groupId")
    traits = _object(message.get("traits"), "traits")
    read.grouped.append(Grouped(n, message_id_of(message, at), _person(message), key, traits, at))


def _alias(read: Read, n: int, message: Mapping[str, Any], at: datetime) -> None:
    person = name_of(message.get("userId"), "userId", LONGEST_PERSON)
    previous = name_of(message.get("previousId"), "previousId", LONGEST_PERSON)
    if not person:
        raise Bad("no_person", "userId")
    if not previous:
        raise Bad("no_previous", "previousId")
    read.aliased.append(Aliased(n, message_id_of(message, at), previous, person, at))


_READERS = {"identify": _identify, "group": _group, "alias": _alias}
