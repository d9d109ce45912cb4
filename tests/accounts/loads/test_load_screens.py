"""Loading a file on screen."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.actions.load_work import work_on_load
from accounts.models import Customer, Load, LoadMapping, Payment, Tenant, User
from accounts.tasks import run_load
from accounts.tenancy import tenant_scope

CUSTOMERS = "客户编号,客户名称,地区,备注\nA,阿尔法,北,x\nB,贝塔,,\n"


@pytest.fixture
def admin(client: Client, alice: User) -> Client:
    client.force_login(alice)
    return client


@pytest.fixture(autouse=True)
def queued(monkeypatch: pytest.MonkeyPatch) -> list[tuple[int, int]]:
    """What was handed to workers."""
    calls: list[tuple[int, int]] = []
    monkeypatch.setattr(run_load, "delay", lambda *ids: calls.append(ids))
    return calls


def upload(admin: Client, content: str | bytes = CUSTOMERS, kind: str = "customers") -> Any:
    data = content.encode() if isinstance(content, str) else content
    file = SimpleUploadedFile("customers.csv", data, "text/csv")
    return admin.post("/t/acme/loads/new/", {"kind": kind, "file": file})


def only_load(tenant: Tenant) -> Load:
    with tenant_scope(tenant.id):
        return Load.objects.get()


def page(admin: Client, path: str) -> str:
    answer = admin.get(path, follow=True)
    assert answer.status_code == 200
    return answer.content.decode()


def test_from_upload_to_undo(
    admin: Client, tenant: Tenant, queued: list[Any], django_capture_on_commit_callbacks: Any
) -> None:
    assert "Nothing was loaded yet" in page(admin, "/t/acme/loads/")
    answer = upload(admin)
    load = only_load(tenant)
    base = f"/t/acme/loads/{load.pk}/"
    assert answer["Location"] == f"{base}mapping/"
    mapping = page(admin, f"{base}mapping/")
    # Guesses from the Chinese header, and the first values of each.
    for name in ("客户编号", "客户名称", "地区"):
        assert f'<option value="{name}" selected>' in mapping
    assert "阿尔法 · 贝塔" in mapping
    with django_capture_on_commit_callbacks(execute=True):
        answer = admin.post(
            f"{base}mapping/",
            {
                "column_key": "客户编号",
                "column_name": "客户名称",
                "column_region": "地区",
                "save_as": "CRM",
            },
        )
    assert answer["Location"] == base
    assert queued == [(tenant.pk, load.pk)]
    assert 'id="progress"' in page(admin, base)
    work_on_load(tenant_id=tenant.pk, load_id=load.pk)
    assert admin.get(base, headers={"HX-Request": "true"})["HX-Refresh"] == "true"
    checked = page(admin, base)
    assert "Nothing has changed yet" in checked
    assert "阿尔法" in checked
    with django_capture_on_commit_callbacks(execute=True):
        admin.post(f"{base}runs/")
    assert len(queued) == 2
    work_on_load(tenant_id=tenant.pk, load_id=load.pk)
    assert "Undo this load" in page(admin, base)
    with tenant_scope(tenant.id):
        assert Customer.objects.get(key="A").region == "北"
    assert "Undo this load?" in page(admin, f"{base}undoings/")
    with django_capture_on_commit_callbacks(execute=True):
        admin.post(f"{base}undoings/")
    work_on_load(tenant_id=tenant.pk, load_id=load.pk)
    assert "Undone" in page(admin, base)
    with tenant_scope(tenant.id):
        assert not Customer.objects.exists()
    assert "customers.csv" in page(admin, "/t/acme/loads/")


def test_a_saved_match_is_offered_for_the_next_file(admin: Client, tenant: Tenant) -> None:
    with tenant_scope(tenant.id):
        saved = LoadMapping.objects.create(
            kind="customers", name="CRM", mapping={"key": "备注", "name": ""}, dates="dmy"
        )
        LoadMapping.objects.create(kind="payments", name="Bank", mapping={})
    upload(admin)
    base = f"/t/acme/loads/{only_load(tenant).pk}/mapping/"
    assert "CRM" in page(admin, base)
    assert "Bank" not in page(admin, base)
    chosen = page(admin, f"{base}?mapping={saved.pk}")
    assert '<option value="备注" selected>' in chosen
    assert '<option value="客户名称" selected>' not in chosen
    assert '<option value="dmy" selected>' in chosen
    assert admin.get(f"{base}?mapping={saved.pk + 1}").status_code == 404


def test_what_must_be_matched_is_asked_for(admin: Client, tenant: Tenant) -> None:
    upload(admin)
    base = f"/t/acme/loads/{only_load(tenant).pk}/mapping/"
    answer = admin.post(base, {"column_key": "客户编号"})
    assert answer.status_code == 200
    assert only_load(tenant).state == "uploaded"
    upload_usage = upload(admin, "who,when,what\nA,2024-01-01,e\n", kind="usage")
    answer = admin.post(
        upload_usage["Location"], {"column_occurred_at": "when", "column_event": "what"}
    )
    assert "Customer, Contract" in answer.content.decode()


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "The file is empty."),
        (b"\x89PNG\r\n\x1a\n000", "PNG"),
        ("key,name\n".encode("utf-16"), "UTF-16"),
        (b"key,name\n\0", "zero byte"),
    ],
)
def test_a_hopeless_file_is_refused_at_the_door(
    admin: Client, tenant: Tenant, content: bytes, words: str
) -> None:
    assert words in upload(admin, content).content.decode()
    with tenant_scope(tenant.id):
        assert not Load.objects.exists()


def test_a_file_over_the_limit_is_refused(admin: Client, tenant: Tenant, settings: Any) -> None:
    settings.LOAD_UPLOAD_LIMIT_BYTES = 10
    assert "larger than" in upload(admin).content.decode()


def test_refused_rows_are_shown_and_can_be_downloaded(admin: Client, tenant: Tenant) -> None:
    upload(admin, "key,name,currency\nA,Alpha,\n=B,Beta,USD\n,=cmd(),\n")
    load = only_load(tenant)
    base = f"/t/acme/loads/{load.pk}/"
    fields = {"column_key": "key", "column_name": "name", "column_currency": "currency"}
    admin.post(f"{base}mapping/", fields)
    work_on_load(tenant_id=tenant.pk, load_id=load.pk)
    shown = page(admin, base)
    assert "Load without the refused rows" in shown
    assert "The currency is USD; only CNY can be loaded." in shown
    lines = admin.get(f"{base}errors.csv").content.decode("utf-8-sig").splitlines()
    assert lines == [
        "Line,Column,Value,Reason",
        "3,currency,USD,The currency is USD; only CNY can be loaded.",
        "4,key,,A value is needed here.",
    ]
    admin.post(f"{base}runs/")
    work_on_load(tenant_id=tenant.pk, load_id=load.pk)
    with tenant_scope(tenant.id):
        assert [customer.key for customer in Customer.objects.all()] == ["A"]


def test_changes_show_old_and_new(admin: Client, tenant: Tenant) -> None:
    with tenant_scope(tenant.id):
        Customer.objects.create(key="A", name="Vormals")
    upload(admin, "key,name\nA,Alpha\n")
    load = only_load(tenant)
    admin.post(f"/t/acme/loads/{load.pk}/mapping/", {"column_key": "key", "column_name": "name"})
    work_on_load(tenant_id=tenant.pk, load_id=load.pk)
    shown = page(admin, f"/t/acme/loads/{load.pk}/")
    assert "Vormals" in shown
    assert "Alpha" in shown


def test_an_undo_that_is_held_back_says_by_what(admin: Client, tenant: Tenant) -> None:
    upload(admin, "key,name\nA,Alpha\n")
    load = only_load(tenant)
    base = f"/t/acme/loads/{load.pk}/"
    admin.post(f"{base}mapping/", {"column_key": "key", "column_name": "name"})
    work_on_load(tenant_id=tenant.pk, load_id=load.pk)
    admin.post(f"{base}runs/")
    work_on_load(tenant_id=tenant.pk, load_id=load.pk)
    with tenant_scope(tenant.id):
        customer = Customer.objects.get()
        Payment.objects.create(customer=customer, key="P", paid_on="2024-01-01", amount=1)
    admin.post(f"{base}undoings/")
    work_on_load(tenant_id=tenant.pk, load_id=load.pk)
    assert "1 payments belong to what this load created" in page(admin, base)


@pytest.mark.parametrize(
    ("rows", "option"),
    [
        ("A,P1,03/04/2024,1\nA,P2,05/06/2024,1\n", "Order of dates"),
        ("A,P1,31/01/2024,1\nA,P2,01/31/2024,1\n", "Order of dates"),
        ('A,P1,2024-01-01,"1.234,50"\nA,P2,2024-01-01,"1,234.50"\n', "Decimal mark"),
    ],
)
def test_what_a_file_leaves_open_is_asked_with_the_name_of_the_field(
    admin: Client, tenant: Tenant, rows: str, option: str
) -> None:
    upload(admin, f"customer,key,paid_on,amount\n{rows}", kind="payments")
    load = only_load(tenant)
    base = f"/t/acme/loads/{load.pk}/"
    fields = {f"column_{name}": name for name in ("customer", "key", "paid_on", "amount")}
    assert option in page(admin, f"{base}mapping/")
    admin.post(f"{base}mapping/", fields)
    work_on_load(tenant_id=tenant.pk, load_id=load.pk)
    for path in (base, f"{base}errors.csv"):
        text = page(admin, path)
        assert f"with “{option}”." in text
        assert "--d" not in text


def test_a_file_can_be_discarded_before_it_is_loaded(admin: Client, tenant: Tenant) -> None:
    upload(admin)
    load = only_load(tenant)
    assert "Discard this file?" in page(admin, f"/t/acme/loads/{load.pk}/removal/")
    admin.post(f"/t/acme/loads/{load.pk}/removal/")
    with tenant_scope(tenant.id):
        assert not Load.objects.exists()


def test_buttons_pressed_too_late_do_nothing(admin: Client, tenant: Tenant) -> None:
    upload(admin)
    base = f"/t/acme/loads/{only_load(tenant).pk}/"
    for resource in ("runs", "undoings"):
        assert "past that point" in admin.post(f"{base}{resource}/", follow=True).content.decode()


def test_loads_are_the_administrators(
    client: Client, admin: Client, bob: User, charlie: User, tenant: Tenant
) -> None:
    upload(admin)
    base = f"/t/acme/loads/{only_load(tenant).pk}/"
    for user in (bob, charlie):
        client.force_login(user)
        for path in ("/t/acme/loads/", "/t/acme/loads/new/", base, f"{base}errors.csv"):
            assert client.get(path).status_code == 404
    client.force_login(charlie)
    assert client.get(base.replace("acme", "other")).status_code == 404


def test_the_list_asks_the_same_number_of_queries_at_any_size(
    admin: Client, tenant: Tenant
) -> None:
    counts = []
    for size in (3, 40):
        with tenant_scope(tenant.id):
            Load.objects.bulk_create(Load(kind="customers", filename="f") for _ in range(size))
        with CaptureQueriesContext(connection) as queries:
            page(admin, "/t/acme/loads/")
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_columns_that_nothing_uses_are_named_before_they_become_attributes(
    admin: Client, tenant: Tenant
) -> None:
    upload(admin, "key,name,原客服经理,备注\nA,Alpha,x,y\n")
    mapping = page(admin, f"/t/acme/loads/{only_load(tenant).pk}/mapping/")
    notice = mapping[mapping.index("kept as attributes") :]
    notice = notice[: notice.index("choose it there")]
    assert "原客服经理" in notice
    assert "resembles “Customer-service manager”" in notice
    assert "备注" in notice
    assert notice.count("resembles") == 1


def test_a_preview_reads_as_the_reader_writes(admin: Client, tenant: Tenant, alice: User) -> None:
    with tenant_scope(tenant.id):
        Customer.objects.create(key="A", name="Alpha")
    upload(admin, "customer,key,paid_on,amount\nA,P1,23/11/2024,304358.5\n", kind="payments")
    base = f"/t/acme/loads/{only_load(tenant).pk}/"
    names = ("customer", "key", "paid_on", "amount")
    admin.post(f"{base}mapping/", {f"column_{name}": name for name in names})
    work_on_load(tenant_id=tenant.pk, load_id=only_load(tenant).pk)
    checked = page(admin, base)
    assert '<td class="num">304,358.50</td>' in checked
    assert '<td class="num">23 Nov 2024</td>' in checked
    assert "Order of dates: Day, month, year." in checked
    User.objects.filter(pk=alice.pk).update(language="zh-hans")
    assert '<td class="num">2024-11-23</td>' in page(admin, base)


def test_a_file_that_cannot_be_read_has_no_figures(admin: Client, tenant: Tenant) -> None:
    upload(admin, 'key,name\nA,Alpha\nB,"Beta\n')
    base = f"/t/acme/loads/{only_load(tenant).pk}/"
    admin.post(f"{base}mapping/", {"column_key": "key", "column_name": "name"})
    work_on_load(tenant_id=tenant.pk, load_id=only_load(tenant).pk)
    refused = page(admin, base)
    assert "What is wrong with the file" in refused
    assert "quotation mark" in refused
    assert "Rows read" not in refused
