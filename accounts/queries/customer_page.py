"""Who a customer is, who is its face, and the people there."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db.models import Case, IntegerField, Min, Prefetch, Q, QuerySet, Value, When

from accounts.models import (
    Contact,
    ContactRole,
    Customer,
    Membership,
    Responsibility,
)

MOST_SUBSIDIARIES = 100


@dataclass(frozen=True)
class Above:
    """The company above. ``is_visible``: the member may open its page."""

    parent: Customer | None
    is_visible: bool


@dataclass(frozen=True)
class ContactView:
    """A contact with its roles of the day, and those it had or will have."""

    contact: Contact
    current: list[ContactRole]
    other: list[ContactRole]


def customer_for(membership: Membership, pk: int) -> Customer | None:
    """The customer with everybody named for it, if the member may see it."""
    found: Customer | None = (
        Customer.objects.visible_to(membership)
        .select_related("parent", "salesperson", "service_manager", "project_manager")
        .filter(pk=pk)
        .first()
    )
    return found


def above_of(customer: Customer, membership: Membership) -> Above:
    """One statement, none where there is no company above."""
    return Above(
        customer.parent,
        customer.parent_id is not None
        and Customer.objects.visible_to(membership).filter(pk=customer.parent_id).exists(),
    )


def companies_below(customer: Customer, membership: Membership) -> list[Customer]:
    """Those that the member may see, each with ``faces``: today's, if it has one."""
    faces = Prefetch(
        "responsibilities",
        Responsibility.objects.filter(to_on=None).select_related("colleague"),
        to_attr="faces",
    )
    return list(
        Customer.objects.visible_to(membership)
        .filter(parent=customer)
        .order_by("name", "pk")
        .prefetch_related(faces)[:MOST_SUBSIDIARIES]
    )


def face_of(customer: Customer) -> Responsibility | None:
    """Who is the face today."""
    found: Responsibility | None = (
        Responsibility.objects.filter(customer=customer, to_on=None)
        .select_related("colleague")
        .order_by("-from_on")
        .first()
    )
    return found


def face_history(customer: Customer) -> list[Responsibility]:
    """Who was the face when, the latest first; the first one is today's."""
    return list(
        Responsibility.objects.filter(customer=customer)
        .select_related("colleague")
        .order_by("-from_on")
    )


def contacts_of(customer: Customer, today: date) -> QuerySet:
    """Contacts with ``rank``: 0 for today's decision makers, 1 key users, 2 end users, 3 others."""
    holds = current_role(today, "roles__")
    rank = Case(
        *(
            When(roles__role=kind, then=Value(place))
            for place, kind in enumerate(ContactRole.Kind.values)
        ),
        default=Value(3),
        output_field=IntegerField(),
    )
    return (
        Contact.objects.filter(customer=customer)
        .annotate(rank=Min(rank, filter=holds, default=Value(3)))
        .prefetch_related(Prefetch("roles", ContactRole.objects.order_by("role", "from_on")))
    )


def current_role(today: date, prefix: str = "") -> Q:
    """Roles held on a day; both ends belong to the span."""
    begun = Q(**{f"{prefix}from_on__isnull": True}) | Q(**{f"{prefix}from_on__lte": today})
    not_over = Q(**{f"{prefix}to_on__isnull": True}) | Q(**{f"{prefix}to_on__gte": today})
    return begun & not_over


def contact_view(contact: Contact, today: date) -> ContactView:
    """A contact whose roles were fetched with it."""
    roles = list(contact.roles.all())
    current = [
        role for role in roles if (role.from_on or date.min) <= today <= (role.to_on or date.max)
    ]
    return ContactView(contact, current, [role for role in roles if role not in current])
