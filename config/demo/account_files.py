"""Account files and success plans of a few of the demo's customers, and what was talked about in
touchpoints."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

from django.db import connection
from django.db.models import Q

from accounts.models import (
    Colleague,
    Contact,
    Customer,
    Membership,
    Responsibility,
    Role,
    Tenant,
    User,
)
from accounts.tenancy import tenant_scope
from config.demo.account_texts import BACKGROUNDS, GOALS, MILESTONES, NOTES, PRIVILEGES
from service.actions.account_files import end_sponsor, name_sponsor, write_background
from service.actions.success_plans import add_row
from service.models import AccountFile, Goal, JointMilestone, Privilege

FILES_OF_A_MANAGER = 3
GROUPS = 2

# One of the notes, by a draw that is the same every time; in the language of the customer's name.
_NOTES = """
UPDATE accounts_touchpoint t
   SET note = n.words
  FROM accounts_customer c, unnest(%(places)s::int[], %(chinese)s::bool[], %(words)s::text[])
       AS n (place, is_chinese, words)
 WHERE t.tenant_id = %(tenant)s AND c.tenant_id = %(tenant)s AND c.id = t.customer_id
   AND t.note = '' AND n.is_chinese = (c.name ~ '[一-龥]')
   AND n.place = abs(hashtext(t.key)::bigint) %% %(count)s
"""


def make_example_account_files(tenant: Tenant) -> None:
    """Write them once, as of the day up to which the demo was filled."""
    until = tenant.last_ended_day(tenant.created_at)
    with tenant_scope(tenant.id):
        if AccountFile.objects.exists():
            return
        _tell_notes(tenant)
        for place, (customer, by) in enumerate(_chosen()):
            _write_file(customer, place, until, by=by)


def _tell_notes(tenant: Tenant) -> None:
    told = [
        (place, is_chinese, pair[0 if is_chinese else 1])
        for place, pair in enumerate(NOTES)
        for is_chinese in (True, False)
    ]
    places, chinese, words = zip(*told, strict=True)
    with connection.cursor() as cursor:
        cursor.execute(
            _NOTES,
            {
                "tenant": tenant.id,
                "places": list(places),
                "chinese": list(chinese),
                "words": list(words),
                "count": len(NOTES),
            },
        )


def _chosen() -> list[tuple[Customer, User]]:
    """Some customers of each service manager, whose contract runs, and the parents of two groups."""
    chosen: dict[int, tuple[Customer, User]] = {}
    managers = Membership.objects.filter(
        roles__contains=[Role.SERVICE_MANAGER], is_active=True
    ).select_related("user")
    for member in managers.order_by("pk"):
        mine = Responsibility.objects.filter(
            to_on__isnull=True, colleague__membership=member.pk, capacity="service_manager"
        )
        with_people = Customer.objects.filter(
            pk__in=mine.values("customer"), contacts__roles__role="decision_maker"
        ).distinct()
        parents = with_people.filter(subsidiaries__isnull=False).order_by("key")[:GROUPS]
        others = with_people.order_by("key")[:FILES_OF_A_MANAGER]
        for customer in [*parents, *others]:
            chosen.setdefault(customer.pk, (customer, member.user))
    return list(chosen.values())


def _write_file(customer: Customer, place: int, until: date, *, by: User) -> None:
    tongue = 0 if any("一" <= letter <= "龥" for letter in customer.name) else 1
    people = Contact.objects.filter(customer=customer).order_by("key")
    held = Q(roles__role="decision_maker")
    maker = people.filter(held).first() or people.first()
    user = people.filter(roles__role="key_user").first() or maker
    us = Colleague.objects.filter(membership__user=by).order_by("pk").first()
    write_background(customer=customer, text=BACKGROUNDS[place % len(BACKGROUNDS)][tongue], by=by)
    if maker is not None:
        sponsor = name_sponsor(
            customer=customer, contact=maker, from_on=until - timedelta(days=400), by=by
        )
        if place % 4 == 1:
            why = ("调任集团其他公司", "Moved to another company of the group")[tongue]
            end_sponsor(sponsor=sponsor, to_on=until - timedelta(days=20), why=why, by=by)
    goals = []
    for title, text, measure, target, days in GOALS[: 2 + place % 2]:
        values = {
            "title": title[tongue],
            "text": text[tongue],
            "measure": measure,
            "target": None if target is None else Decimal(str(target)),
            "by_on": until + timedelta(days=days),
            "is_shared": True,
        }
        goals.append(add_row(model=Goal, customer=customer, values=values, by=by))
    for number, (title, due, done) in enumerate(MILESTONES[: 3 + place % 2]):
        add_row(
            model=JointMilestone,
            customer=customer,
            values={
                "title": title[tongue],
                "goal": goals[number % len(goals)],
                "due_on": until + timedelta(days=due),
                "done_on": None if done is None else until + timedelta(days=done),
                "colleague": us,
                "contact": user,
                "is_shared": number != 1,
            },
            by=by,
        )
    for title, begins, ends in PRIVILEGES[: 1 + place % 2]:
        add_row(
            model=Privilege,
            customer=customer,
            values={
                "title": title[tongue],
                "from_on": until + timedelta(days=begins),
                "to_on": None if ends is None else until + timedelta(days=ends),
                "is_shared": True,
            },
            by=by,
        )
