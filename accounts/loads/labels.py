"""Words for what loads are made of: columns, phases, states."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.loads.reading import Column, DateOrder, DecimalMark
from accounts.loads.reading.values import (
    Amount,
    Choice,
    Choices,
    Currency,
    Day,
    Flag,
    Moment,
    Person,
    Quantity,
    Whole,
)
from accounts.models import Load

COLUMNS: dict[str, str | Promise] = {
    "key": _("Key"),
    "name": _("Name"),
    "industry": _("Industry"),
    "size": _("Size"),
    "region": _("Region"),
    "currency": _("Currency"),
    "parent": _("Parent"),
    "salesperson": _("Salesperson"),
    "service_manager": _("Customer-service manager"),
    "project_manager": _("Project manager"),
    "customer": _("Customer"),
    "email": _("E-mail"),
    "phone": _("Phone"),
    "title": _("Title"),
    "roles": _("Roles"),
    "from": _("Role from"),
    "to": _("Role until"),
    "signed_on": _("Signed on"),
    "starts_on": _("Starts on"),
    "ends_on": _("Ends on"),
    "module": _("Module"),
    "annual_fee": _("Annual fee"),
    "kind": _("Kind"),
    "amount": _("Amount"),
    "seats": _("Seats"),
    "renewal_of": _("Renewal of"),
    "is_trial": _("Trial"),
    "contract": _("Contract"),
    "due_on": _("Due on"),
    "paid_by": _("Paid by"),
    "paid_on": _("Paid on"),
    "occurred_at": _("Occurred at"),
    "event": _("Event"),
    "person": _("Person"),
    "message_id": _("Message id"),
    "count": _("Count"),
    "manager": _("Manager"),
    "accepted_on": _("Accepted on"),
    "template": _("Template"),
    "contact": _("Contact"),
    "happened_on": _("Happened on"),
    "by": _("By"),
    "note": _("Note"),
    "opened_at": _("Opened at"),
    "priority": _("Priority"),
    "first_response_at": _("First response at"),
    "closed_at": _("Closed at"),
    "satisfaction": _("Satisfaction"),
    "project": _("Project"),
    "effort_days": _("Effort (person-days)"),
    "phase": _("Phase"),
    "worked_on": _("Worked on"),
    "days": _("Person-days"),
    "item": _("SOW item"),
    "change_request": _("Change request"),
    "price": _("Price"),
    "state": _("State"),
    "raised_on": _("Raised on"),
    "decided_on": _("Decided on"),
    "started_on": _("Started on"),
    "finished_on": _("Finished on"),
    "side": _("Who does it"),
    "after": _("Waits for"),
    "is_milestone": _("Milestone"),
    "task": _("Task"),
    "held_on": _("Held on"),
    "trainer": _("Trainer"),
    "minutes": _("Minutes"),
    "place": _("Place"),
    "attended": _("Attended"),
}

# What is called otherwise where it is something else than usual: a contact's title is a post.
KIND_COLUMNS: dict[tuple[str, str], str | Promise] = {
    (kind, "title"): pgettext_lazy("heading", "Title")
    for kind in ("cases", "sow", "tasks", "change_requests", "requests", "training")
}

TYPES: dict[type, str | Promise] = {
    Amount: _("amount"),
    Currency: _("currency"),
    Day: _("date"),
    Flag: _("yes or no"),
    Moment: _("date, with or without time"),
    Person: _("e-mail or name"),
    Quantity: _("number"),
    Whole: _("whole number"),
}

PHASES: dict[str, str | Promise] = {
    "reading": _("Reading"),
    "checking": _("Checking"),
    "writing": _("Writing"),
}

# What a person says about a file, by the name it has in `LoadOptions`.
OPTIONS = {
    "dates": _("Order of dates"),
    "decimal": _("Decimal mark"),
}

DATE_ORDERS: dict[str, str | Promise] = {
    DateOrder.ISO.value: _("Year, month, day"),
    DateOrder.DMY.value: _("Day, month, year"),
    DateOrder.MDY.value: _("Month, day, year"),
}
DECIMAL_MARKS: dict[str, str | Promise] = {
    DecimalMark.POINT.value: _("Point: 1,234.50"),
    DecimalMark.COMMA.value: _("Comma: 1.234,50"),
}

TONES: dict[str, str] = {
    Load.State.CHECKING: "info",
    Load.State.CHECKED: "accent",
    Load.State.QUEUED: "info",
    Load.State.RUNNING: "info",
    Load.State.DONE: "good",
    Load.State.REFUSED: "danger",
    Load.State.DEAD: "danger",
    Load.State.UNDOING: "info",
}


def column_label(name: str, kind: str) -> str:
    """A column of a kind, or a further column of a file as it is named there."""
    return str(KIND_COLUMNS.get((kind, name)) or COLUMNS.get(name, name))


def quoted_options() -> dict[str, str]:
    """How a sentence on screen names the fields for what a person says about a file."""
    return {name: f"“{label}”" for name, label in OPTIONS.items()}


def type_label(column: Column) -> str:
    """What a column may hold, empty where it is free text."""
    if isinstance(column.type, Choice | Choices):
        return ", ".join(column.type.choices)
    return str(TYPES.get(type(column.type), ""))
