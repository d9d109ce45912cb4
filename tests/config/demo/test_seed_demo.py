"""`seed_demo` fills an empty tenant: everything once, known when it happened, or nothing at all."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from accounts.models import (
    AuditRecord,
    Case,
    Colleague,
    Contact,
    ContactRole,
    Contract,
    ContractLine,
    Customer,
    Instalment,
    Membership,
    Payment,
    Responsibility,
    Role,
    RowVersion,
    Team,
    Tenant,
    Touchpoint,
    User,
)
from accounts.tenancy import tenant_scope
from config.demo import seeding
from config.demo.vendor import Vendor
from projects.models import Baseline, ChangeRequest, Effort, Project, SowItem
from projects.queries.delivery import deliveries
from segmentation.models import UsageEvent

UNTIL = date(2026, 6, 30)
CUSTOMERS = 30


@pytest.fixture
def seed_demo(capsys: pytest.CaptureFixture[str]) -> Callable[..., dict[str, Any]]:
    """Runs the command and reads what it prints."""

    def run(slug: str = "acme", **options: Any) -> dict[str, Any]:
        arguments = {"customers": CUSTOMERS, "months": 1, "until": UNTIL, "seed": 1} | options
        flags = [f"--{name}={value}" for name, value in arguments.items()]
        call_command("seed_demo", f"--tenant={slug}", *flags)
        printed = capsys.readouterr().out.strip().splitlines()
        assert len(printed) == 1
        result: dict[str, Any] = json.loads(printed[0])
        return result

    return run


def facts_of(tenant: Tenant) -> dict[str, list[tuple[Any, ...]]]:
    """What a tenant holds, without ids."""
    queries = {
        "customers": "SELECT key, name, industry, size, region, currency, attributes::text, "
        "search_text, known_from FROM accounts_customer ORDER BY key",
        "roles": "SELECT p.key, role, from_on, to_on, r.known_from FROM accounts_contactrole r "
        "JOIN accounts_contact p ON p.id = r.contact_id ORDER BY 1, 2, 3",
        "lines": "SELECT k.key, m.key, kind, signed_on, starts_on, ends_on, annual_fee, amount, "
        "seats, is_trial FROM accounts_contractline l JOIN accounts_contract k "
        "ON k.id = l.contract_id JOIN accounts_module m ON m.id = l.module_id ORDER BY 1, 2, 5",
        "payments": "SELECT key, paid_on, amount, known_from FROM accounts_payment ORDER BY key",
        "sow": "SELECT p.key, i.key, i.title, i.effort_days, i.phase, i.known_from, b.due_on, "
        "b.effort_days FROM projects_sowitem i JOIN projects_sow w ON w.id = i.sow_id "
        "JOIN projects_project p ON p.id = w.project_id "
        "JOIN projects_baseline b ON b.sow_id = w.id ORDER BY 1, 2",
        "effort": "SELECT e.key, split_part(g.key, '@', 1), worked_on, days, i.key, c.key, c.state, "
        "e.known_from "
        "FROM projects_effort e JOIN accounts_colleague g ON g.id = e.person_id "
        "LEFT JOIN projects_sowitem i ON i.id = e.item_id "
        "LEFT JOIN projects_changerequest c ON c.id = e.change_request_id ORDER BY 1",
        "touchpoints": "SELECT t.key, kind, happened_on, p.key, t.known_from "
        "FROM accounts_touchpoint t LEFT JOIN accounts_contact p ON p.id = t.contact_id ORDER BY 1",
        "cases": "SELECT key, title, priority, opened_at, first_response_at, closed_at, "
        "satisfaction, known_from FROM accounts_case ORDER BY 1",
        "faces": "SELECT c.key, r.capacity, r.from_on, r.to_on, r.why FROM accounts_responsibility r "
        "JOIN accounts_customer c ON c.id = r.customer_id ORDER BY 1, 3",
        "usage": "SELECT message_id, c.key, m.key, event, occurred_at, count, received_at "
        "FROM usage_event u JOIN accounts_customer c ON c.id = u.customer_id "
        "JOIN accounts_module m ON m.id = u.module_id ORDER BY 1",
    }
    found = {}
    with tenant_scope(tenant.id), connection.cursor() as cursor:
        for name, query in queries.items():
            cursor.execute(query)
            found[name] = cursor.fetchall()
    return found


def test_it_writes_what_the_vendor_made(tenant: Tenant, seed_demo: Callable[..., Any]) -> None:
    result = seed_demo()
    vendor = Vendor(seed=1, until=UNTIL, customers=CUSTOMERS, months=1, domain="acme.example")
    made = vendor.facts()
    assert result["tenant"] == "acme"
    assert result["until"] == "2026-06-30"
    models = {
        "customers": Customer, "contacts": Contact, "contact_roles": ContactRole,
        "contracts": Contract, "contract_lines": ContractLine, "instalments": Instalment,
        "payments": Payment, "projects": Project, "sow": SowItem,
        "change_requests": ChangeRequest, "effort": Effort, "touchpoints": Touchpoint,
        "cases": Case,
    }  # fmt: skip
    with tenant_scope(tenant.id):
        for kind, model in models.items():
            assert model.objects.count() == len(getattr(made, kind)) == result[kind] > 0, kind
        usage = sum(len(frame) for frame in vendor.usage())
        assert UsageEvent.objects.count() == usage == result["usage"]
        paid = int(made.payments["amount"].sum())
        assert sum(Payment.objects.values_list("amount", flat=True)) == paid
        assert set(Colleague.objects.values_list("key", flat=True)) == set(vendor.people()["email"])
        record = AuditRecord.objects.get(verb="demo.seeded")
        assert record.data == {
            "seed": 1, "until": "2026-06-30", "customers": CUSTOMERS, "months": 1,
        }  # fmt: skip


def test_projects_have_baselines_and_figures(tenant: Tenant, seed_demo: Callable[..., Any]) -> None:
    seed_demo()
    with tenant_scope(tenant.id):
        assert Baseline.objects.count() == Project.objects.count() > 0
        found = deliveries(UNTIL)
        assert all(one.actual_effort and one.baseline_effort for one in found)
        assert any(one.unapproved_effort for one in found)
        assert any(one.approved_change_effort for one in found)
        assert any((one.schedule_variance_days or 0) > 0 for one in found)
        # Effort arrives on the day or weeks late, never before it was done.
        for effort in Effort.objects.all():
            assert (
                effort.known_from.astimezone(ZoneInfo("Asia/Shanghai")).date() >= effort.worked_on
            )
        closed = Case.objects.filter(closed_at__isnull=False)
        assert closed
        kept = RowVersion.objects.filter(table="accounts_case")
        assert kept
        assert all(version.before["closed_at"] is None for version in kept)


def test_references_arrive_where_they_point(tenant: Tenant, seed_demo: Callable[..., Any]) -> None:
    seed_demo()
    made = Vendor(seed=1, until=UNTIL, customers=CUSTOMERS, domain="acme.example").facts()
    parents = dict(made.customers.query("parent != ''")[["key", "parent"]].to_numpy())
    renewals = dict(made.contracts.query("renewal_of != ''")[["key", "renewal_of"]].to_numpy())
    paid = made.instalments.query("paid_by != ''")
    managers = dict(made.projects[["key", "manager"]].to_numpy())
    with tenant_scope(tenant.id):
        children = Customer.objects.filter(parent__isnull=False)
        assert dict(children.values_list("key", "parent__key")) == parents
        renewing = Contract.objects.filter(renewal_of__isnull=False)
        assert dict(renewing.values_list("key", "renewal_of__key")) == renewals
        settled = Instalment.objects.filter(paid_by__isnull=False)
        assert set(settled.values_list("contract__key", "paid_by__key")) == set(
            paid[["contract", "paid_by"]].itertuples(index=False, name=None)
        )
        assert dict(Project.objects.values_list("key", "manager__key")) == managers


def test_facts_are_known_at_the_end_of_their_day(
    tenant: Tenant, seed_demo: Callable[..., Any]
) -> None:
    seed_demo()
    zone = ZoneInfo("Asia/Shanghai")

    def end_of(day: date) -> datetime:
        return datetime(day.year, day.month, day.day, 23, 59, 59, tzinfo=zone)

    with tenant_scope(tenant.id):
        for payment in Payment.objects.all():
            assert payment.known_from == end_of(payment.paid_on)
        for event in UsageEvent.objects.all()[:500]:
            assert event.received_at == end_of(event.occurred_at.astimezone(zone).date())
        for model in (Customer, Contact, ContactRole, Contract, ContractLine, Instalment, Project):
            assert model.objects.order_by("-known_from")[0].known_from <= end_of(UNTIL)


def test_what_changed_later_is_kept_as_it_was(
    tenant: Tenant, seed_demo: Callable[..., Any]
) -> None:
    seed_demo()
    with tenant_scope(tenant.id):
        paid = Instalment.objects.filter(paid_by__isnull=False)
        bills = {was.row_id: was for was in RowVersion.objects.filter(table="accounts_instalment")}
        # The few without were paid on the day they were agreed.
        assert len(bills) > 0.97 * paid.count()
        for instalment in paid.filter(pk__in=bills):
            was = bills[instalment.pk]
            assert was.before["paid_by_id"] is None
            assert was.before["due_on"] == instalment.due_on.isoformat()
            assert was.known_from < was.known_to == instalment.known_from
            assert datetime.fromisoformat(was.before["known_from"]) == was.known_from
        for project in Project.objects.filter(accepted_on__isnull=False):
            (was,) = RowVersion.objects.filter(table="projects_project", row_id=project.pk)
            assert was.before["accepted_on"] is None
            assert was.known_to == project.known_from
        ended = ContactRole.objects.filter(to_on__isnull=False)
        assert ended.exists()
        versions = RowVersion.objects.filter(table="accounts_contactrole")
        assert {was.row_id for was in versions} == {role.pk for role in ended}
        assert all(was.before["to_on"] is None for was in versions)


def test_every_role_can_sign_in_and_teams_have_leads(
    tenant: Tenant, seed_demo: Callable[..., Any]
) -> None:
    seed_demo()
    with tenant_scope(tenant.id):
        members = list(Membership.objects.select_related("user", "team"))
        assert {role for member in members for role in member.roles} == set(Role.values)
        managers = [member for member in members if member.has_role(Role.SERVICE_MANAGER)]
        assert len(managers) == 3
        assert sum(member.leads_team for member in managers) == 1
        assert {member.team.name for member in managers} == {"客户服务部 Customer service"}
        assert Team.objects.count() == 3
        for member in members:
            assert not member.user.has_usable_password()
            assert member.user.email.endswith("@acme.example")
            assert Colleague.objects.get(membership=member).key == member.user.email
        served = Customer.objects.filter(service_manager__membership__in=managers).count()
        assert served > CUSTOMERS / 3


def test_one_face_for_everybody(tenant: Tenant, seed_demo: Callable[..., Any]) -> None:
    seed_demo()
    with tenant_scope(tenant.id):
        faces = {
            face.customer.key: face
            for face in Responsibility.objects.filter(to_on__isnull=True).select_related("customer")
        }
        made = Vendor(seed=1, until=UNTIL, customers=CUSTOMERS).facts().customers
        assert set(faces) == set(made["key"])
        capacity = {"prospect": "salesperson", "trial": "salesperson"}
        capacity["onboarding"] = "project_manager"
        for key, story in made[["key", "story"]].itertuples(index=False):
            assert faces[key].capacity == capacity.get(story, "service_manager"), (key, story)
            assert faces[key].colleague_id is not None


def test_two_tenants_with_the_same_seed_hold_the_same(
    make_tenant: Callable[..., Tenant], seed_demo: Callable[..., Any]
) -> None:
    first, second, third = (make_tenant(slug) for slug in ("one", "two", "three"))
    for slug in ("one", "two"):
        seed_demo(slug)
    seed_demo("three", seed=9)
    assert facts_of(first) == facts_of(second)
    assert facts_of(first)["payments"] != facts_of(third)["payments"]
    assert User.objects.filter(email__endswith="@two.example").count() == 8


def test_the_default_day_is_yesterday_where_the_tenant_is(
    make_tenant: Callable[..., Tenant],
    seed_demo: Callable[..., Any],
    time_machine: Any,
) -> None:
    make_tenant("late", timezone="America/New_York", currency="USD")
    time_machine.move_to(datetime(2026, 3, 9, 2, tzinfo=ZoneInfo("UTC")), tick=False)
    slug_only = ["--tenant=late", "--customers=5", "--months=1"]
    tenant = Tenant.objects.get(slug="late")
    call_command("seed_demo", *slug_only)
    with tenant_scope(tenant.id):
        assert AuditRecord.objects.get(verb="demo.seeded").data["until"] == "2026-03-07"
        assert set(Customer.objects.values_list("currency", flat=True)) == {"USD"}
        last = UsageEvent.objects.order_by("-occurred_at")[0].occurred_at
        assert last.astimezone(ZoneInfo("America/New_York")).date() <= date(2026, 3, 7)
        hours = {
            event.occurred_at.astimezone(ZoneInfo("America/New_York")).hour
            for event in UsageEvent.objects.all()
        }
        assert min(hours) >= 8
        assert max(hours) <= 18


@pytest.mark.django_db(transaction=True)
def test_usage_is_written_with_the_statistics_of_what_it_refers_to(
    tenant: Tenant, monkeypatch: pytest.MonkeyPatch, seed_demo: Callable[..., Any]
) -> None:
    """Without them, every row of usage would be checked by reading all customers."""
    found: dict[str, float] = {}
    write = seeding._write_usage

    def note(*arguments: Any) -> int:
        with connection.cursor() as cursor:
            cursor.execute("SELECT reltuples FROM pg_class WHERE relname = 'accounts_contact'")
            found["contacts"] = cursor.fetchone()[0]
        return write(*arguments)

    monkeypatch.setattr(seeding, "_write_usage", note)
    with connection.as_owner(), connection.cursor() as cursor:
        cursor.execute("TRUNCATE accounts_contact CASCADE")
    result = seed_demo(customers=150)
    assert found["contacts"] == result["contacts"] > 0


def test_a_tenant_with_customers_is_refused_and_keeps_what_it_has(
    tenant: Tenant, seed_demo: Callable[..., Any]
) -> None:
    with tenant_scope(tenant.id):
        Customer.objects.create(key="real", name="A real customer")
    with pytest.raises(CommandError, match="already has customers") as refused:
        seed_demo()
    assert refused.value.returncode == 1
    with tenant_scope(tenant.id):
        assert Customer.objects.get().key == "real"
        assert not Membership.objects.exists()
    assert not User.objects.filter(email__endswith="@acme.example").exists()


def test_a_failure_leaves_nothing_behind(
    tenant: Tenant, seed_demo: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    def break_off(phase: str, done: int, total: int) -> None:
        if phase == "usage":
            raise RuntimeError("pulled the plug")

    vendor = Vendor(seed=1, until=UNTIL, customers=20, months=1, domain="acme.example")
    with pytest.raises(RuntimeError, match="pulled the plug"):
        seeding.seed(tenant, vendor, break_off)
    with tenant_scope(tenant.id):
        assert not Customer.objects.exists()
        assert not UsageEvent.objects.exists()
    assert seed_demo(customers=20)["customers"] == 20


def test_progress_goes_to_the_end(tenant: Tenant) -> None:
    seen: dict[str, list[float]] = {"customers": [], "usage": []}

    def see(phase: str, done: int, total: int) -> None:
        seen[phase].append(done / total)

    vendor = Vendor(seed=1, until=UNTIL, customers=20, months=1, domain="acme.example")
    seeding.seed(tenant, vendor, see)
    for shares in seen.values():
        assert shares == sorted(shares)
        assert shares[-1] == 1.0


@pytest.mark.parametrize(
    ("flag", "reason"),
    [
        ("--customers=0", "not between"),
        ("--customers=many", "not a whole number"),
        ("--months=-1", "not between"),
        ("--until=30.06.2026", "not a date"),
    ],
)
def test_wrong_usage_is_told(tenant: Tenant, flag: str, reason: str) -> None:
    with pytest.raises(CommandError, match=reason):
        call_command("seed_demo", "--tenant=acme", flag)


def test_the_same_people_join_a_second_demo_of_their_domain_once(
    tenant: Tenant, seed_demo: Callable[..., Any]
) -> None:
    known = User.objects.create_user("yue.lin@acme.example", "correct horse", name="Yue")
    seed_demo(customers=10)
    known.refresh_from_db()
    assert known.check_password("correct horse")
    with tenant_scope(tenant.id):
        assert Membership.objects.filter(user=known).count() == 1


def test_later_days_continue_the_same_customers(
    make_tenant: Callable[..., Tenant], seed_demo: Callable[..., Any]
) -> None:
    today, tomorrow = make_tenant("today"), make_tenant("tomorrow")
    seed_demo("today")
    seed_demo("tomorrow", until=UNTIL + timedelta(days=1))
    names = [[row[:2] for row in facts_of(tenant)["customers"]] for tenant in (today, tomorrow)]
    assert names[0] == names[1]
