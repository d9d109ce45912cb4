"""What a customer's report says: its own figures and facts, and nothing that is ours alone."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from night_facts import LONG_AGO, customer, project, sign, use

from accounts.models import Case, Colleague, Contact, Customer, Module, Tenant, Touchpoint
from accounts.tenancy import tenant_scope
from projects.models import ChangeRequest, TrainingSession
from reports.actions.production import Order, compose_one, make_figures
from reports.actions.report_changes import approve
from reports.actions.report_sending import send_reports
from reports.compute.report_periods import period_of
from reports.compute.report_templates import merged, read_look
from reports.compute.slots import words_of
from reports.compute.stored_documents import blocks_for
from reports.documents.customer import compose
from reports.models import FigureSet, Report
from reports.queries.customer_facts import gather
from reports.rendering.pdf import pdf_bytes
from segmentation.models import UsageEvent
from service.models import Ask, JointMilestone, ProductUpdate, Request, Suggestion, UpdateModule
from tests.reports.report_world import MONTH, made, reader, served

pytestmark = pytest.mark.django_db(transaction=True)
NOVEMBER = datetime(2026, 11, 20, 4, tzinfo=UTC)
SECRET = "hushhush"


@pytest.fixture(autouse=True)
def november(time_machine: Any) -> None:
    time_machine.move_to(NOVEMBER, tick=False)


def rich(key: str) -> Customer:
    """A customer with something in every list, and secrets wherever we write for ourselves."""
    made = served(key)
    core = Module.objects.get(key="core")
    payroll = Module.objects.get_or_create(key="payroll", defaults={"name": "Payroll"})[0]
    made.contracts.get().lines.create(
        module=payroll, signed_on=date(2026, 1, 1), starts_on=date(2026, 1, 1), known_from=LONG_AGO
    )
    for month in (7, 8, 9, 10):
        event = use(made, date(2026, month, 6), times=month, person=f"li@{key}")
        UsageEvent.objects.filter(pk=event.pk).update(module_id=core.pk)
    lin = Colleague.objects.get_or_create(key="lin", defaults={"name": "Lin Yue"})[0]
    li = Contact.objects.get(customer=made, name="Li Wei")
    Touchpoint.objects.create(
        customer=made, key=f"{key}-t", kind="visit", happened_on=date(2026, 10, 7), contact=li,
        colleague=lin, note=SECRET, next_step=SECRET, known_from=LONG_AGO,
        attributes={"x": SECRET},
    )  # fmt: skip
    Case.objects.create(
        customer=made, key=f"{key}-c", title="Payslip is empty", attributes={"x": SECRET},
        opened_at=datetime(2026, 10, 8, 1, tzinfo=UTC), known_from=LONG_AGO,
        first_response_at=datetime(2026, 10, 8, 3, 30, tzinfo=UTC),
        closed_at=datetime(2026, 10, 9, tzinfo=UTC),
    )  # fmt: skip
    TrainingSession.objects.create(
        customer=made, key=f"{key}-s", title="First steps", held_on=date(2026, 10, 12),
        place=SECRET, attributes={"x": SECRET}, known_from=LONG_AGO,
    )  # fmt: skip
    request = Request.objects.create(
        title=f"{SECRET} decided", text=SECRET, status="shipped", raised_on=date(2026, 8, 1),
        shipped_on=date(2026, 10, 14), known_from=LONG_AGO,
    )  # fmt: skip
    Ask.objects.create(
        request=request, customer=made, key=f"{key}-a", title="Export to Excel", text=SECRET,
        made_on=date(2026, 8, 1), known_from=LONG_AGO,
    )  # fmt: skip
    work = project(made, date(2026, 6, 1))
    ChangeRequest.objects.create(
        project=work, key=f"{key}-x", title=f"{SECRET} draft", raised_on=date(2026, 10, 2),
        known_from=LONG_AGO,
    )  # fmt: skip
    for title, shared in (("Go live in Suzhou", True), (f"{SECRET} plan", False)):
        JointMilestone.objects.create(
            customer=made, title=title, due_on=date(2026, 12, 1), is_shared=shared,
            known_from=LONG_AGO,
        )  # fmt: skip
    update = ProductUpdate.objects.create(
        titles={"en": "Faster payslips", "zh-hans": "工资条更快"},
        texts={"en": "Now.", "zh-hans": "现在。"}, language="en", shipped_on=date(2026, 10, 20),
        state="sent", sent_at=datetime(2026, 10, 20, tzinfo=UTC),
    )  # fmt: skip
    UpdateModule.objects.create(update=update, module=payroll)
    return made


def document(tenant: Tenant, whom: Customer, language: str = "en", period: str = MONTH) -> Any:
    order = Order(tenant, "customer", period_of(period), NOVEMBER)
    with tenant_scope(tenant.pk):
        make_figures(order, [whom.pk])
        return compose_one(order, whom.pk, language)[0]


def section(found: Any, key: str, audience: str = "key_user") -> str:
    """Everything that the audience reads in it."""
    held = [one for one in blocks_for(found, audience) if one["key"] == key]
    for block in (block for one in held for block in one["blocks"] if block["type"] == "text"):
        block["text"] = words_of(block, {})
    return json.dumps(held, ensure_ascii=False, default=str)


@pytest.fixture
def anna(tenant: Tenant) -> Customer:
    with tenant_scope(tenant.pk):
        return rich("anna")


def test_figures_are_those_of_the_set(tenant: Tenant, anna: Customer) -> None:
    found = document(tenant, anna)
    with tenant_scope(tenant.pk):
        kept = FigureSet.objects.get(customer=anna, period=MONTH)
        assert found["figures"]
        for one in found["figures"]:
            value = kept.value(one["key"])
            assert one.get("value") == (value.isoformat() if isinstance(value, date) else value)
            assert one["formula"]
            assert one["path"] == f"/figures/{kept.pk}/{one['key']}/"
    for key in ("events", "active_users", "modules_used", "modules_owned", "touchpoints",
                "requests_open", "requests_done", "next_payment_on", "renewal_on"):  # fmt: skip
        assert key in {one["key"] for one in found["figures"]}


def test_each_section_tells_what_is_the_customers(tenant: Tenant, anna: Customer) -> None:
    found = document(tenant, anna)
    assert "13 times in all" in section(found, "head")
    used = section(found, "used")
    assert "Payroll (owned, not used)" in used
    assert '"type": "chart"' in used
    did = section(found, "did")
    for told in ("Lin Yue with Li Wei", "First answered after 2.5 h", "First steps",
                 "Export to Excel", "Your request is there"):  # fmt: skip
        assert told in did
    assert "Faster payslips" in section(found, "product")
    assert "Begin to use Payroll" in section(found, "suggest")
    assert "Go live in Suzhou" in section(found, "next")
    assert '"survey"' in section(found, "answer")


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_nothing_of_ours_leaks(tenant: Tenant, anna: Customer, language: str) -> None:
    with tenant_scope(tenant.pk):
        other = rich("otherco")
        Customer.objects.filter(pk=other.pk).update(name="Othercompany")
    told = json.dumps(document(tenant, anna, language), ensure_ascii=False, default=str)
    assert SECRET not in told
    assert "Othercompany" not in told
    assert "tier" not in told.lower().replace("frontier", "")


def test_decision_makers_read_a_page_key_users_everything(tenant: Tenant, anna: Customer) -> None:
    found = document(tenant, anna)
    page = json.dumps(blocks_for(found, "decision_maker"), ensure_ascii=False, default=str)
    full = json.dumps(blocks_for(found, "key_user"), ensure_ascii=False, default=str)
    assert '"who"' in full
    assert '"who"' not in page
    assert '"next_payment_amount"' not in full
    pages = re.search(rb"/Type/Pages/Count (\d+)", pdf_bytes(found, {}, "decision_maker"))
    assert pages
    assert pages[1] == b"1"
    assert len(page) < len(full)


def test_a_quarter_sets_its_months_side_by_side(tenant: Tenant, anna: Customer) -> None:
    used = section(document(tenant, anna, period="2026-Q3"), "used")
    assert all(month in used for month in ("Jul 2026", "Aug 2026", "Sep 2026"))
    assert "Month by month" in used
    assert "Month by month" not in section(document(tenant, anna), "used")


def test_without_facts_each_section_is_a_line_or_left_out(tenant: Tenant) -> None:
    with tenant_scope(tenant.pk):
        bare = customer("bare")
        sign(bare, date(2026, 1, 1))
        reader(bare)
    found = document(tenant, bare)
    assert "not measured yet" in section(found, "used")
    assert [one["key"] for one in found["sections"]] == [
        "head", "used", "who", "did", "suggest", "next", "answer",
    ]  # fmt: skip
    assert '"chart"' not in json.dumps(found["sections"], default=str)


def test_chinese_reports_are_chinese(tenant: Tenant, anna: Customer) -> None:
    """Names apart, no English sentence is in it."""
    found = document(tenant, anna, "zh-hans")
    said = [found["title"], *(one["title"] for one in found["sections"])]
    said += [one["text"] for part in found["sections"] for one in part["blocks"] if "text" in one]
    said += [value for figure in found["figures"] for value in (figure["label"], figure["formula"])]
    english = [text for text in said if text and not re.search(r"[\u4e00-\u9fff]", text)]
    assert english == []


def test_reading_many_asks_as_much_as_reading_one(tenant: Tenant) -> None:
    period = period_of(MONTH)
    with tenant_scope(tenant.pk):
        customers = [rich(f"c{number}") for number in range(4)]

        def statements(count: int) -> int:
            with CaptureQueriesContext(connection) as asked:
                ids = [one.pk for one in customers[:count]]
                gather(tenant=tenant, period=period, customer_ids=ids, known_at=NOVEMBER)
            return len(asked)

        assert statements(1) == statements(4) <= 18


def test_composing_asks_no_table(tenant: Tenant, anna: Customer) -> None:
    document(tenant, anna)
    period = period_of(MONTH)
    with tenant_scope(tenant.pk):
        facts = gather(tenant=tenant, period=period, customer_ids=[anna.pk], known_at=NOVEMBER)
        figures = FigureSet.objects.select_related("night").get(customer=anna, period=MONTH)
        with CaptureQueriesContext(connection) as asked:
            compose(
                tenant=tenant, period=period, figures=figures, before=None, facts=facts,
                template=None, language="en",
            )  # fmt: skip
        assert len(asked) == 0


def test_the_template_orders_names_and_leaves_out(tenant: Tenant, anna: Customer) -> None:
    look = read_look(
        {
            "sections": {"decision_maker": ["next", "used"], "key_user": ["used", "did"]},
            "names": {"en": {"used": "Your use"}},
            "texts": {"en": {"greeting": "Hello {customer}", "closing": "Bye, {vendor}"}},
            "accent": "#112233",
        },
        7,
    )
    document(tenant, anna)
    period = period_of(MONTH)
    with tenant_scope(tenant.pk):
        facts = gather(tenant=tenant, period=period, customer_ids=[anna.pk], known_at=NOVEMBER)
        found = compose(
            tenant=tenant, period=period, before=None,
            figures=FigureSet.objects.get(customer=anna, period=MONTH), facts=facts, template=look,
            language="en",
        )  # fmt: skip

    def read(audience: str) -> list[str]:
        return [
            o.title or o.key for o in found.sections if audience in (o.audiences or (audience,))
        ]

    assert read("decision_maker") == ["head", "What comes next", "Your use", "closing"]
    assert read("key_user") == ["head", "Your use", "What we did for you", "closing"]
    assert found.sections[0].blocks[0].text == "Hello Anna"  # type: ignore[union-attr]
    assert found.sections[-1].blocks[0].text == f"Bye, {tenant.name}"  # type: ignore[union-attr]
    assert (found.vendor.accent, found.template) == ("#112233", 7)


def test_orders_of_two_audiences_are_merged() -> None:
    assert merged(("a", "b", "c"), ("a", "c")) == (("a", ()), ("b", ("decision_maker",)), ("c", ()))
    twice = merged(("a", "b"), ("b", "a"))
    for place, audience in enumerate(("decision_maker", "key_user")):
        read = [key for key, of in twice if not of or audience in of]
        assert read == [["a", "b"], ["b", "a"]][place]


def test_what_was_suggested_counts_as_shown_once_sent(
    tenant: Tenant, anna: Customer, make_member: Callable[..., Any]
) -> None:
    bob = make_member(tenant, "bob@acme.example", "service_manager").user
    report = made(tenant)
    with tenant_scope(tenant.pk):
        assert not Suggestion.objects.exists()
        approve(seen={report.pk: report.revision}, by=bob)
        send_reports(seen={report.pk: report.revision + 1}, tenant=tenant, by=bob)
        [shown] = Suggestion.objects.all()
        assert (shown.kind, shown.module.key) == ("use", "payroll")
        assert shown.shown_on == date(2026, 11, 20)


def test_what_became_known_later_is_not_told(tenant: Tenant, anna: Customer) -> None:
    with tenant_scope(tenant.pk):
        Case.objects.filter(customer=anna).update(known_from=NOVEMBER + timedelta(days=1))
    assert "Payslip is empty" not in section(document(tenant, anna), "did")


def test_the_command_makes_it_whole(tenant: Tenant, anna: Customer) -> None:
    call_command("make_reports", tenant=tenant.slug, period=MONTH)
    with tenant_scope(tenant.pk):
        found = Report.objects.get(kind="customer")
        assert found.document["title"] == "Monthly report"


def test_usage_that_names_other_things_than_contracts_leaves_nothing_unused(
    tenant: Tenant, anna: Customer
) -> None:
    with tenant_scope(tenant.pk):
        feature = Module.objects.create(key="feature", name="Feature")
        UsageEvent.objects.filter(customer=anna).update(module_id=feature.pk)
    found = json.dumps(document(tenant, anna)["sections"], default=str)
    assert "not used" not in found
    assert "Begin to use" not in found
    assert "Feature" in found


def test_the_period_before_is_made_with_the_first_reports(tenant: Tenant, anna: Customer) -> None:
    events = next(one for one in document(tenant, anna)["figures"] if one["key"] == "events")
    # In September 9 times, in October 10 and three by somebody else.
    assert (events["value"], events["before"]) == (13, 9)
    assert "44% more than in the month before" in section(document(tenant, anna), "head")


def test_what_is_asked_twice_in_the_same_words_stands_once(tenant: Tenant, anna: Customer) -> None:
    with tenant_scope(tenant.pk):
        first = Ask.objects.get(customer=anna)
        Ask.objects.create(
            request=first.request, customer=anna, key="again", title=first.title,
            made_on=first.made_on, known_from=LONG_AGO,
        )  # fmt: skip
    did = section(document(tenant, anna), "did")
    assert did.count("Export to Excel") == 1
    assert "asked for 2 times" in did
