"""A real browser on a real server. Playwright drives the Chromium that the machine has.

``CHROMIUM`` names its program; else the usual names are looked for. Without one these tests are
skipped and say so. A page that logs an error, breaks the content security policy or asks another
host for anything fails its test.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, ConsoleMessage, Page, Route, sync_playwright

HERE = Path(__file__).parent
NAMES = (
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

    def sign_in(self, email: str, password: str = "correct horse battery") -> Page:  # noqa: S107
        """As the person whom ``make_member`` made."""
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

        def only_ours(route: Route) -> None:
            if urlsplit(route.request.url).netloc == host:
                route.continue_()
            else:
                opened.problems.append(f"asked another host: {route.request.url}")
                route.abort()

        def heard(message: ConsoleMessage) -> None:
            if message.type in {"error", "warning"}:
                opened.problems.append(f"console {message.type}: {message.text}")

        context.route(lambda url: url.startswith("http"), only_ours)
        opened.page.on("console", heard)
        opened.page.on("pageerror", lambda error: opened.problems.append(f"error: {error}"))
        visits.append(opened)
        return opened

    yield start
    for opened in visits:
        opened.page.context.close()
    problems = [problem for opened in visits for problem in opened.unexpected()]
    assert not problems, "\n".join(problems)


@pytest.fixture(scope="session")
def accessible() -> Callable[..., None]:
    """Fails when axe finds anything on the page as it is now: ``accessible(page)``.

    ``without`` names rules that do not apply to that page.
    """
    axe = Axe()

    def check(page: Page, without: Iterable[str] = ()) -> None:
        # Preloading would ask for our @import-ed sheets at addresses relative to the page.
        results = axe.run(page, options={"preload": False})
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
