"""Theme, language, hints, error pages: the small things around every screen."""

from __future__ import annotations

import pytest
from django.conf import settings
from django.test import Client, override_settings

pytestmark = pytest.mark.django_db


def signed_in(make_member, tenant):  # type: ignore[no-untyped-def]
    member = make_member(tenant, "alice@acme.example", "admin")
    client = Client()
    client.force_login(member.user)
    return client, member.user


def test_a_strangers_theme_is_kept_in_a_cookie() -> None:
    client = Client()
    answer = client.post("/appearance/theme/", {"theme": "dark", "next": "/accounts/login/"})
    assert (answer.status_code, answer["Location"]) == (302, "/accounts/login/")
    assert 'data-theme="dark"' in client.get("/accounts/login/").content.decode()


def test_a_persons_theme_comes_with_the_person(make_member, tenant) -> None:  # type: ignore[no-untyped-def]
    client, user = signed_in(make_member, tenant)
    client.post("/appearance/theme/", {"theme": "light"})
    user.refresh_from_db()
    assert user.theme == "light"
    elsewhere = Client()
    elsewhere.force_login(user)
    assert 'data-theme="light"' in elsewhere.get("/components/").content.decode()


def test_a_persons_language_comes_with_the_person(make_member, tenant) -> None:  # type: ignore[no-untyped-def]
    client, user = signed_in(make_member, tenant)
    client.post("/appearance/language/", {"language": "zh-hans"})
    user.refresh_from_db()
    assert user.language == "zh-hans"
    assert '<html lang="zh-Hans"' in client.get("/components/").content.decode()


def test_a_strangers_language_is_kept_in_a_cookie() -> None:
    client = Client()
    client.post("/appearance/language/", {"language": "zh-hans"})
    assert '<html lang="zh-Hans"' in client.get("/accounts/login/").content.decode()


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/appearance/theme/", {"theme": "neon"}),
        ("/appearance/theme/", {}),
        ("/appearance/language/", {"language": "fr"}),
        ("/hints/dismissed/", {"key": "../../x"}),
        ("/hints/dismissed/", {}),
    ],
)
def test_nonsense_is_refused_and_nothing_is_kept(path: str, body: dict[str, str]) -> None:
    client = Client()
    assert client.post(path, body).status_code == 400
    assert not client.cookies


@pytest.mark.parametrize(
    "path", ["/appearance/theme/", "/appearance/language/", "/hints/dismissed/"]
)
def test_switches_only_take_posts(path: str) -> None:
    assert Client().get(path).status_code == 405


@pytest.mark.parametrize("wanted", ["https://evil.example/", "//evil.example", "javascript:x", ""])
def test_a_switch_never_leads_to_another_site(wanted: str) -> None:
    answer = Client().post("/appearance/theme/", {"theme": "dark", "next": wanted})
    assert answer["Location"] == "/"


def test_a_hint_is_put_away_for_the_person(make_member, tenant) -> None:  # type: ignore[no-untyped-def]
    client, user = signed_in(make_member, tenant)
    answer = client.post("/hints/dismissed/", {"key": "tiers"}, headers={"HX-Request": "true"})
    assert (answer.status_code, answer.content) == (200, b"")
    client.post("/hints/dismissed/", {"key": "moves"})
    user.refresh_from_db()
    assert set(user.dismissed_hints) == {"tiers", "moves"}


def test_the_switches_stay_outside_the_tenant(make_member, tenant) -> None:  # type: ignore[no-untyped-def]
    """A page inside /t/<slug>/ posts to addresses that exist."""
    from django.template import Context, Template
    from django.test import RequestFactory
    from django.urls import set_script_prefix

    request = RequestFactory().get("/t/acme/customers/")
    request.tenant = tenant  # type: ignore[attr-defined]
    set_script_prefix("/t/acme/")
    try:
        html = Template(
            '{% platform_url "set_theme" %} {% platform_url "none" %}|{% root_url %}'
        ).render(Context({"request": request}))
    finally:
        set_script_prefix("/")
    assert html == "/appearance/theme/ |/t/acme/"


def test_the_components_page_is_for_development_only() -> None:
    client = Client()
    assert client.get("/components/").status_code == 200
    with override_settings(COMPONENTS_PAGE=False):
        assert client.get("/components/").status_code == 404


def test_error_pages_say_what_to_do() -> None:
    missing = Client().get("/nowhere/")
    assert missing.status_code == 404
    assert "There is nothing here for you" in missing.content.decode()
    strict = Client(enforce_csrf_checks=True)
    stale = strict.post("/appearance/theme/", {"theme": "dark"})
    assert stale.status_code == 403
    assert "nothing was saved" in stale.content.decode()


def test_the_error_page_of_last_resort_asks_nothing_of_the_database(
    django_assert_num_queries,  # type: ignore[no-untyped-def]
) -> None:
    from django.test import RequestFactory

    from ui.views import server_error

    with django_assert_num_queries(0):
        answer = server_error(RequestFactory().get("/"))
    assert answer.status_code == 500
    assert "not saved" in answer.content.decode()


@pytest.mark.parametrize(
    "path",
    ["/accounts/login/", "/accounts/password/reset/", "/accounts/password/reset/done/",
     "/accounts/signup/", "/accounts/inactive/", "/accounts/logout/",
     "/accounts/password/reset/key/x-y/"],
)  # fmt: skip
def test_pages_before_signing_in_have_our_frame(path: str) -> None:
    answer = Client().get(path, follow=True)
    assert answer.status_code == 200
    html = answer.content.decode()
    assert 'class="entrance"' in html
    assert "css/tenure.css" in html


@pytest.mark.parametrize(
    "path", ["/accounts/password/change/", "/accounts/2fa/", "/accounts/reauthenticate/"]
)
def test_pages_of_the_own_account_have_our_frame(path: str, make_member, tenant) -> None:  # type: ignore[no-untyped-def]
    client, _user = signed_in(make_member, tenant)
    answer = client.get(path, follow=True)
    assert answer.status_code == 200
    assert "css/tenure.css" in answer.content.decode()


def test_a_form_field_links_label_help_and_errors() -> None:
    html = Client().post("/accounts/login/", {"login": "nobody", "password": ""}).content.decode()
    assert 'aria-invalid="true"' in html
    assert 'class="errorlist"' in html
    assert settings.FORM_RENDERER == "ui.forms.FormRenderer"
