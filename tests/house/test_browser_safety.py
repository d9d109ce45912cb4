"""What browsers are told, and what no template may hold."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client

TEMPLATES = sorted(Path(settings.BASE_DIR, "templates").rglob("*.html"))
INLINE = {
    "a script without src": re.compile(r"<script(?![^>]*\bsrc=)[^>]*>", re.I),
    "a style block": re.compile(r"<style\b", re.I),
    "a style attribute": re.compile(r"<[^>]*\sstyle\s*=", re.I),
    "an event handler": re.compile(r"<[^>]*\son[a-z]+\s*=", re.I),
    "a javascript: address": re.compile(r"(href|action|src)\s*=\s*[\"']?\s*javascript:", re.I),
    "an address of another host": re.compile(
        r"<(?:script|link|img|iframe|form)\b[^>]*(?:src|href|action)\s*=\s*[\"']?(?:https?:)?//",
        re.I,
    ),
    "an evaluated htmx attribute": re.compile(r"hx-(?:on\b|vals\s*=\s*[\"']js:)", re.I),
}


@pytest.mark.parametrize(
    "path", TEMPLATES, ids=lambda path: str(path.relative_to(settings.BASE_DIR / "templates"))
)
def test_templates_hold_no_inline_scripts_or_styles(path: Path) -> None:
    # What Django writes between its own tags may hold anything; what is left is HTML.
    text = re.sub(r"{%.*?%}|{{.*?}}|{#.*?#}", "", path.read_text("utf-8"), flags=re.S)
    found = [what for what, pattern in INLINE.items() if pattern.search(text)]
    assert not found


def test_the_patterns_would_find_what_they_look_for() -> None:
    for what, text in {
        "a script without src": "<script type=module>",
        "a style block": "<style>",
        "a style attribute": '<p class="x" style="color:red">',
        "an event handler": '<a href="#" onclick="x()">',
        "a javascript: address": '<a href="javascript:x()">',
        "an address of another host": '<script src="https://cdn.example/x.js">',
        "an evaluated htmx attribute": '<a hx-on:click="x()">',
    }.items():
        assert INLINE[what].search(text), what
    assert not INLINE["a script without src"].search('<script type="module" src="/x.js"></script>')


@pytest.mark.parametrize("path", ["/accounts/login/", "/healthz", "/nowhere/", "/t/nowhere/"])
def test_every_answer_has_the_headers(client: Client, db: None, path: str) -> None:
    answer = client.get(path)
    policy = {
        directive.split()[0]: directive.split()[1:]
        for directive in answer["Content-Security-Policy"].split("; ")
    }
    for directive in ("default-src", "script-src", "style-src"):
        assert policy[directive] == ["'self'"]
    assert policy["object-src"] == policy["base-uri"] == policy["frame-ancestors"] == ["'none'"]
    assert policy["form-action"] == ["'self'"]
    assert "unsafe" not in answer["Content-Security-Policy"]
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["X-Frame-Options"] == "DENY"
    assert answer["Referrer-Policy"] == "same-origin"
    assert answer["Cross-Origin-Opener-Policy"] == "same-origin"
    assert answer["Cross-Origin-Resource-Policy"] == "same-origin"
    assert "no-store" in answer["Cache-Control"]
    assert "camera=()" in answer["Permissions-Policy"]


def test_a_page_inside_a_tenant_has_them_too(client: Client, alice, tenant) -> None:  # type: ignore[no-untyped-def]
    client.force_login(alice)
    answer = client.get("/t/acme/people/")
    assert answer.status_code == 200
    assert "unsafe" not in answer["Content-Security-Policy"]
    assert "no-store" in answer["Cache-Control"]


def test_cookies_are_kept_from_scripts_and_other_sites(client: Client, alice) -> None:  # type: ignore[no-untyped-def]
    answer = client.post(
        "/accounts/login/", {"login": alice.email, "password": "correct horse battery"}
    )
    session = answer.cookies["sessionid"]
    assert session["httponly"]
    assert session["samesite"] == "Lax"
