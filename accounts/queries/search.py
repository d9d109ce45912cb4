"""Finding a customer or a contact by a part of a name or key."""

from __future__ import annotations

from django.db.models import Case, IntegerField, Prefetch, QuerySet, Value, When

from accounts.models import Contact, Customer, Membership, Responsibility

# Fewer characters of a contact's name would find half of all people.
SHORTEST_CONTACT_TEXT = 2


def normalised(text: str) -> str:
    """What is typed, as ``Customer.search_text`` is written."""
    return " ".join(text.split()).lower()[:200]


def found_customers(membership: Membership, text: str) -> QuerySet:
    """Customers of the member's view with the text in name or key; names that begin so first.

    An empty text finds nothing. Each comes with ``faces``: its face today, in a list.
    """
    wanted = normalised(text)
    if not wanted:
        return Customer.objects.none()
    begins = Case(
        When(search_text__startswith=wanted, then=Value(0)),
        default=Value(1),
        output_field=IntegerField(),
    )
    faces = Prefetch(
        "responsibilities",
        Responsibility.objects.filter(to_on=None).select_related("colleague"),
        to_attr="faces",
    )
    return (
        Customer.objects.visible_to(membership)
        .filter(search_text__contains=wanted)
        .annotate(begins=begins)
        .order_by("begins", "name", "pk")
        .prefetch_related(faces)
    )


def found_contacts(membership: Membership, text: str, most: int) -> list[Contact]:
    """The first ``most`` contacts with the text in their name, of customers the member may see, with
    customer. Two queries: the first reads only an index."""
    wanted = normalised(text)
    if len(wanted) < SHORTEST_CONTACT_TEXT and wanted.isascii():
        return []
    found = Contact.objects.filter(search_name__contains=wanted).order_by("search_name", "pk")
    if membership.sees("customers") != "all":
        visible = Customer.objects.visible_to(membership).order_by().values("pk")
        found = found.filter(customer__in=visible)
    ids = list(found.values_list("pk", flat=True)[:most])
    contacts = Contact.objects.select_related("customer").in_bulk(ids)
    return [contacts[pk] for pk in ids]
