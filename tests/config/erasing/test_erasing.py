"""Whoever is erased is found nowhere, and every number stays what it was."""

from __future__ import annotations

import io
import json
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection
from django.utils import timezone
from night_facts import LONG_AGO, use

from accounts.actions.audit import record
from accounts.actions.facts import keep_versions
from accounts.management.tenant_command import Refused
from accounts.models import (
    AuditRecord,
    Contact,
    Customer,
    DirectoryEntry,
    Membership,
    OutgoingMail,
    RowVersion,
    Tenant,
    Touchpoint,
    User,
)
from accounts.tenancy import tenant_scope
from config.erasing.identity import NAME, in_texts, pseudonyms
from config.erasing.texts import searched_models
from reports.models import FigureSet, Report, ReportLink, ReportRecipient, Restatement
from segmentation.models import MeasureRow, UsageEvent
from tests.config.moving.moving_world import NIGHTS, NOVEMBER, fill, moved
from tests.reports.report_world import make, reader

pytestmark = pytest.mark.django_db(transaction=True)
EMAIL = "ann.lee@anna.example"
JOANN = "joann.lee@anna.example"
# As somebody would look for her.
TOLD = (r"\mann\.lee@", r"\mann lee\M", r"ann@old\.example", "ann-lee-7", "555 0199", "annie lee")


@pytest.fixture(autouse=True)
def november(time_machine: Any) -> None:
    time_machine.move_to(NOVEMBER, tick=False)


@pytest.fixture
def ann(tenant: Tenant, alice: User, bob: User) -> int:
    """A key user of Anna who is named wherever people are."""
    with tenant_scope(tenant.pk):
        anna = Customer.objects.create(key="ann-co", name="Ann Co", known_from=LONG_AGO)
        contact = reader(anna, "Annie Lee", email="Ann@old.example")
        keep_versions([contact], until=LONG_AGO + timedelta(1))
        Contact.objects.filter(pk=contact.pk).update(
            name="Ann Lee",
            email="Ann.Lee@anna.example",
            key="ann-lee-7",
            phone="+1 555 0199 22",
            title="Head of Ann Lee things",
            attributes={"wechat": "ann-lee-7", "language": "en"},
            known_from=LONG_AGO + timedelta(1),
        )
        for person in (
            EMAIL,
            "Ann.Lee@anna.example",
            "ann-lee-7",
            "ann@old.example",
            "joann.lee@anna.example",
        ):
            use(anna, NIGHTS[0] - timedelta(3), person=person, times=2)
        Touchpoint.objects.create(
            customer=anna, key="t", kind="call", happened_on=NIGHTS[0], contact=contact,
            note='Ann Lee said "call ANN.LEE@ANNA.EXAMPLE", +1 555 0199 22; Joann Leeds agreed',
            known_from=LONG_AGO,
        )  # fmt: skip
        OutgoingMail.objects.create(
            purpose="work", to=EMAIL, contact=contact, language="en", template="t",
            subject="For Ann Lee", message_id="<m>", headers={"X": f"<{EMAIL}>"}, sealed_body="x",
        )  # fmt: skip
        record("contact.changed", by=bob, about=contact, label="Ann Lee", email=EMAIL)
    fill(tenant, bob)
    with tenant_scope(tenant.pk):
        report = Report.objects.filter(kind="customer").first()
        assert report is not None
        document = {**report.document, "reader": f"Ann Lee <{EMAIL}>"}
        Report.objects.filter(pk=report.pk).update(
            document=document, texts={"greeting": "Dear Ann Lee"}, state="sent", sent_at=NOVEMBER
        )
        recipient = ReportRecipient.objects.create(
            report=report, contact=contact, name="Ann Lee", address=EMAIL
        )
        ReportLink.objects.create(
            contact=contact, recipient=recipient, name="Ann Lee", language="en",
            secret_hash="0" * 64, expires_at=NOVEMBER + timedelta(9),
        )  # fmt: skip
        return int(contact.pk)


def erase(tenant: Tenant, email: str = EMAIL, **options: Any) -> dict[str, Any]:
    out = io.StringIO()
    call_command("erase_person", email, tenant=tenant.slug, stdout=out, **options)
    told: dict[str, Any] = json.loads(out.getvalue())
    return told


def found(tenant: Tenant, *told: str) -> dict[str, str]:
    """Table → a row that has one of these words anywhere."""
    rows: dict[str, str] = {}
    with tenant_scope(tenant.pk), connection.cursor() as cursor:
        for model in searched_models():
            table = model._meta.db_table
            cursor.execute(
                f"SELECT held::text FROM {table} AS held WHERE held::text ~* %s LIMIT 1",
                ["|".join(told)],
            )
            if row := cursor.fetchone():
                rows[table] = row[0]
    return rows


def measures(tenant: Tenant) -> list[tuple[Any, ...]]:
    with tenant_scope(tenant.pk):
        return list(
            MeasureRow.objects.order_by("customer_id").values_list(
                "customer_id", "active_users_30", "key_user_coverage", "dau_rate", "events_30"
            )
        )


def night(tenant: Tenant, day: date) -> str:
    out = io.StringIO()
    call_command("run_night", tenant=tenant.slug, as_of=day.isoformat(), stdout=out)
    return str(json.loads(out.getvalue())["digest"])


def test_the_person_is_found_nowhere(tenant: Tenant, ann: int) -> None:
    named = found(tenant, *TOLD)
    assert len(named) >= 9
    told = erase(tenant)
    assert found(tenant, *TOLD) == {}
    assert named.keys() <= told["erased"].keys() | {"segmentation_usagestate"}
    with tenant_scope(tenant.pk):
        contact = Contact.objects.get(pk=ann)
        assert (contact.name, contact.phone, contact.title) == (NAME, "", "")
        assert contact.attributes == {"language": "en"}
        assert contact.roles.count() == 1
        note = Touchpoint.objects.get(key="t").note
        assert note.startswith(NAME)
        assert note.endswith("Joann Leeds agreed")
        letter = OutgoingMail.objects.get(message_id="<m>")
        assert (letter.state, letter.sealed_body) == ("dropped", "")
        assert ReportLink.objects.get().revoked_at is not None
        assert AuditRecord.objects.filter(
            verb="person.erased", object_label=told["person"]
        ).exists()


def test_numbers_stay_what_they_were(tenant: Tenant, ann: int) -> None:
    night(tenant, date(2026, 11, 1))
    before = measures(tenant)
    with tenant_scope(tenant.pk):
        persons = UsageEvent.objects.values("person").distinct().count()
        images = RowVersion.objects.count()
        coverage = MeasureRow.objects.filter(customer__key="ann-co").latest("as_of")
        assert coverage.key_user_coverage == 1
        assert coverage.active_users_30 == 5
    stored = [night(tenant, day) for day in NIGHTS]
    erase(tenant)
    assert [night(tenant, day) for day in NIGHTS] == stored
    night(tenant, date(2026, 11, 1))
    assert measures(tenant) == before
    with tenant_scope(tenant.pk):
        assert UsageEvent.objects.values("person").distinct().count() == persons
        assert RowVersion.objects.count() == images
        assert UsageEvent.objects.filter(person=JOANN).exists()


def test_a_new_night_counts_the_same(tenant: Tenant, ann: int, tmp_path: Path) -> None:
    """It reads all usage again, since the states per person are gone: beside a copy that knows her."""
    moved("export_tenant", tenant.slug, tmp_path / "out")
    moved("import_tenant", tmp_path / "out", slug="copy")
    copy = Tenant.objects.get(slug="copy")
    erase(tenant)
    day = date(2026, 11, 2)
    assert night(tenant, day) == night(copy, day)
    assert measures(tenant) == measures(copy)
    with tenant_scope(copy.pk):
        assert Contact.objects.filter(name="Ann Lee").exists()


def test_figures_made_again_are_those_that_were_made(tenant: Tenant, ann: int) -> None:
    def latest() -> dict[Any, Any]:
        with tenant_scope(tenant.pk):
            made = FigureSet.objects.order_by("version")
            return {
                (one.customer_id, one.kind, one.period): (one.figures, one.reasons) for one in made
            }

    make(tenant)
    before = latest()
    erase(tenant)
    make(tenant)
    assert latest() == before
    assert not found(tenant, *TOLD)
    with tenant_scope(tenant.pk):
        assert not Restatement.objects.exists()


def test_a_dry_run_tells_and_changes_nothing(tenant: Tenant, ann: int) -> None:
    before = found(tenant, *TOLD)
    told = erase(tenant, dry_run=True)
    assert told["dry_run"] is True
    assert told["erased"]["accounts_contact"] >= 1
    assert found(tenant, *TOLD) == before
    assert erase(tenant)["erased"] == told["erased"]


def test_another_of_the_same_name_keeps_it(tenant: Tenant, ann: int) -> None:
    with tenant_scope(tenant.pk):
        other = Customer.objects.create(key="z", name="Z")
        reader(other, "Ann Lee", email="al@z.example")
        Touchpoint.objects.create(
            customer=other, key="z", kind="call", happened_on=NIGHTS[0], note="Ann Lee rang"
        )
    told = erase(tenant)
    assert told["name_left"] is True
    with tenant_scope(tenant.pk):
        assert Contact.objects.filter(name="Ann Lee").count() == 1
        assert Touchpoint.objects.get(key="z").note == "Ann Lee rang"
        # In her own rows it is her that is meant.
        assert NAME in Touchpoint.objects.get(key="t").note
    assert "usage_event" not in found(tenant, TOLD[0])


def test_a_member_goes_with_their_account(tenant: Tenant, alice: User, bob: User, ann: int) -> None:
    User.objects.filter(pk=bob.pk).update(name="Bob Builder")
    told = erase(tenant, "Bob@acme.example")
    assert found(tenant, "bob@acme", "bob builder") == {}
    account = User.objects.get(pk=bob.pk)
    assert (account.name, account.is_active) == (NAME, False)
    assert account.email == f"{told['person']}@erased.invalid"
    assert not account.has_usable_password()
    assert not DirectoryEntry.objects.filter(user=bob).exists()
    with tenant_scope(tenant.pk):
        assert not Membership.objects.get(user=bob).is_active


def test_an_account_of_another_tenant_stays_there(
    tenant: Tenant, alice: User, bob: User, ann: int, make_tenant: Any, make_member: Any
) -> None:
    other = make_tenant("other")
    make_member(other, bob.email, "admin")
    erase(tenant, bob.email)
    account = User.objects.get(pk=bob.pk)
    assert (account.email, account.is_active) == ("bob@acme.example", True)
    with tenant_scope(other.pk):
        assert Membership.objects.get(user=bob).is_active
    with tenant_scope(tenant.pk):
        assert not Membership.objects.filter(user=bob).exists()
        assert not AuditRecord.objects.filter(actor=bob).exists()
        assert AuditRecord.objects.filter(actor__name=NAME).exists()
    assert DirectoryEntry.objects.get(user=bob).slug == "other"


def test_the_last_administrator_stays(tenant: Tenant, alice: User) -> None:
    with pytest.raises(Refused, match="last administrator"):
        erase(tenant, alice.email)
    assert User.objects.get(pk=alice.pk).is_active


def test_nobody_is_refused_and_a_second_time_too(tenant: Tenant, ann: int) -> None:
    with pytest.raises(Refused, match=r"Nothing in “acme” tells of no@body\.example"):
        erase(tenant, "no@body.example")
    erase(tenant)
    with pytest.raises(Refused, match="Nothing in"):
        erase(tenant)


def test_names_of_one_word_are_words_of_the_language() -> None:
    assert in_texts({"Mark", "Ann Lee", "王伟", "x"}) == {"Ann Lee", "王伟"}


def test_two_spellings_stay_two_and_equal_but_for_case() -> None:
    given = pseudonyms(["a@x", "A@x", "a@X"], lambda _person: "erased-qrst@erased.invalid")
    assert len(set(given.values())) == 3
    assert {new.lower() for new in given.values()} == {"erased-qrst@erased.invalid"}


def test_chinese_names_stand_without_spaces(tenant: Tenant, alice: User) -> None:
    with tenant_scope(tenant.pk):
        whom = Customer.objects.create(key="c", name="王小明商贸")
        reader(whom, "王小明", email="wang@c.example")
        Touchpoint.objects.create(
            customer=whom, key="n", kind="call", happened_on=timezone.now().date(),
            note="请王小明回复",
        )  # fmt: skip
    erase(tenant, "wang@c.example")
    with tenant_scope(tenant.pk):
        assert Touchpoint.objects.get(key="n").note == f"请{NAME}回复"
        # A company goes on being called as it is.
        assert Customer.objects.get(key="c").name == "王小明商贸"
