"""What is asked for in the query string never breaks a page, and what is no text is refused."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pytest
from access_worlds.asking import Faults, client_of, each_anew
from access_worlds.urls import NOUNS, path_of
from access_worlds.world import World, Worlds
from django.forms.forms import BaseForm
from django.http import QueryDict
from django.test import Client
from django.utils.datastructures import MultiValueDict

from accounts.models import Tenant, User

# Parameters that tables read from the whole query string; given to every page.
TABLE_PARAMETERS = {"page", "sort"}
# Not what no database can hold, not what is far too long, not a number beyond all.
VALUES = ("x" * 10_000, "9" * 30, "-1", "＊", "\ufffe\x01", "2026-02-30", "[")
NOT_BROKEN = range(200, 500)


@dataclass
class Watch:
    """What one answer came of: the names of the parameters that were looked for, and whether a form
    refused any."""

    names: set[str] = field(default_factory=set)
    refused: bool = False

    def begin(self) -> None:
        self.names.clear()
        self.refused = False


@pytest.fixture
def watch(monkeypatch: pytest.MonkeyPatch) -> Watch:
    """Sees what views do."""
    seen = Watch()

    def spy(method: str) -> None:
        real = getattr(MultiValueDict, method)

        def spied(self: MultiValueDict, key: str, *rest: Any) -> Any:
            if isinstance(self, QueryDict):
                seen.names.add(key)
            return real(self, key, *rest)

        monkeypatch.setattr(MultiValueDict, method, spied)

    for method in ("get", "getlist", "__getitem__"):
        spy(method)
    clean = BaseForm.full_clean

    def cleaned(self: BaseForm) -> None:
        clean(self)
        seen.refused = seen.refused or (self.is_bound and bool(self.errors))

    monkeypatch.setattr(BaseForm, "full_clean", cleaned)
    return seen


@pytest.mark.parametrize("noun", NOUNS)
def test_no_parameter_breaks_a_page(noun: str, world: World, worlds: Worlds, watch: Watch) -> None:
    """Every parameter has every value. All of a page have it at once; where one of them may have
    hidden what another does (a form refused it, the answer is another, not all were looked for),
    each has it alone, and those that hid something stay alone with the values that follow."""

    def hides(answer: Any, plain: Any) -> bool:
        return watch.refused or not answer.status_code == plain.status_code < 500

    faults = Faults()
    for url in each_anew(NOUNS[noun]):
        client, path = client_of(worlds.sessions["admin"]), path_of(url, world, "acme")
        watch.begin()
        plain = client.get(path, {"q": "x"})
        if plain.status_code == 405:
            continue
        faults.expect(plain, NOT_BROKEN, url, "q=x")
        read = set(watch.names)
        faults.expect(client.get(path, {"q": "\0"}), {400}, url, r"q=\0")
        faults.expect(client.get(f"{path}?%00=1"), {400}, url, r"\0=1")
        names = read | TABLE_PARAMETERS
        # Those that have hidden others: they have every further value alone from the beginning.
        hiding: set[str] = set()
        for value in VALUES:
            alone, together = set(hiding), names - hiding
            watch.begin()
            answer = client.get(path, dict.fromkeys(sorted(together), value))
            if hides(answer, plain) or not read - hiding <= watch.names:
                alone |= together
            for name in sorted(alone):
                watch.begin()
                answer = client.get(path, {name: value})
                faults.expect(answer, NOT_BROKEN, url, f"{name}={value[:20]}")
                if hides(answer, plain) or not read <= watch.names:
                    hiding.add(name)
    faults.none()


@pytest.mark.parametrize("path", ["/t/ac%00me/customers/", "/t/acme/%00/", "/%00", "/accounts/%00"])
def test_a_path_that_is_not_text_is_refused(path: str, bob: User) -> None:
    client = Client()
    client.force_login(bob)
    answer = client.get(path)
    assert answer.status_code == 400
    assert b"Tenure" in answer.content


def test_a_form_that_is_not_text_is_refused(alice: User) -> None:
    client = Client()
    client.force_login(alice)
    assert client.post("/t/acme/people/teams/", {"name": "a\0b"}).status_code == 400
    assert Client().post("/accounts/login/", {"login": "a\0b"}).status_code == 400


def test_a_cookie_that_is_not_text_counts_as_none(tenant: Tenant) -> None:
    client = Client()
    client.cookies["sessionid"] = "a\0bcdefghij"
    assert client.get("/t/acme/people/").status_code == 302
