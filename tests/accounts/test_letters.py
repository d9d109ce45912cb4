"""Every letter that signing in can send is ours: in the reader's language, and from Tenure."""

from __future__ import annotations

import re
from pathlib import Path

import allauth
import pytest
from allauth.account.adapter import get_adapter
from allauth.core import context
from django.conf import settings
from django.core import mail
from django.core.cache import cache
from django.core.mail.backends.locmem import EmailBackend
from django.http import HttpRequest
from django.template.loader import get_template
from django.test import Client, RequestFactory
from django.utils import timezone

from accounts.models import User

THEIRS = Path(allauth.__file__).parent / "templates"
LETTERS = sorted(
    str(path.relative_to(THEIRS)).removesuffix("_subject.txt")
    for app in ("account", "mfa")
    for path in (THEIRS / app / "email").glob("*_subject.txt")
)
GIVEN = {
    "code": "ABC123",
    "activate_url": "https://link.example/1",
    "password_reset_url": "https://link.example/2",
    "from_email": "old@acme.example",
    "to_email": "new@acme.example",
    "deleted_email": "old@acme.example",
    "timestamp": timezone.now(),
    "ip": "192.0.2.7",
    "user_agent": "Browser & Co",
}
CHINESE = re.compile("[\u4e00-\u9fff]")


@pytest.fixture(autouse=True)
def fresh_cache() -> None:
    cache.clear()


@pytest.fixture
def request_of_somebody(rf: RequestFactory) -> HttpRequest:
    return rf.get("/accounts/password/reset/", headers={"host": "localhost"})


def letter(request: HttpRequest, name: str, email: str) -> mail.EmailMessage:
    with context.request_context(request):
        get_adapter().send_mail(name, email, dict(GIVEN))
    return mail.outbox[-1]


def test_there_are_letters() -> None:
    assert len(LETTERS) > 15


@pytest.mark.parametrize("name", LETTERS)
def test_a_letter_is_ours_in_both_languages(
    name: str, request_of_somebody: HttpRequest, db: None
) -> None:
    for part in ("subject", "message"):
        origin = get_template(f"{name}_{part}.txt").origin.name  # type: ignore[attr-defined]
        assert Path(origin).is_relative_to(settings.BASE_DIR / "templates"), origin
    User.objects.create_user("li@acme.example", name="Li & Wang", language="zh-hans")
    User.objects.create_user("ann@acme.example", name="Ann O'Hara", language="en")
    english = letter(request_of_somebody, name, "ann@acme.example")
    chinese = letter(request_of_somebody, name, "li@acme.example")
    for sent in (english, chinese):
        assert "Tenure" in sent.subject
        assert sent.body.endswith("Tenure")
        assert "localhost" not in sent.subject + sent.body
        assert "&amp;" not in sent.body
    assert not CHINESE.search(english.subject + english.body)
    assert "Hello Ann O'Hara," in english.body
    assert CHINESE.search(chinese.subject)
    assert "Li & Wang" in chinese.body
    sentences = [line for line in chinese.body.splitlines() if re.search("[a-z]{3} [a-z]{3}", line)]
    assert not sentences


def test_a_stranger_is_answered_in_the_language_of_the_page(db: None) -> None:
    client = Client(headers={"accept-language": "zh-hans"})
    client.post("/accounts/password/reset/", {"email": "nobody@acme.example"})
    assert CHINESE.search(mail.outbox[0].subject)
    assert "nobody@acme.example" in mail.outbox[0].body


def test_the_reset_letter_leads_to_a_new_password(bob: User) -> None:
    Client().post("/accounts/password/reset/", {"email": bob.email.upper()})
    found = re.search(r"http\S+", mail.outbox[0].body)
    assert found
    client = Client()
    form = client.get(re.sub(r"^https?://[^/]+", "", found[0]), follow=True)
    words = "quite another long one"
    client.post(form.request["PATH_INFO"], {"password1": words, "password2": words})
    bob.refresh_from_db()
    assert bob.check_password(words)
    assert mail.outbox[-1].subject == "Your password on Tenure was reset"
    assert mail.outbox[-1].to == [bob.email]


def test_a_mail_server_that_is_down_breaks_no_page(
    bob: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(self: EmailBackend, messages: object) -> int:
        raise ConnectionRefusedError

    monkeypatch.setattr(EmailBackend, "send_messages", refuse)
    known = Client().post("/accounts/password/reset/", {"email": bob.email})
    unknown = Client().post("/accounts/password/reset/", {"email": "nobody@acme.example"})
    assert known.status_code == unknown.status_code == 302
