"""Reports are made of stored figures: once each, whoever asks, and what people saw stays."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import ProgrammingError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from night_facts import customer, sign, use

from accounts.models import Customer, Tenant, User
from accounts.tenancy import tenant_scope
from reports.actions.production import Order, make_batch, make_figures
from reports.actions.report_templates import set_template
from reports.compute.report_periods import period_of
from reports.models import Report, ReportSettings
from tests.reports.logo_images import png
from tests.reports.report_world import MONTH, made, make, reader, served

pytestmark = pytest.mark.django_db(transaction=True)
NOVEMBER = datetime(2026, 11, 20, 4, tzinfo=UTC)


@pytest.fixture(autouse=True)
def november(time_machine: Any) -> None:
    time_machine.move_to(NOVEMBER, tick=False)


def test_who_has_a_running_contract_and_a_reader_gets_one(tenant: Tenant, anna: Customer) -> None:
    with tenant_scope(tenant.pk):
        nobody_reads = customer("nobody")
        sign(nobody_reads, date(2026, 1, 1))
        left = customer("left")
        sign(left, date(2025, 1, 1), date(2025, 12, 31))
        reader(left)
        trial = customer("trial")
        sign(trial, date(2026, 1, 1), is_trial=True)
        reader(trial)
    lines = make(tenant)
    [line] = [one for one in lines if one["kind"] == "customer"]
    assert (line["customer"], line["status"]) == ("anna", "draft")
    with tenant_scope(tenant.pk):
        report = Report.objects.get(pk=line["report"])
        assert report.language == "en"
        events = next(one for one in report.document["figures"] if one["key"] == "events")
        assert events["value"] == 3
        assert report.figure_set is not None


def test_made_again_nothing_is_doubled(tenant: Tenant, anna: Customer) -> None:
    first = make(tenant)
    with tenant_scope(tenant.pk):
        before = list(Report.objects.values_list("pk", "revision", "document_hash"))
    assert make(tenant) == first
    with tenant_scope(tenant.pk):
        assert list(Report.objects.values_list("pk", "revision", "document_hash")) == before


def test_each_language_of_its_readers_has_one(tenant: Tenant, anna: Customer) -> None:
    with tenant_scope(tenant.pk):
        reader(anna, "Wang Fang", language="zh-hans")
    lines = make(tenant, customer="anna")
    with tenant_scope(tenant.pk):
        titles = dict(Report.objects.values_list("language", "document__customer_name"))
        assert sorted(titles) == ["en", "zh-hans"]
    assert len(lines) == 2


def test_a_draft_whose_figures_changed_keeps_peoples_words(tenant: Tenant, anna: Customer) -> None:
    report = made(tenant)
    with tenant_scope(tenant.pk):
        Report.objects.filter(pk=report.pk).update(texts={"summary": "Well done."})
        use(anna, date(2026, 10, 9), times=4)
    again = made(tenant)
    assert again.pk == report.pk
    assert again.texts == {"summary": "Well done."}
    assert again.revision == report.revision + 1
    [events] = [one for one in again.document["figures"] if one["key"] == "events"]
    assert events["value"] == 7


@pytest.mark.parametrize("state", ["reviewed", "approved", "sent"])
def test_what_somebody_saw_stays(tenant: Tenant, anna: Customer, state: str) -> None:
    report = made(tenant)
    with tenant_scope(tenant.pk):
        at = timezone.now() if state == "sent" else None
        Report.objects.filter(pk=report.pk).update(state=state, sent_at=at)
        use(anna, date(2026, 10, 9), times=4)
    again = made(tenant)
    assert (again.pk, again.document_hash) == (report.pk, report.document_hash)


@pytest.mark.parametrize("change", [{"texts": {"summary": "x"}}, {"state": "draft"}])
def test_the_database_refuses_changes_of_a_sent_report(
    tenant: Tenant, anna: Customer, change: dict[str, Any]
) -> None:
    report = made(tenant)
    with tenant_scope(tenant.pk):
        Report.objects.filter(pk=report.pk).update(state="sent", sent_at=timezone.now())
    with tenant_scope(tenant.pk), pytest.raises(ProgrammingError), transaction.atomic():
        Report.objects.filter(pk=report.pk).update(**change)
    with tenant_scope(tenant.pk), pytest.raises(ProgrammingError), transaction.atomic():
        Report.objects.filter(pk=report.pk).delete()


def test_who_sent_it_may_be_forgotten_and_it_stays_frozen(tenant: Tenant, anna: Customer) -> None:
    report, leaver = made(tenant), User.objects.create(email="leaver@acme.example")
    roles = {"reviewed_by": leaver, "approved_by": leaver, "sent_by": leaver}
    with tenant_scope(tenant.pk):
        everything = Report.objects.filter(pk=report.pk)
        everything.update(state="sent", sent_at=timezone.now(), **roles)
        before = everything.values().get()
    with tenant_scope(tenant.pk), pytest.raises(ProgrammingError), transaction.atomic():
        everything.update(sent_by=None, texts={"summary": "x"})
    with tenant_scope(tenant.pk), pytest.raises(ProgrammingError), transaction.atomic():
        everything.update(sent_by=User.objects.create(email="other@acme.example"))
    with tenant_scope(tenant.pk):
        for role in roles:
            everything.update(**{role: None})
        # Tables to which rows are only ever added, whose writers stay, have none of this one.
        User.objects.filter(pk=leaver.pk)._raw_delete("default")
        after = everything.values().get()
    assert after == before | {f"{role}_id": None for role in roles}


@pytest.mark.parametrize(
    ("options", "status", "told"),
    [
        ({"period": "2026-13"}, 2, "2026-13"),
        ({"period": "October"}, 2, "October"),
        ({"period": "\uff12026-10"}, 2, "is no month"),
        ({"period": "2026-Q5"}, 2, "2026-Q5"),
        ({"period": "2026-11"}, 1, "2026-11-30"),
        ({"period": "2026-Q4"}, 1, "not over"),
        ({"period": MONTH, "customer": "nobody"}, 1, "nobody"),
        ({"period": MONTH, "customer": "a\0b"}, 1, "no customer"),
    ],
)
def test_what_cannot_be_made_is_refused_with_its_reason(
    tenant: Tenant, anna: Customer, options: dict[str, str], status: int, told: str
) -> None:
    with pytest.raises(CommandError, match=told) as refused:
        make(tenant, **options)
    assert refused.value.returncode == status


def test_a_month_ends_where_the_tenant_is(
    make_tenant: Callable[..., Tenant], time_machine: Any
) -> None:
    time_machine.move_to(datetime(2026, 10, 31, 17, tzinfo=UTC), tick=False)
    early, late = make_tenant("early"), make_tenant("late", timezone="America/New_York")
    assert make(early) is not None
    with pytest.raises(CommandError, match="not over"):
        make(late)


def test_one_that_cannot_be_made_leaves_the_others_theirs(
    tenant: Tenant, anna: Customer, monkeypatch: pytest.MonkeyPatch
) -> None:
    with tenant_scope(tenant.pk):
        served("berta")
    from reports.documents import customer as composing

    really = composing.document_figures

    def torn(keys: Any, figures: Any, *rest: Any, **more: Any) -> Any:
        if figures.customer_id == anna.pk:
            raise KeyError("Li Wei's secret")
        return really(keys, figures, *rest, **more)

    monkeypatch.setattr(composing, "document_figures", torn)
    out, err = io.StringIO(), io.StringIO()
    with pytest.raises(CommandError) as refused:
        call_command("make_reports", tenant="acme", period=MONTH, stdout=out, stderr=err)
    assert refused.value.returncode == 1
    lines = [json.loads(line) for line in out.getvalue().splitlines()]
    found = {one["customer"]: one["status"] for one in lines if one["kind"] == "customer"}
    assert found == {"anna": "failed", "berta": "draft"}
    assert "KeyError" in err.getvalue()
    assert "secret" not in err.getvalue()


def test_facts_that_cannot_be_read_of_one_leave_the_others_theirs(
    tenant: Tenant, anna: Customer, monkeypatch: pytest.MonkeyPatch
) -> None:
    with tenant_scope(tenant.pk):
        for name in ("berta", "carla", "dora"):
            served(name)
    from reports.queries import customer_facts

    really = customer_facts.gather

    def torn(*, customer_ids: list[int], **rest: Any) -> Any:
        if anna.pk in customer_ids:
            raise ValueError("torn")
        return really(customer_ids=customer_ids, **rest)

    monkeypatch.setattr(customer_facts, "gather", torn)
    with tenant_scope(tenant.pk):
        order = Order(tenant, "customer", period_of(MONTH), NOVEMBER)
        make_figures(order)
        batch = make_batch(
            order, list(Customer.objects.order_by("pk").values_list("pk", flat=True))
        )
    assert set(batch.failed) == {anna.pk}
    assert batch.count("made") == 3


def test_only_the_tiers_of_the_rule_get_one(tenant: Tenant, anna: Customer) -> None:
    with tenant_scope(tenant.pk):
        rule = {"customer": {"month": {"tiers": ["high"]}}}
        ReportSettings.objects.create(rule=rule)
    assert [one for one in make(tenant) if one["kind"] == "customer"] == []
    assert len(make(tenant, "2026-Q3")) >= 1


def test_a_fixed_number_of_statements_however_many_customers(
    tenant: Tenant, anna: Customer
) -> None:
    def statements() -> int:
        with tenant_scope(tenant.pk):
            Report.objects.all().delete()
            order = Order(tenant, "customer", period_of(MONTH), NOVEMBER)
            make_figures(order)
            ids = list(Customer.objects.order_by("pk").values_list("pk", flat=True))
            with CaptureQueriesContext(
                connection,
            ) as few:
                assert make_batch(order, ids).count("made") == len(ids)
        # A savepoint for each customer, so that one that fails takes nothing along.
        return len([one for one in few if "SAVEPOINT" not in one["sql"]])

    few = statements()
    with tenant_scope(tenant.pk):
        for number in range(6):
            served(f"c{number}")
    assert statements() == few


def test_another_tenants_report_is_unknown(
    tenant: Tenant, anna: Customer, make_tenant: Callable[..., Tenant]
) -> None:
    report = made(tenant)
    other = make_tenant("other")
    with pytest.raises(CommandError, match="no report"):
        call_command("report", str(report.pk), tenant=other.slug, stdout=io.StringIO())


@pytest.mark.parametrize(
    ("format_", "begins"), [("pdf", b"%PDF-"), ("xlsx", b"PK"), ("html", b"<!"), ("json", b"{")]
)
def test_one_report_stands_on_standard_output(
    tenant: Tenant, anna: Customer, format_: str, begins: bytes
) -> None:
    with tenant_scope(tenant.pk):
        set_template(look={"accent": "#225588"}, logo=png(), seen=0, by=None)
    report = made(tenant)
    assert report.document["vendor"]["logo"], "a logo is looked up by its hash when it is drawn"

    def printed() -> bytes:
        raw = io.BytesIO()
        out = io.TextIOWrapper(raw, "utf-8", write_through=True)
        call_command("report", str(report.pk), tenant="acme", format=format_, stdout=out)
        return raw.getvalue()

    first = printed()
    assert first.startswith(begins)
    with tenant_scope(tenant.pk):
        Customer.objects.filter(pk=anna.pk).update(name="Renamed")
        use(anna, date(2026, 10, 9), times=4)
    assert printed() == first, "facts have changed, what is stored has not"
    if format_ == "json":
        plain = json.loads(first)
        assert plain["report"] == report.pk
        assert plain["status"] == "draft"
        assert {"events", "active_users", "renewal_on"} <= {one["key"] for one in plain["figures"]}
