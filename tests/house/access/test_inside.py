"""Every URL inside a tenant is tried as nobody, as an outsider, as each role, and with another
tenant's objects.

The tests walk the resolvers. A new URL needs an ability on its view
(``accounts.permissions.require``) and, where it takes arguments, a line in the ``OBJECTS`` of a
module of ``access_worlds``. One test asks many URLs and names all that are wrong.
"""

from __future__ import annotations

import pytest
from access_worlds.asking import Faults, client_of, each_anew
from access_worlds.objects import OBJECTS
from access_worlds.urls import (
    FOR_EVERY_MEMBER,
    INSIDE,
    NOUNS,
    SAME_EVERYWHERE,
    Url,
    ability_of,
    path_of,
)
from access_worlds.world import World, Worlds

from accounts.models import Role
from accounts.permissions import ALLOWED

FOUND = {200, 302, 405}


def test_the_walk_finds_what_is_there() -> None:
    assert {"landing", "customer", "people", "projects"} <= {url.name for url in INSIDE}
    assert sum(map(len, NOUNS.values())) == len(INSIDE)


@pytest.mark.parametrize("noun", NOUNS)
def test_a_url_has_its_rule(noun: str) -> None:
    for url in NOUNS[noun]:
        assert (url.name in FOR_EVERY_MEMBER) != (ability_of(url) in ALLOWED), (
            f"{url.path}: put @require(…) on its view"
        )
        assert bool(url.arguments) == (url.name in OBJECTS), (
            f"{url.path}: say in OBJECTS which object it takes"
        )


def test_nobody_is_sent_to_sign_in(world: World) -> None:
    faults = Faults()
    for url in each_anew(INSIDE):
        path = path_of(url, world, "acme")
        for answer in (client_of().get(path), client_of().post(path)):
            if faults.expect(answer, {302}, url, "nobody"):
                assert answer["Location"].startswith("/accounts/login/?next=/t/acme/"), url
    faults.none()


def test_an_outsider_finds_nothing(world: World, worlds: Worlds) -> None:
    faults = Faults()
    for url in each_anew(INSIDE):
        client, path = client_of(worlds.outsider), path_of(url, world, "acme")
        faults.expect(client.get(path), {404}, url, "an outsider")
        faults.expect(client.post(path), {404}, url, "an outsider")
    faults.none()


def may_see(role: str, url: Url) -> bool:
    return url.name in FOR_EVERY_MEMBER or role in ALLOWED[ability_of(url)]


@pytest.mark.parametrize("noun", NOUNS)
def test_each_role_finds_what_it_is_allowed(noun: str, world: World, worlds: Worlds) -> None:
    faults = Faults()
    for url in each_anew(NOUNS[noun]):
        path = path_of(url, world, "acme")
        for role in Role.values:
            client = client_of(worlds.sessions[role])
            if may_see(role, url):
                faults.expect(client.get(path), FOUND, url, role)
            else:
                faults.expect(client.get(path), {404}, url, role)
                faults.expect(client.post(path), {404}, url, role)
    faults.none()


def test_another_tenants_objects_are_not_there(
    world: World, elsewhere: World, worlds: Worlds
) -> None:
    """404, never 403: a stranger does not learn that something exists."""
    faults = Faults()
    urls = [url for url in INSIDE if url.arguments and url.name not in SAME_EVERYWHERE]
    for url in each_anew(urls):
        client, path = client_of(worlds.sessions["admin"]), path_of(url, elsewhere, "acme")
        answers = [client.get(path), client.post(path)]
        right = [faults.expect(answer, {404, 405}, url, "another's") for answer in answers]
        if all(right) and 404 not in {answer.status_code for answer in answers}:
            faults.expect(answers[0], {404}, url, "another's")
    faults.none()
