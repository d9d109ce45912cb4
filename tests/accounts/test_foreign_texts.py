"""Texts of Django and allauth that people meet here read like ours in Chinese."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import allauth
import django
import pytest
from babel.messages.extract import extract_python
from django.test import Client
from django.utils import translation

from accounts.models import User
from config.translations import KEYWORDS

MET = [
    *(Path(django.__file__).parent / "forms").rglob("*.py"),
    Path(django.__file__).parent / "core/validators.py",
    *(Path(django.__file__).parent / "contrib/auth").glob("password_validation.py"),
    *(Path(allauth.__file__).parent / "account").glob("[!a]*.py"),
    Path(allauth.__file__).parent / "account/adapter.py",
    *(Path(allauth.__file__).parent / "mfa").rglob("*.py"),
]
# 你 for 您; words that ours name otherwise.
NOT_OURS = re.compile("你|认证器|Email|错误代码|^代码$")
WORDS = re.compile("[A-Za-z]{3,} [a-z]{2,}")


def texts() -> Iterator[tuple[str, str]]:
    """(English, Chinese)."""
    for path in MET:
        with path.open("rb") as source:
            for _, function, given, _ in extract_python(source, list(KEYWORDS), [], {}):
                parts = given if isinstance(given, tuple) else (given,)
                if function.startswith("n") and len(parts) > 1 and isinstance(parts[1], str):
                    yield parts[0], translation.ngettext(parts[0], parts[1], 10)
                elif isinstance(parts[0], str) and not function.startswith(("p", "n")):
                    yield parts[0], translation.gettext(parts[0])


def test_what_people_meet_is_chinese_and_polite() -> None:
    with translation.override("zh-hans"):
        found = dict(texts())
    assert len(found) > 100
    wrong = {
        english: chinese
        for english, chinese in found.items()
        if NOT_OURS.search(chinese) or (chinese == english and WORDS.search(english))
    }
    assert not wrong


@pytest.mark.parametrize(
    ("password", "said"),
    [("short", "至少需要 10 个字符"), ("1234567890", "不能|只包含数字"), ("password123", "常见")],
)
def test_a_refused_password_says_why_in_chinese(bob: User, password: str, said: str) -> None:
    User.objects.filter(pk=bob.pk).update(language="zh-hans")
    client = Client()
    client.force_login(bob)
    page = client.post(
        "/accounts/password/change/",
        {"oldpassword": "correct horse battery", "password1": password, "password2": password},
    ).content.decode()
    assert re.search(said, page)
    assert "你" not in page
    assert "This password" not in page
