"""A real browser on a real server. Playwright drives the Chromium that the machine has.

``CHROMIUM`` names its program; else the usual names are looked for, first the one that draws no
windows, which takes a quarter of the time. Without one these tests are skipped and say so. A page
that logs an error, breaks the content security policy or asks another host for anything fails its
test.
"""

from __future__ import annotations

import os
import shutil
import threading
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from django.contrib.staticfiles.handlers import StaticFilesHandler
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.test import Client
from playwright.sync_api import Browser, ConsoleMessage, Page, Request, sync_playwright
from pytest_django.live_server_helper import LiveServer

from accounts.models import User

HERE = Path(__file__).parent
LONGEST_REQUEST_SECONDS = 60
NAMES = (
    "chromium-headless-shell",
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
)
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    # No other machine is found, so that none is asked.
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost",
]


def find_chromium() -> str | None:
    """The program of a Chromium or Chrome on this machine."""
    wanted = os.environ.get("CHROMIUM")
    return next((path for name in ([wanted] if wanted else NAMES) if (path := shutil.which(name))),
                None)  # fmt: skip


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.browser)


@pytest.fixture(autouse=True)
def no_tries_yet() -> None:
    """All browsers of a run have one address: what one test opened counts against no other."""
    cache.clear()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    program = find_chromium()
    if program is None:
        pytest.skip(
            "BROWSER TESTS DID NOT RUN: no Chromium or Chrome was found. Install one, or set"
            " CHROMIUM to its program."
        )
    before = os.environ.get("DJANGO_ALLOW_ASYNC_UNSAFE")
    # Playwright keeps an event loop in the thread of the tests, and they use the database there.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=program, args=FLAGS)
        yield started
        started.close()
    if before is None:
        del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


class KeptStaticFiles(StaticFilesHandler):
    """Static files do not change meanwhile: each is found once, and asked for once by a window."""

    kept: ClassVar[dict[str, tuple[bytes, str]]] = {}

    def serve(self, request: HttpRequest) -> HttpResponse:
        if request.path not in self.kept:
            found = super().serve(request)
            self.kept[request.path] = (found.getvalue(), found["Content-Type"])
            found.close()
        content, kind = self.kept[request.path]
        return HttpResponse(content, content_type=kind, headers={"Cache-Control": "max-age=3600"})


@pytest.fixture(scope="session")
def live_server(django_db_setup: None) -> Iterator[LiveServer]:
    """One server for all of these tests. pytest-django would begin it before the database is made,
    and so stop it only after the database was dropped."""
    server = LiveServer("localhost", start=False)
    server.thread.static_handler = KeptStaticFiles
    server.start()
    yield server
    server.stop()


@dataclass
class Visit:
    """An open page and what went wrong on it; ``expected`` silences what a test provokes."""

    page: Page
    server: str
    problems: list[str] = field(default_factory=list)
    expected: list[str] = field(default_factory=list)

    def go(self, path: str) -> Page:
        self.page.goto(self.server + path)
        return self.page

    def sign_in(self, email: str) -> Page:
        """As the person whom ``make_member`` made, without the pages of signing in."""
        client = Client()
        client.force_login(User.objects.get(email=email))
        cookie = client.cookies[settings.SESSION_COOKIE_NAME]
        self.page.context.add_cookies(
            [{"name": cookie.key, "value": cookie.value, "url": self.server}]
        )
        return self.page

    def sign_in_by_form(self, email: str, password: str = "correct horse battery") -> Page:  # noqa: S107
        """As people do; ends on the page that it leads to."""
        self.go("/accounts/login/")
        self.page.locator("input[name=login]").fill(email)
        self.page.locator("input[name=password]").fill(password)
        self.page.locator("main button[type=submit]").click()
        self.page.wait_for_url(lambda url: "/accounts/login/" not in url)
        return self.page

    def unexpected(self) -> list[str]:
        return [
            problem
            for problem in self.problems
            if not any(expected in problem for expected in self.expected)
        ]


Open = Callable[..., Visit]


@pytest.fixture
def visit(browser: Browser, live_server) -> Iterator[Open]:  # type: ignore[no-untyped-def]
    """Opens a browser window of its own: ``visit(theme="dark", width=390, language="zh-CN")``."""
    host = urlsplit(live_server.url).netloc
    visits: list[Visit] = []

    def start(
        *,
        theme: str = "light",
        width: int = 1440,
        height: int = 900,
        language: str = "en",
        scripts: bool = True,
    ) -> Visit:
        context = browser.new_context(
            viewport={"width": width, "height": height},
            color_scheme="dark" if theme == "dark" else "light",
            locale=language,
            java_script_enabled=scripts,
            reduced_motion="reduce",
        )
        context.set_default_timeout(15_000)
        opened = Visit(context.new_page(), live_server.url)

        def failed(request: Request) -> None:
            asked = urlsplit(request.url)
            if asked.scheme.startswith("http") and asked.netloc != host:
                opened.problems.append(f"asked another host: {request.url}")

        def heard(message: ConsoleMessage) -> None:
            if message.type in {"error", "warning"}:
                opened.problems.append(f"console {message.type}: {message.text}")

        context.on("requestfailed", failed)
        opened.page.on("console", heard)
        opened.page.on("pageerror", lambda error: opened.problems.append(f"error: {error}"))
        visits.append(opened)
        return opened

    yield start
    for opened in visits:
        opened.page.context.close()
    _wait_for_requests()
    problems = [problem for opened in visits for problem in opened.unexpected()]
    assert not problems, "\n".join(problems)


def _wait_for_requests() -> None:
    """What a page has asked for at last may still be answered, and would write into the next test's
    database, or keep the last one's from being dropped."""
    for thread in threading.enumerate():
        if "process_request_thread" in thread.name:
            thread.join(LONGEST_REQUEST_SECONDS)
            assert not thread.is_alive(), "a request of this test never ended"


@pytest.fixture(scope="session")
def accessible() -> Callable[..., None]:
    """Fails when axe finds anything on the page as it is now: ``accessible(page)``.

    ``without`` names rules that do not apply to that page.
    """
    axe = Axe()

    def check(page: Page, without: Iterable[str] = ()) -> None:
        # Preloading would ask for our @import-ed sheets at addresses relative to the page; all but
        # violations would be described node by node, and read by nobody.
        results = axe.run(page, options={"preload": False, "resultTypes": ["violations"]})
        lines = [
            f"{violation['id']} ({violation['impact']}): {violation['help']}\n"
            + "\n".join(
                f"    {node['target']}: {node['failureSummary']}" for node in violation["nodes"][:3]
            )
            for violation in results.response["violations"]
            if violation["id"] not in set(without)
        ]
        assert not lines, f"axe on {page.url}:\n" + "\n".join(lines)

    return check
