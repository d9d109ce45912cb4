"""Where people land: after signing in, in a tenant, in an empty one; and their own account."""

from __future__ import annotations

import re

import pytest
from allauth.account.models import EmailAddress
from django.core.cache import cache
from django.test import Client

from accounts.actions.invitations import invite
from accounts.actions.tenants import create_tenant
from accounts.models import (
    Colleague,
    Contract,
    Customer,
    DirectoryEntry,
    Membership,
    Tenant,
    User,
)
from accounts.tenancy import tenant_scope
from segmentation.models import Night, UsageEvent


@pytest.fixture(autouse=True)
def fresh_cache() -> None:
    cache.clear()


def lands(client: Client, path: str = "/t/acme/") -> str:
    answer = client.get(path)
    assert answer.status_code == 302
    return str(answer["Location"])


# --- Signing in and out -----------------------------------------------------------------------


def test_signing_in_leads_to_the_only_tenant(client: Client, bob: User) -> None:
    answer = client.post(
        "/accounts/login/", {"login": "BOB@acme.example", "password": "correct horse battery"}
    )
    assert answer["Location"] == "/"
    assert lands(client, "/") == "/t/acme/"
    assert client.post("/accounts/logout/").status_code == 302
    assert lands(client, "/").startswith("/accounts/login/")


def test_a_wrong_password_says_nothing_about_the_address(client: Client, bob: User) -> None:
    def error(email: str) -> str:
        page = client.post("/accounts/login/", {"login": email, "password": "wrong"})
        found = re.findall(r'<ul class="errorlist[^>]*>(.*?)</ul>', page.content.decode(), re.S)
        assert found
        return re.sub("<[^>]+>", "", "".join(found))

    assert error("bob@acme.example") == error("nobody@acme.example")


def test_guessing_passwords_is_slowed_down(client: Client, bob: User) -> None:
    for _ in range(5):
        client.post("/accounts/login/", {"login": bob.email, "password": "wrong"})
    page = client.post(
        "/accounts/login/", {"login": bob.email, "password": "correct horse battery"}
    )
    assert page.status_code == 200
    assert b"Too many" in page.content


def test_a_forgotten_password_is_set_anew_by_a_link(client: Client, bob: User, mailoutbox) -> None:  # type: ignore[no-untyped-def]
    client.post("/accounts/password/reset/", {"email": bob.email})
    link = re.search(r"http://testserver(/accounts/password/reset/key/\S+)", mailoutbox[0].body)
    assert link
    form = lands(client, link.group(1))
    answer = client.post(form, {"password1": "a new long one", "password2": "a new long one"})
    assert answer.status_code == 302
    bob.refresh_from_db()
    assert bob.check_password("a new long one")


def test_an_unknown_address_gets_the_same_page_and_no_way_in(
    client: Client, bob, mailoutbox
) -> None:  # type: ignore[no-untyped-def]
    known = client.post("/accounts/password/reset/", {"email": bob.email})
    unknown = client.post("/accounts/password/reset/", {"email": "nobody@acme.example"})
    assert (known.status_code, known["Location"]) == (unknown.status_code, unknown["Location"])
    assert "reset/key" not in mailoutbox[-1].body or len(mailoutbox) == 1


def test_a_second_factor_is_asked_for_and_its_secret_is_stored_encrypted(
    client: Client, bob
) -> None:  # type: ignore[no-untyped-def]
    from allauth.mfa.models import Authenticator
    from allauth.mfa.totp.internal.auth import (
        format_hotp_value,
        hotp_value,
        yield_hotp_counters_from_time,
    )

    def code(secret: str) -> str:
        return str(format_hotp_value(hotp_value(secret, next(yield_hotp_counters_from_time()))))

    sign_in = {"login": bob.email, "password": "correct horse battery"}
    client.post("/accounts/login/", sign_in)
    asked = client.get("/accounts/2fa/totp/activate/")
    assert asked["Location"].startswith("/accounts/reauthenticate/")
    client.post(asked["Location"], {"password": sign_in["password"]})
    assert client.get("/accounts/2fa/totp/activate/").status_code == 200
    secret = client.session["mfa.totp.secret"]
    assert client.post("/accounts/2fa/totp/activate/", {"code": code(secret)}).status_code == 302
    stored = Authenticator.objects.get(user=bob, type="totp").data["secret"]
    assert secret not in stored
    client.post("/accounts/logout/")
    cache.clear()
    answer = client.post("/accounts/login/", sign_in)
    assert answer["Location"].startswith("/accounts/2fa/authenticate/")
    assert client.get("/t/acme/people/").status_code == 302, "the password alone lets nobody in"
    client.post("/accounts/2fa/authenticate/", {"code": code(secret)})
    assert client.get("/t/acme/projects/").status_code == 200


def test_people_sign_up_by_invitation_only(client: Client, db: None) -> None:
    form = {
        "email": "x@acme.example",
        "password1": "a long one here",
        "password2": "a long one here",
    }
    client.post("/accounts/signup/", form)
    assert not User.objects.exists()


def test_nobody_takes_on_an_address_that_was_not_proved(client: Client, bob: User) -> None:
    from allauth.account.models import EmailAddress

    client.force_login(bob)
    client.post("/accounts/email/", {"action_add": "", "email": "boss@acme.example"})
    assert not EmailAddress.objects.filter(email="boss@acme.example").exists()


# --- The first screen of each role ----------------------------------------------------------------


def fill(tenant: Tenant) -> None:
    with tenant_scope(tenant.id):
        Customer.objects.create(key="C", name="C")


@pytest.mark.parametrize(
    ("roles", "first"),
    [
        (["project_manager"], "/t/acme/projects/"),
        (["service_manager"], "/t/acme/customers/"),
        (["team_member"], "/t/acme/week/"),
        (["product_manager"], "/t/acme/requests/"),
        (["admin"], "/t/acme/overview/"),
        (["admin", "service_manager"], "/t/acme/customers/"),
        (["admin", "project_manager"], "/t/acme/projects/"),
    ],
)
def test_each_role_has_its_first_screen(client, tenant, make_member, roles, first) -> None:  # type: ignore[no-untyped-def]
    fill(tenant)
    client.force_login(make_member(tenant, "x@acme.example", *roles).user)
    assert lands(client) == first
    assert client.get(first).status_code == 200


def test_an_executive_lands_on_a_page_that_opens(client: Client, tenant, make_member) -> None:  # type: ignore[no-untyped-def]
    fill(tenant)
    client.force_login(make_member(tenant, "x@acme.example", "executive").user)
    assert client.get(lands(client)).status_code == 200


def test_a_member_without_a_role_is_told(client: Client, tenant, bob: User) -> None:
    with tenant_scope(tenant.id):
        Membership.objects.filter(user=bob).update(roles=[])
    client.force_login(bob)
    assert b"no role here yet" in client.get("/t/acme/").content


# --- An empty tenant ------------------------------------------------------------------------------


def states(client: Client) -> list[str]:
    page = client.get("/t/acme/overview/").content.decode()
    return re.findall(r'class="step step-(\w+)"', page)


def test_a_second_factor_does_not_wait_for_a_proved_address(client: Client, bob: User) -> None:
    """Addresses are an invitation's or the operator's; some never had a letter to prove them by."""
    EmailAddress.objects.update_or_create(
        user=bob, email=bob.email, defaults={"verified": False, "primary": True}
    )
    password = "correct horse battery"
    client.post("/accounts/login/", {"login": bob.email, "password": password})
    asked = client.get("/accounts/2fa/totp/activate/")
    client.post(asked["Location"], {"password": password})
    page = client.get("/accounts/2fa/totp/activate/")
    assert page.status_code == 200
    client.post("/accounts/2fa/totp/activate/", {"code": "000000"})
    assert "totp.secret" in "".join(client.session.keys())


def test_an_empty_tenant_leads_to_its_first_night_in_three_steps(
    client, tenant, make_member
) -> None:  # type: ignore[no-untyped-def]
    client.force_login(make_member(tenant, "x@acme.example", "admin", "service_manager").user)
    assert lands(client) == "/t/acme/overview/"
    assert states(client) == ["now", "next", "next"]
    with tenant_scope(tenant.id):
        customer = Customer.objects.create(key="C", name="C")
    assert states(client) == ["done", "now", "next"]
    # The step leads to the form for its own kind of file.
    assert "/loads/new/?kind=contracts" in client.get("/t/acme/overview/").content.decode()
    with tenant_scope(tenant.id):
        Contract.objects.create(customer=customer, key="K")
    page = client.get("/t/acme/overview/").content.decode()
    assert "There: Contracts. Not yet: Payments, Usage." in page
    assert states(client) == ["done", "done", "now"]
    with tenant_scope(tenant.id):
        Night.objects.create(
            as_of="2026-01-31",
            state="done",
            digest="d",
            known_at="2026-02-01T00:00Z",
            finished_at="2026-02-01T00:00Z",
        )
    assert states(client) == []


def test_usage_alone_is_enough_for_the_second_step(client: Client, tenant, alice) -> None:  # type: ignore[no-untyped-def]
    client.force_login(alice)
    fill(tenant)
    with tenant_scope(tenant.id):
        # However it came: by a file or sent by a program.
        UsageEvent.objects.create(
            message_id="m",
            customer=Customer.objects.get(key="C"),
            person="ann",
            event="opened",
            occurred_at="2026-01-30T08:00Z",
            received_at="2026-01-30T08:00Z",
        )
    assert states(client) == ["done", "done", "now"]


# --- One's own account ----------------------------------------------------------------------------


def test_the_own_account_is_kept_and_spoken_at_once(client: Client, tenant, bob: User) -> None:
    client.force_login(bob)
    assert client.get("/profile/").status_code == 200
    answer = client.post(
        "/profile/",
        {"name": "Robert", "language": "zh-hans", "timezone": "Europe/Berlin", "theme": "dark"},
    )
    assert answer["Location"] == "/profile/"
    bob.refresh_from_db()
    assert (bob.name, bob.language, bob.timezone, bob.theme) == (
        "Robert",
        "zh-hans",
        "Europe/Berlin",
        "dark",
    )
    page = client.get("/profile/").content.decode()
    assert 'lang="zh-Hans"' in page
    assert 'data-theme="dark"' in page
    with tenant_scope(tenant.id):
        assert Colleague.objects.get(key=bob.email).name == "Robert"


@pytest.mark.parametrize(
    "wrong", [{"name": ""}, {"language": "tlh"}, {"timezone": "Mars"}, {"theme": "pink"}]
)
def test_a_wrong_account_is_told_and_not_kept(client: Client, bob: User, wrong: dict) -> None:
    client.force_login(bob)
    form = {"name": "Robert", "language": "", "timezone": "", "theme": "system", **wrong}
    assert b"errorlist" in client.post("/profile/", form).content
    bob.refresh_from_db()
    assert bob.name == "bob"


def test_with_several_tenants_people_choose(client, tenant, bob, make_tenant, make_member) -> None:  # type: ignore[no-untyped-def]
    make_member(make_tenant("beta", name="Beta Soft"), bob.email, "executive")
    client.force_login(bob)
    assert lands(client, "/") == "/tenants/"
    page = client.get("/tenants/").content.decode()
    assert 'href="/t/acme/"' in page
    assert 'href="/t/beta/"' in page
    assert "Beta Soft" in page


def test_without_a_tenant_people_are_told_what_to_do(client: Client, db: None) -> None:
    client.force_login(User.objects.create_user("x@acme.example", "x"))
    assert b"Open the link of your invitation" in client.get("/tenants/").content


def test_a_directory_entry_alone_opens_nothing(client: Client, tenant) -> None:  # type: ignore[no-untyped-def]
    user = User.objects.create_user("x@acme.example", "x")
    DirectoryEntry.objects.create(user=user, slug="acme", name="Acme")
    client.force_login(user)
    assert client.get("/t/acme/").status_code == 404


# --- The demo -------------------------------------------------------------------------------------


@pytest.fixture
def demo(make_member) -> Tenant:  # type: ignore[no-untyped-def]
    made = create_tenant(slug="demo", name="Demo", is_demo=True, by=None)
    make_member(made, "yue@demo.example", "service_manager")
    return made


def test_without_the_setting_nobody_signs_in_by_a_click(client: Client, demo: Tenant) -> None:
    assert client.post("/demo/sign-in/", {"email": "yue@demo.example"}).status_code == 404
    assert b"yue@demo.example" not in client.get("/accounts/login/").content


def test_the_demos_people_sign_in_by_a_click(client: Client, demo: Tenant, settings) -> None:  # type: ignore[no-untyped-def]
    settings.DEMO_SIGN_IN = True
    page = client.get("/accounts/login/").content.decode()
    assert 'value="yue@demo.example"' in page
    assert client.get("/demo/sign-in/").status_code == 405
    answer = client.post("/demo/sign-in/", {"email": "yue@demo.example"})
    assert answer["Location"] == "/"
    assert lands(client, "/") == "/t/demo/"


def test_nobody_else_does(client: Client, demo: Tenant, settings, bob, make_member) -> None:  # type: ignore[no-untyped-def]
    settings.DEMO_SIGN_IN = True
    make_member(demo, bob.email, "admin")  # works elsewhere too
    make_member(demo, "gone@demo.example", "executive")
    with tenant_scope(demo.id):
        Membership.objects.filter(user__email="gone@demo.example").update(is_active=False)
    for email in (bob.email, "gone@demo.example", "nobody@demo.example", ""):
        assert client.post("/demo/sign-in/", {"email": email}).status_code == 404
    assert "_auth_user_id" not in client.session


def test_who_was_invited_to_the_demo_is_not_offered(  # type: ignore[no-untyped-def]
    client: Client, demo: Tenant, settings, make_member
) -> None:
    settings.DEMO_SIGN_IN = True
    with tenant_scope(demo.id):
        invite(email="guest@elsewhere.example", roles=["executive"], by=None)
    make_member(demo, "guest@elsewhere.example", "executive")
    assert b"guest@elsewhere.example" not in client.get("/accounts/login/").content
    answer = client.post("/demo/sign-in/", {"email": "guest@elsewhere.example"})
    assert answer.status_code == 404


def test_a_click_leads_nowhere_else(client: Client, demo: Tenant, settings) -> None:  # type: ignore[no-untyped-def]
    settings.DEMO_SIGN_IN = True
    answer = client.post(
        "/demo/sign-in/", {"email": "yue@demo.example", "next": "https://evil.example/"}
    )
    assert answer["Location"] == "/"
