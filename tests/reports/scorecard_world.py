"""Accepted projects of several managers, written straight into their tables."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from accounts.models import Colleague, Contact, Customer
from projects.models import (
    Baseline,
    BaselineItem,
    ChangeRequest,
    Effort,
    Gate,
    Phase,
    Project,
    SignOff,
    SignOffAnswer,
    SignOffLink,
    Sow,
    SowItem,
)

# A Monday.
START = date(2026, 1, 5)
TODAY = date(2026, 11, 2)


def manager(name: str, **values: Any) -> Colleague:
    found, _made = Colleague.objects.get_or_create(key=name, defaults={"name": name, **values})
    return found


def project(
    key: str,
    of: Colleague,
    *,
    accepted: date | None,
    due: date = date(2026, 1, 30),
    baseline: str = "20",
    worked: str = "20",
    unsigned: str = "0",
    customer: Customer | None = None,
    **values: Any,
) -> Project:
    """With a signed SOW of one item (baseline person-days; empty: none), work on it, and work on a
    draft of a change request."""
    whom = customer or Customer.objects.create(key=f"C-{key}", name=f"Customer of {key}")
    found = Project.objects.create(
        customer=whom, key=key, name=f"Project {key}", manager=of, starts_on=START, due_on=due,
        accepted_on=accepted, **values,
    )  # fmt: skip
    item = None
    if baseline:
        sow = Sow.objects.create(project=found)
        item = SowItem.objects.create(sow=sow, key="1", title="All", effort_days=baseline)
        version = Baseline.objects.create(
            sow=sow, version=1, starts_on=START, due_on=due, effort_days=baseline
        )
        BaselineItem.objects.create(baseline=version, item=item, effort_days=baseline)
    if Decimal(worked):
        Effort.objects.create(
            project=found, key=f"{key}-1", person=of, worked_on=START, days=worked, item=item
        )
    if Decimal(unsigned):
        change = ChangeRequest.objects.create(
            project=found, key="CR", title="More", raised_on=START
        )
        Effort.objects.create(
            project=found, key=f"{key}-2", person=of, worked_on=START, days=unsigned,
            change_request=change,
        )  # fmt: skip
    return found


def answered(found: Project, satisfaction: int | None, *, asked: date) -> SignOffAnswer:
    """The customer signed the acceptance that it was asked for on a day."""
    phase, _made = Phase.objects.get_or_create(project=found, position=1, title="Acceptance")
    day = found.accepted_on
    assert day is not None
    gate = Gate.objects.create(
        project=found, phase=phase, title="Acceptance", confirms="All", due_on=day,
        is_acceptance=True, state="passed", passed_on=day, round=1,
    )  # fmt: skip
    contact = Contact.objects.create(customer=found.customer, key=f"z-{found.key}", name="Zhang")
    moment = datetime.combine(asked, datetime.min.time(), UTC) + timedelta(hours=4)
    sign_off = SignOff.objects.create(
        gate=gate, round=1, side="customer", contact=contact, name="Zhang", language="en",
        asked_at=moment, deadline_on=day, document="All", document_hash="0" * 64,
    )  # fmt: skip
    link = SignOffLink.objects.create(
        sign_off=sign_off, signatory="Zhang", contact=contact, language="en",
        secret_hash=f"{found.pk:064}", sent_at=moment, expires_at=moment + timedelta(days=90),
    )  # fmt: skip
    return SignOffAnswer.objects.create(
        sign_off=sign_off, side="customer", outcome="approved", name="Zhang", link=link,
        satisfaction=satisfaction, counts_on=day, document="All", document_hash="0" * 64,
    )  # fmt: skip
