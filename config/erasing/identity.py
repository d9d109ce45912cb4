"""Who a person is in a tenant: their rows, and the words that tell them."""

from __future__ import annotations

import re
import secrets
import string
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from accounts.models import Colleague, Contact, Invitation, Membership, RowVersion, User

NAME = "Erased person"
DOMAIN = "erased.invalid"
_CHINESE = re.compile(r"[㐀-鿿]")
# Shorter ones are numbers of other things, too.
_PHONE_DIGITS = 7


@dataclass
class Identity:
    """``words``: what tells the person in running text → what stands there instead. ``keys``: the
    tenant's own keys of them, which tell them only where a key or a person stands."""

    contacts: list[int] = field(default_factory=list)
    colleagues: list[int] = field(default_factory=list)
    membership: Membership | None = None
    words: dict[str, str] = field(default_factory=dict)
    names: set[str] = field(default_factory=set)
    shared_names: set[str] = field(default_factory=set)
    keys: dict[str, str] = field(default_factory=dict)
    # At which customer (id) they have which key: another person elsewhere may have the same.
    places: set[tuple[int, str]] = field(default_factory=set)

    @property
    def mark(self) -> str:
        """What the person is called from now on where a word has to tell them from others."""
        return self.addresses[0].partition("@")[0]

    @property
    def addresses(self) -> list[str]:
        """The pseudonyms of their addresses."""
        return [new for new in self.words.values() if new.endswith(DOMAIN)]

    def key_now(self, key: str) -> str:
        return self.keys.get(key) or self.words.get(key.lower(), key)

    def address_now(self, email: str) -> str:
        return self.words.get(email.strip().lower(), email)

    @property
    def user(self) -> User | None:
        return self.membership.user if self.membership else None


def find_person(email: str) -> Identity:
    """By address, in the open scope: contacts, now and as they were, a member, who was invited, and
    who is only named. What they were called before belongs to them as well."""
    found = Identity()
    found.contacts = _contacts(email)
    named = Colleague.objects.filter(key=email)
    found.colleagues = list(named.values_list("pk", flat=True))
    emails: set[str] = {email}
    keys: set[str] = set()
    phones: set[str] = set()
    for told in _as_they_were(found.contacts):
        emails.add(told["email"].strip().lower())
        keys.add(told["key"])
        found.places.add((told["customer_id"], told["key"]))
        phones.add(told["phone"].strip())
        found.names.add(told["name"].strip())
    found.membership = Membership.objects.select_related("user").filter(user__email=email).first()
    if found.user:
        found.names.add(found.user.name.strip())
    found.names.update(named.values_list("name", flat=True))
    found.names.update(
        Invitation.objects.filter(email__iexact=email).values_list("name", flat=True)
    )
    # A name that is an address already goes with the addresses.
    found.names = {name for name in found.names - {"", NAME} if name.lower() not in emails}
    found.shared_names = {name for name in found.names if _is_anothers(name, found, emails)}
    for address in sorted(emails - {""}):
        found.words[address] = f"{_mark()}@{DOMAIN}"
    for phone in sorted(phones):
        if len(re.sub(r"\D", "", phone)) >= _PHONE_DIGITS:
            found.words[phone] = "—"
    found.keys = {key: _mark() for key in sorted(keys - {""}) if key.lower() not in emails}
    return found


def in_texts(names: Iterable[str]) -> set[str]:
    """The names that tell one person in running text: of several words, or Chinese ones. A single
    word such as Mark or Will is one of the language, too."""
    return {
        name for name in names if len(name) > 1 and (_CHINESE.search(name) or len(name.split()) > 1)
    }


def pseudonyms(persons: Iterable[str], replaced: Callable[[str], str]) -> dict[str, str]:
    """Every spelling by which usage names a person → another one.

    Two spellings stay two, since persons are counted by them, and stay equal where case is not
    regarded, since contacts are found so.
    """
    given: dict[str, str] = {}
    # First the one in small letters, as addresses are kept elsewhere.
    for person in sorted(persons, key=lambda person: (person != person.lower(), person)):
        base = replaced(person)
        number, new = 0, base
        while new in given.values():
            number += 1
            new = _respelled(base, number)
        given[person] = new
    return given


def _respelled(text: str, number: int) -> str:
    """The same letters, those large that the bits of the number say."""
    bits = f"{number:b}"[::-1]
    return "".join(
        letter.upper() if bits[place : place + 1] == "1" else letter
        for place, letter in enumerate(text)
    )


def _mark() -> str:
    """What stands for one person and says nothing of them."""
    return "erased-" + "".join(secrets.choice(string.ascii_lowercase) for _ in range(10))


def _contacts(email: str) -> list[int]:
    """Also those who had the address before, and those who are gone."""
    versions = RowVersion.objects.filter(table=Contact._meta.db_table, before__address=email)
    return sorted(
        {*Contact.objects.filter(address=email).values_list("pk", flat=True)}
        | {*versions.values_list("row_id", flat=True)}
    )


def _as_they_were(contacts: list[int]) -> Iterator[dict[str, Any]]:
    columns = ("customer_id", "key", "name", "email", "phone")
    yield from Contact.objects.filter(pk__in=contacts).values(*columns)
    images = RowVersion.objects.filter(
        table=Contact._meta.db_table, row_id__in=contacts, before__isnull=False
    )
    for before in images.values_list("before", flat=True):
        yield {name: before[name] for name in columns}


def _is_anothers(name: str, found: Identity, emails: set[str]) -> bool:
    """Whether somebody else in the tenant bears it."""
    members = Membership.objects.filter(user__name__iexact=name)
    return (
        Contact.objects.filter(name__iexact=name).exclude(pk__in=found.contacts).exists()
        or Colleague.objects.filter(name__iexact=name).exclude(key__in=emails).exists()
        or members.exclude(pk=found.membership.pk if found.membership else None).exists()
    )
