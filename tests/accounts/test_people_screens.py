"""People, teams, settings and audit on screen."""

from __future__ import annotations

import re

import pytest
from django.core import mail
from django.test import Client

from accounts.actions.audit import record
from accounts.actions.teams import create_team
from accounts.models import (
    AuditRecord,
    Customer,
    Invitation,
    Membership,
    Payment,
    Team,
    Tenant,
    User,
    VisibilityRule,
)
from accounts.models.reach import record_kinds
from accounts.tenancy import tenant_scope


@pytest.fixture
def admin(client: Client, alice: User) -> Client:
    client.force_login(alice)
    return client


def member_of(tenant: Tenant, user: User) -> Membership:
    with tenant_scope(tenant.id):
        found: Membership = Membership.objects.get(user=user)
        return found


def test_inviting_writes_a_letter_and_shows_the_link_once(
    admin: Client, tenant, django_capture_on_commit_callbacks
) -> None:  # type: ignore[no-untyped-def]
    with django_capture_on_commit_callbacks(execute=True):
        answer = admin.post(
            "/t/acme/people/invitations/new/",
            {
                "email": "Li@acme.example",
                "name": "李",
                "roles": ["executive"],
                "language": "zh-hans",
            },
        )
    assert answer["Location"] == "/t/acme/people/invitations/"
    first = admin.get(answer["Location"]).content.decode()
    link = re.search(r"http://testserver(/invitations/[^\"]+)", first)
    assert link
    assert link.group(1).startswith(f"/invitations/{tenant.id}.")
    assert link.group(0) not in admin.get(answer["Location"]).content.decode()
    assert [letter.to for letter in mail.outbox] == [["li@acme.example"]]
    assert link.group(0) in mail.outbox[0].body
    assert Client().get(link.group(1)).status_code == 200


def test_a_letter_that_cannot_be_sent_does_not_undo_the_invitation(
    admin: Client, tenant, settings, django_capture_on_commit_callbacks
) -> None:  # type: ignore[no-untyped-def]
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 9
    with django_capture_on_commit_callbacks(execute=True):
        answer = admin.post(
            "/t/acme/people/invitations/new/",
            {"email": "li@acme.example", "roles": ["executive"]},
        )
    assert answer.status_code == 302
    with tenant_scope(tenant.id):
        assert Invitation.objects.get().email == "li@acme.example"


def test_sending_again_and_revoking(admin: Client, tenant) -> None:  # type: ignore[no-untyped-def]
    admin.post(
        "/t/acme/people/invitations/new/", {"email": "li@acme.example", "roles": ["executive"]}
    )
    with tenant_scope(tenant.id):
        before = Invitation.objects.get()
    admin.post(f"/t/acme/people/invitations/{before.pk}/renewals/")
    with tenant_scope(tenant.id):
        assert Invitation.objects.get().secret_hash != before.secret_hash
    asked = admin.get(f"/t/acme/people/invitations/{before.pk}/revocations/")
    assert b"li@acme.example" in asked.content
    with tenant_scope(tenant.id):
        assert Invitation.objects.get().state == "open", "asking revokes nothing"
    admin.post(f"/t/acme/people/invitations/{before.pk}/revocations/")
    with tenant_scope(tenant.id):
        assert Invitation.objects.get().state == "revoked"


def test_the_list_of_members_is_filtered_and_sorted(
    admin: Client, tenant, bob, make_member
) -> None:  # type: ignore[no-untyped-def]
    with tenant_scope(tenant.id):
        north = create_team(name="North", by=None)  # type: ignore[arg-type]
    make_member(tenant, "zoe@acme.example", "executive", team=north)

    def names(query: str) -> list[str]:
        page = admin.get(f"/t/acme/people/?{query}").content.decode()
        return re.findall(r"data-row[^>]*>([^<]+)<", page)

    assert names("") == ["alice", "bob", "zoe"]
    assert names("sort=-name") == ["zoe", "bob", "alice"]
    assert names("q=BO") == ["bob"]
    assert names("role=executive") == ["zoe"]
    assert names("team=none") == ["alice", "bob"]
    assert names(f"team={north.pk}") == ["zoe"]
    assert names("state=inactive") == []
    assert names("role=king&team=x&sort=-nothing&page=99") == ["alice", "bob", "zoe"]


def test_the_list_of_members_takes_the_same_queries_at_any_size(
    admin: Client, tenant, make_member, django_assert_max_num_queries
) -> None:  # type: ignore[no-untyped-def]
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    def queries() -> int:
        with CaptureQueriesContext(
            connection,
        ) as captured:
            assert admin.get("/t/acme/people/").status_code == 200
        return len(captured)

    few = queries()
    for number in range(30):
        make_member(tenant, f"m{number}@acme.example", "team_member")
    assert queries() == few


def test_a_members_roles_and_team_change(admin: Client, tenant, bob) -> None:  # type: ignore[no-untyped-def]
    member = member_of(tenant, bob)
    admin.post("/t/acme/people/teams/", {"name": "North"})
    with tenant_scope(tenant.id):
        north = Team.objects.get()
    answer = admin.post(
        f"/t/acme/people/{member.pk}/",
        {"roles": ["executive", "admin"], "team": north.pk, "leads_team": "on"},
    )
    assert answer.status_code == 302
    member = member_of(tenant, bob)
    assert (set(member.roles), member.team_id, member.leads_team) == (
        {"executive", "admin"},
        north.pk,
        True,
    )


def test_the_last_administrator_is_told_why_not(admin: Client, tenant, alice) -> None:  # type: ignore[no-untyped-def]
    member = member_of(tenant, alice)
    page = admin.post(f"/t/acme/people/{member.pk}/", {"roles": ["executive"], "give_up": "on"})
    assert b"last administrator" in page.content
    assert member_of(tenant, alice).roles == ["admin"]


def test_nobody_gives_up_their_own_administration_by_accident(
    admin: Client, tenant, alice, make_member
) -> None:  # type: ignore[no-untyped-def]
    make_member(tenant, "eve@acme.example", "admin")
    url = f"/t/acme/people/{member_of(tenant, alice).pk}/"
    assert b"Confirm that you want" in admin.post(url, {"roles": ["executive"]}).content
    assert member_of(tenant, alice).roles == ["admin"]
    assert admin.post(url, {"roles": ["executive"], "give_up": "on"}).status_code == 302
    assert member_of(tenant, alice).roles == ["executive"]
    assert admin.get(url).status_code == 404


def test_a_deactivated_member_cannot_enter_and_comes_back(admin: Client, tenant, bob) -> None:  # type: ignore[no-untyped-def]
    theirs = Client()
    theirs.force_login(bob)
    assert theirs.get("/t/acme/").status_code != 404
    member = member_of(tenant, bob)
    assert admin.get(f"/t/acme/people/{member.pk}/deactivations/").status_code == 200
    assert theirs.get("/t/acme/").status_code != 404, "asking changes nothing"
    admin.post(f"/t/acme/people/{member.pk}/deactivations/")
    assert theirs.get("/t/acme/").status_code == 404
    admin.post(f"/t/acme/people/{member.pk}/reactivations/")
    assert theirs.get("/t/acme/").status_code != 404


def test_teams_are_renamed_and_taken_away(admin: Client, tenant, bob) -> None:  # type: ignore[no-untyped-def]
    admin.post("/t/acme/people/teams/", {"name": "North"})
    assert b"this name" in admin.post("/t/acme/people/teams/", {"name": "North"}).content
    with tenant_scope(tenant.id):
        north = Team.objects.get()
    admin.post(f"/t/acme/people/teams/{north.pk}/", {"name": "South"})
    assert b"South" in admin.get("/t/acme/people/teams/").content
    admin.post(f"/t/acme/people/teams/{north.pk}/removal/")
    with tenant_scope(tenant.id):
        assert not Team.objects.exists()


def test_what_roles_see_is_set(admin: Client, tenant) -> None:  # type: ignore[no-untyped-def]
    page = admin.get("/t/acme/people/visibility/").content.decode()
    assert 'name="customers_service_manager"' in page
    assert 'name="customers_admin"' not in page
    roles = ("project_manager", "service_manager", "executive", "team_member", "product_manager")
    reach = {f"{kind}_{role}": "all" for kind in record_kinds for role in roles}
    changed = {"customers_service_manager": "team", "projects_executive": "mine"}
    admin.post("/t/acme/people/visibility/", {**reach, **changed})
    with tenant_scope(tenant.id):
        rules = VisibilityRule.objects.values_list("record", "role", "visibility")
        assert set(rules) == {
            ("customers", "service_manager", "team"),
            ("projects", "executive", "mine"),
        }
    page = admin.get("/t/acme/people/visibility/").content.decode()
    assert page.count('<option value="all" selected>') == len(reach) - 2


SETTINGS = {
    "name": "Acme Software",
    "timezone": "Europe/Berlin",
    "currency": "eur",
    "night_hour": "3",
    "gross_margin": "82.5",
    "effort_edit_days": "90",
}


def test_settings_are_kept(admin: Client, tenant) -> None:  # type: ignore[no-untyped-def]
    assert admin.post("/t/acme/settings/", SETTINGS).status_code == 302
    tenant.refresh_from_db()
    assert (tenant.name, tenant.currency, tenant.timezone) == (
        "Acme Software",
        "EUR",
        "Europe/Berlin",
    )
    assert (str(tenant.gross_margin), tenant.night_hour) == ("0.8250", 3)
    assert tenant.effort_edit_days == 90
    page = admin.get("/t/acme/settings/").content.decode()
    assert 'value="82.5"' in page


def test_a_locked_currency_says_why_and_stays(admin: Client, tenant) -> None:  # type: ignore[no-untyped-def]
    with tenant_scope(tenant.id):
        customer = Customer.objects.create(key="c", name="C")
        Payment.objects.create(customer=customer, key="p", paid_on="2024-01-01", amount=1)
    assert b"can no longer change" in admin.get("/t/acme/settings/").content
    assert admin.post("/t/acme/settings/", SETTINGS).status_code == 302
    tenant.refresh_from_db()
    assert (tenant.currency, tenant.name) == ("CNY", "Acme Software")


@pytest.mark.parametrize(
    "wrong",
    [{"timezone": "Mars"}, {"night_hour": "24"}, {"gross_margin": "101"}, {"currency": "E1"}],
)
def test_wrong_settings_are_told_and_not_kept(admin: Client, tenant, wrong: dict) -> None:  # type: ignore[no-untyped-def]
    page = admin.post("/t/acme/settings/", {**SETTINGS, **wrong})
    assert page.status_code == 200
    assert b"errorlist" in page.content
    tenant.refresh_from_db()
    assert tenant.name == "Acme"


def test_a_required_second_factor_leads_to_setting_one_up(
    admin: Client, client: Client, tenant, bob
) -> None:  # type: ignore[no-untyped-def]
    admin.post("/t/acme/settings/", {**SETTINGS, "requires_second_factor": "on"})
    theirs = Client()
    theirs.force_login(bob)
    answer = theirs.get("/t/acme/people/")
    assert (answer.status_code, answer["Location"]) == (302, "/accounts/2fa/")
    from allauth.mfa.models import Authenticator

    Authenticator.objects.create(user=bob, type="totp", data={"secret": "x"})
    assert theirs.get("/t/acme/people/").status_code == 404, "no administrator, but let in"
    outsider = Client()
    outsider.force_login(User.objects.create_user("out@sider.example", "x"))
    assert outsider.get("/t/acme/people/").status_code == 404, "a stranger learns nothing"


def test_the_audit_is_filtered_and_paged(admin: Client, tenant, alice, bob) -> None:  # type: ignore[no-untyped-def]
    with tenant_scope(tenant.id):
        customer = Customer.objects.create(key="c", name="Blue Harbour")
        record(
            "customer.changed", by=bob, about=customer, before={"size": "1"}, after={"size": "2"}
        )
        for number in range(60):
            record("team.created", by=alice, label=f"Team {number}")

    def page(query: str) -> str:
        answer = admin.get(f"/t/acme/audit/?{query}")
        assert answer.status_code == 200
        return answer.content.decode().split("<tbody>")[1].split("</tbody>")[0]

    assert page("noun=team").count("<tr>") == 50
    assert page("noun=team&page=2").count("<tr>") == 10
    assert "Blue Harbour" in page("q=harbour")
    assert f"/t/acme/customers/{customer.pk}/" in page("q=harbour")
    assert "bob@acme.example" not in page("who=alice")
    assert page("who=bob&noun=customer").count("<tr>") == 1
    assert "No record matches" in page("since=2999-01-01")
    assert page("since=not-a-day&noun=nothing").count("<tr>") == 50


def test_the_audit_goes_out_as_a_file(admin: Client, tenant, alice) -> None:  # type: ignore[no-untyped-def]
    with tenant_scope(tenant.id):
        record("team.created", by=alice, label='=HYPERLINK("http://x")')
        record("customer.changed", by=alice, label="C", before={"size": "1"}, after={"size": "2"})
    text = admin.get("/t/acme/audit/?noun=team&format=csv").content.decode("utf-8-sig")
    assert "'=HYPERLINK" in text, "a spreadsheet must not run it"
    assert "Customer changed" not in text
    assert "Size: 1 → 2" in admin.get("/t/acme/audit/?format=csv").content.decode("utf-8-sig")


def test_the_audit_cannot_be_changed(tenant) -> None:  # type: ignore[no-untyped-def]
    from django.db.utils import DatabaseError

    with pytest.raises(DatabaseError, match="permission denied"), tenant_scope(tenant.id):
        AuditRecord.objects.update(verb="nothing.happened")
