"""Requests of the demo with their askings, what was decided and shipped, and who says what of it."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

import numpy as np
from django.db.models import QuerySet

from accounts.models import (
    Contact,
    ContactRole,
    Customer,
    Membership,
    Module,
    Role,
    RowVersion,
    Tenant,
)
from accounts.tenancy import tenant_scope
from config.demo.chance import Chance
from config.demo.request_texts import (
    ACCEPTED,
    COMMENTS,
    DECLINED,
    SAME,
    SHIPPED,
    WISHES,
    Wish,
)
from service.actions.request_digests import make_digest
from service.actions.requests import merge_request, open_voting
from service.actions.updates import UpdateValues, draft_update, send_update
from service.models import (
    Ask,
    ProductUpdate,
    Request,
    RequestAnswer,
    RequestDecision,
    Told,
    UpdateRecipient,
    Vote,
)

SEED = 7
LANGUAGE = "zh-hans"
MORNING = time(10)
# Of those who ask later than the first, how much of the time since is used up.
SPREAD = 0.85
ANSWERING = 0.4


def make_example_requests(tenant: Tenant) -> None:
    """Make them once, as of the day up to which the demo was filled."""
    until = tenant.last_ended_day(tenant.created_at)
    with tenant_scope(tenant.id):
        manager = Membership.objects.filter(roles__contains=[Role.PRODUCT_MANAGER]).first()
        if Request.objects.exists() or manager is None:
            return
        made = _requests(tenant, until)
        _asks(tenant, made, until)
        for title, index in SAME:
            merge_request(request=made[title], into=made[WISHES[index].title], by=manager.user)
        _share(made)
        open_voting(is_open=True, by=manager.user)
        _decide(tenant, made, until, manager)
        for shipped in SHIPPED:
            _ship(tenant, made, until, manager, shipped)


def make_example_digest(tenant: Tenant) -> None:
    """The digest of the month before, once nights know the revenue."""
    make_digest(tenant_id=tenant.pk)


def _requests(tenant: Tenant, until: date) -> dict[str, Request]:
    modules = {module.key: module for module in Module.objects.all()}
    wishes = [*WISHES, *(_same(title, WISHES[index]) for title, index in SAME)]
    rows = []
    for wish in wishes:
        raised = until - timedelta(days=wish.age)
        rows.append(
            Request(
                title=wish.title, module=modules.get(wish.module), raised_on=raised,
                status="accepted" if wish.status == "shipped" else wish.status,
                planned_for=wish.planned_for, captured_at=_at(tenant, raised),
                known_from=_at(tenant, raised),
            )
        )  # fmt: skip
    Request.objects.bulk_create(rows)
    return {row.title: row for row in rows}


def _same(title: str, wish: Wish) -> Wish:
    return Wish(wish.module, title, "new", 2, wish.age // 2)


def _asks(tenant: Tenant, made: dict[str, Request], until: date) -> None:
    """Customers that own the module ask, by one of their key users; some only vote."""
    chance = Chance(SEED)
    weights = {wish.title: wish.weight for wish in WISHES}
    askers = _askers()
    asks, votes = [], []
    for number, request in enumerate(made.values()):
        own = askers.get(request.module_id or 0) or []
        if not own:
            continue
        order = np.argsort(chance.uniform("who", number, np.arange(len(own))))
        count = min(len(own), weights.get(request.title, 2))
        age = (until - request.raised_on).days
        for place, index in enumerate(order[:count]):
            customer, contact = own[int(index)]
            later = chance.uniform("later", number, place)[0] * SPREAD if place else 0.0
            day = request.raised_on + timedelta(days=int(age * later))
            asks.append(
                Ask(
                    request=request, customer_id=customer, contact_id=contact,
                    key=f"demo-{number}-{place}", title=request.title, made_on=day,
                    module_id=request.module_id, known_from=_at(tenant, day),
                    channel=Ask.Channel.LINK if place % 3 == 1 else Ask.Channel.COLLEAGUE,
                )
            )  # fmt: skip
        for index in order[count : count + count // 2]:
            customer, contact = own[int(index)]
            votes.append(
                Vote(request=request, customer_id=customer, contact_id=contact,
                     voted_at=_at(tenant, until - timedelta(days=age // 3)))
            )  # fmt: skip
    Ask.objects.bulk_create(asks)
    Vote.objects.bulk_create(votes)
    RowVersion.objects.bulk_create(
        RowVersion(
            table=Ask._meta.db_table, row_id=ask.pk, before=None, known_from=None,
            known_to=ask.known_from,
        )
        for ask in asks
    )  # fmt: skip


def _askers() -> dict[int, list[tuple[int, int]]]:
    """Module → (customer, key user) of those that have a contract line of it, by key."""
    users: dict[int, int] = {}
    contacts: QuerySet = Contact.objects.filter(roles__role=ContactRole.Kind.KEY_USER)
    for pk, customer in contacts.order_by("-key").values_list("pk", "customer"):
        users[customer] = pk
    owners: dict[int, list[tuple[int, int]]] = {}
    lines = (
        Customer.objects.filter(contracts__lines__module__isnull=False, pk__in=users)
        .order_by("contracts__lines__module", "key")
        .values_list("contracts__lines__module", "pk")
        .distinct()
    )
    for module, customer in lines:
        owners.setdefault(module, []).append((customer, users[customer]))
    return owners


def _share(made: dict[str, Request]) -> None:
    """What other customers may vote on: what is looked at and taken up."""
    shared = [row for row in made.values() if row.status in ("review", "accepted", "planned")]
    for row in shared[:12]:
        row.shared_titles = {LANGUAGE: row.title}
        row.is_curated = True
    Request.objects.bulk_update(shared[:12], ["shared_titles", "is_curated"])


def _decide(tenant: Tenant, made: dict[str, Request], until: date, manager: Membership) -> None:
    """Everything that is not new was looked at some weeks after it came; what was declined was
    answered."""
    decided, answers = [], []
    for wish in WISHES:
        if wish.status in ("new", "review"):
            continue
        request = made[wish.title]
        day = until - timedelta(days=wish.age // 2)
        texts = {"declined": DECLINED, "accepted": ACCEPTED}.get(wish.status, {})
        decision = RequestDecision(
            request=request, status=request.status, planned_for=wish.planned_for, answers=texts,
            language=LANGUAGE if texts else "", decided_by=manager.user,
            decided_at=_at(tenant, day),
        )  # fmt: skip
        request.decided_on, request.is_curated = day, True
        decided.append(decision)
    RequestDecision.objects.bulk_create(decided)
    Request.objects.bulk_update([one.request for one in decided], ["decided_on", "is_curated"])
    asks = Ask.objects.filter(request__in=[one.request for one in decided if one.answers])
    by_request = {one.request_id: one for one in decided}
    told = set()
    for ask in asks.select_related("contact"):
        decision = by_request[ask.request_id]
        key = (decision.pk, ask.contact_id)
        if key in told or ask.contact is None or ask.known_from > decision.decided_at:
            continue
        told.add(key)
        answers.append(
            RequestAnswer(
                decision=decision, contact=ask.contact, customer_id=ask.customer_id,
                name=ask.contact.name, language=LANGUAGE, state=Told.QUEUED,
                told_at=decision.decided_at,
            )
        )  # fmt: skip
    RequestAnswer.objects.bulk_create(answers)


def _ship(
    tenant: Tenant,
    made: dict[str, Request],
    until: date,
    manager: Membership,
    shipped: tuple[int, int, str, dict[str, str], dict[str, str]],
) -> None:
    """An update that went out on its day, with some answers of who asked."""
    index, days, event, titles, texts = shipped
    request = made[WISHES[index].title]
    day = until - timedelta(days=days)
    update = draft_update(
        values=UpdateValues(
            titles, texts, LANGUAGE, day, event=event, requests=[request],
            modules=[request.module] if request.module else [],
        ),
        by=manager.user,
    )  # fmt: skip
    at = _at(tenant, day)
    send_update(update=update, seen=update.version, today=day, by=manager.user, now=at)
    ProductUpdate.objects.filter(pk=update.pk).update(state=ProductUpdate.State.SENT, drafted_at=at)
    people = UpdateRecipient.objects.filter(update=update)
    people.filter(state=Told.WAITING).update(state=Told.QUEUED, told_at=at)
    chance = Chance(SEED)
    asked = list(people.filter(because="asked", state=Told.QUEUED).order_by("pk"))
    answered = []
    for number, row in enumerate(asked):
        if chance.uniform("answers", index, number)[0] > ANSWERING:
            continue
        row.answer, row.comment = COMMENTS[(index + number) % len(COMMENTS)]
        row.answered_at = at + timedelta(days=2, hours=number)
        answered.append(row)
    UpdateRecipient.objects.bulk_update(answered, ["answer", "comment", "answered_at"])


def _at(tenant: Tenant, day: date) -> datetime:
    return datetime.combine(day, MORNING, tenant.zone)
