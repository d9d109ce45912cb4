"""Naming one person for many customers at once, and taking that back."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from accounts.actions.audit import record
from accounts.actions.facts import keep_versions
from accounts.labels import ASSIGNED, ASSIGNMENT_UNDONE
from accounts.models import AuditRecord, Colleague, Customer, RowVersion, User
from accounts.signals import customer_facts_changed

# For whom a person can be named together; a project's manager comes with the project.
ROLES = ("service_manager", "salesperson")


@transaction.atomic
def assign_customers(
    *, customers: QuerySet[Customer], role: str, colleague: Colleague | None, by: User | None
) -> AuditRecord | None:
    """Name a colleague (None: nobody) in one of ``ROLES`` for all these customers.

    Returns the record of it, with which it can be undone; None when all had that person already.
    """
    if role not in ROLES:
        raise ValueError(role)
    others = Customer.objects.filter(pk__in=customers.order_by().values("pk"))
    changed = list(
        others.exclude(**{role: colleague})
        .select_for_update(of=("self",))
        .order_by("pk")
        .only("pk")
    )
    if not changed:
        return None
    now = timezone.now()
    ids = [customer.pk for customer in changed]
    keep_versions(changed, until=now)
    Customer.objects.filter(pk__in=ids).update(**{role: colleague}, known_from=now)
    name = colleague.name if colleague else ""
    data: dict[str, Any] = {role: name, "customers": len(ids), "known_from": now.isoformat()}
    done = record(ASSIGNED, by=by, label=name, **data)
    customer_facts_changed.send(sender=Customer, customer_ids=ids)
    return done


@transaction.atomic
def undo_assignment(*, assignment: AuditRecord, by: User | None) -> int:
    """Give each customer of an assignment the person back whom it had before.

    Returns their number.

    Raises:
        ValidationError: one of them was changed since, by whatever; then nothing is undone.
    """
    at = parse_datetime(assignment.data["known_from"])
    role = next(role for role in ROLES if role in assignment.data)
    before = dict(
        RowVersion.objects.filter(
            table=Customer._meta.db_table, known_to=at, row_id__isnull=False
        ).values_list("row_id", f"before__{role}_id")
    )
    customers = list(
        Customer.objects.filter(pk__in=before)
        .select_for_update(of=("self",))
        .order_by("pk")
        .only("pk", "known_from")
    )
    since = len(before) - sum(customer.known_from == at for customer in customers)
    if since or len(before) != assignment.data["customers"]:
        raise ValidationError(
            _("Some of these customers were changed since, so nothing was undone.")
        )
    now = timezone.now()
    keep_versions(customers, until=now)
    had: dict[int | None, list[int]] = defaultdict(list)
    for customer in customers:
        had[before[customer.pk]].append(customer.pk)
    for colleague_id, ids in had.items():
        Customer.objects.filter(pk__in=ids).update(**{f"{role}_id": colleague_id}, known_from=now)
    record(
        ASSIGNMENT_UNDONE,
        by=by,
        label=assignment.object_label,
        customers=len(customers),
        assignment=assignment.pk,
    )
    customer_facts_changed.send(sender=Customer, customer_ids=list(before))
    return len(customers)
