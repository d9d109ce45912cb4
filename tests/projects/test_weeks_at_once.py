"""Two windows of one person at once: one is told; and what was known before is still known."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date
from decimal import Decimal
from threading import Barrier

import pytest
from django.db import connection

from accounts.models import Colleague, Customer, Membership, RowVersion, Tenant
from accounts.tenancy import tenant_scope
from projects.actions.effort import EffortConflict, book_effort
from projects.models import Effort, Project
from projects.queries.effort import Booking, WeekRow

pytestmark = pytest.mark.django_db(transaction=True)

DAY = date(2026, 3, 4)


def test_of_two_windows_at_once_the_later_is_told(tenant: Tenant, make_member) -> None:  # type: ignore[no-untyped-def]
    tom: Membership = make_member(tenant, "tom@acme.example", "team_member")
    with tenant_scope(tenant.id):
        customer = Customer.objects.create(key="C", name="C")
        project = Project.objects.create(
            customer=customer, key="P", name="P", starts_on=DAY, due_on=DAY
        )
        person = Colleague.objects.get(membership=tom.pk)
    row = WeekRow(Booking(project.pk, None, None), project, None, None)
    start = Barrier(2)

    def book(days: str) -> str:
        try:
            with tenant_scope(tenant.id):
                start.wait(10)
                book_effort(
                    people=[person], row=row, day=DAY, days=Decimal(days), seen="", today=DAY,
                    days_back=60, by=tom.user,
                )  # fmt: skip
        except EffortConflict as conflict:
            return f"told {conflict.entries[0].days.normalize()}"
        else:
            return "saved"
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        results = list(pool.map(book, ("0.5", "0.25")))
    with tenant_scope(tenant.id):
        entry = Effort.objects.get()
        assert sorted(results) == ["saved", f"told {entry.days.normalize()}"]
        assert RowVersion.objects.filter(table="projects_effort").count() == 1
