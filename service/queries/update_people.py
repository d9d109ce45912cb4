"""Whom a product update is for: those who asked for what it fulfils, and those who own its modules."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db import connection

from service.queries.request_people import PEOPLE_WHO_ASKED, REACH, parameters

# `owner`: customers with a running subscription of one of the modules, trials apart. `target`: every
# contact once; who asked is told so, whatever the customer owns.
TARGETS = f"""
{PEOPLE_WHO_ASKED}, owner AS MATERIALIZED (
    SELECT DISTINCT contract.customer_id
      FROM accounts_contractline line
      JOIN accounts_contract contract
        ON contract.tenant_id = %(tenant)s AND contract.id = line.contract_id
     WHERE line.tenant_id = %(tenant)s AND line.module_id = ANY(%(modules)s)
       AND line.kind = 'subscription' AND NOT line.is_trial AND line.starts_on <= %(day)s
       AND coalesce(line.ends_on >= %(day)s, true)
), target AS (
    SELECT contact_id, min(because) AS because FROM (
        SELECT contact_id, 'asked' AS because FROM person
        UNION ALL
        SELECT contact.id, 'owns' FROM owner
          JOIN accounts_contact contact
            ON contact.tenant_id = %(tenant)s AND contact.customer_id = owner.customer_id
         WHERE contact.id IN
               (SELECT role.contact_id FROM accounts_contactrole role
                 WHERE role.tenant_id = %(tenant)s AND role.role = ANY(%(roles)s)
                   AND coalesce(role.from_on <= %(day)s, true)
                   AND coalesce(role.to_on >= %(day)s, true))) found
     GROUP BY contact_id
), told AS (
    SELECT contact.id AS contact_id, contact.customer_id, contact.name, target.because, reach.*
      FROM target
      JOIN accounts_contact contact
        ON contact.tenant_id = %(tenant)s AND contact.id = target.contact_id
      JOIN accounts_customer customer
        ON customer.tenant_id = %(tenant)s AND customer.id = contact.customer_id
     CROSS JOIN LATERAL ({REACH}) reach
)"""  # noqa: S608 - fragments of our own

INSERT = f"""
WITH {TARGETS}
INSERT INTO service_updaterecipient
       (update_id, contact_id, customer_id, name, language, because, state, why, answer, comment)
SELECT %(update)s, contact_id, customer_id, name, language, because,
       CASE WHEN why = '' THEN 'waiting' ELSE 'left_out' END, why, '', ''
  FROM told ORDER BY contact_id
"""  # noqa: S608

COUNTS = f"""
WITH {TARGETS}
SELECT because, why, CASE WHEN why = '' THEN language ELSE '' END, count(*) FROM told GROUP BY 1, 2, 3
UNION ALL
SELECT 'asked', 'nobody', '', count(DISTINCT customer_id) FROM voice
 WHERE customer_id NOT IN (SELECT customer_id FROM told)
UNION ALL
SELECT 'owns', 'nobody', '', count(*) FROM owner
 WHERE customer_id NOT IN (SELECT customer_id FROM told)
"""  # noqa: S608


@dataclass(frozen=True)
class Audience:
    """What an update is about, and who of the owners is told. ``languages``: those it is written in;
    ``language``: for contacts of whom none is known."""

    requests: Collection[int]
    modules: Collection[int]
    roles: Sequence[str]
    languages: Sequence[str]
    language: str

    def parameters(self, day: date) -> dict[str, Any]:
        return parameters(
            requests=self.requests,
            day=day,
            purpose="update",
            languages=self.languages,
            language=self.language,
        ) | {"modules": list(self.modules), "roles": list(self.roles)}


@dataclass(frozen=True)
class Counted:
    """Contacts by why they are told, by language; those left out by why not; and the customers with
    nobody to write to (askers, owners)."""

    asked: int = 0
    owns: int = 0
    languages: dict[str, int] = field(default_factory=dict)
    left_out: dict[str, int] = field(default_factory=dict)
    nobody_asked: int = 0
    nobody_owns: int = 0

    @property
    def total(self) -> int:
        return self.asked + self.owns

    def as_left_out(self) -> dict[str, int]:
        """For ``ProductUpdate.left_out``: why → how many."""
        nobody = {"nobody_asked": self.nobody_asked, "nobody_owns": self.nobody_owns}
        return self.left_out | {why: count for why, count in nobody.items() if count}


def counted(audience: Audience, day: date) -> Counted:
    """Whom an update would go to on a day; one statement."""
    with connection.cursor() as cursor:
        cursor.execute(COUNTS, audience.parameters(day))
        rows = cursor.fetchall()

    def total(because: str, why: str) -> int:
        return int(sum(row[3] for row in rows if row[0] == because and row[1] == why))

    languages: dict[str, int] = {}
    left_out: dict[str, int] = {}
    for _because, why, language, count in rows:
        if why == "":
            languages[language] = languages.get(language, 0) + count
        elif why != "nobody":
            left_out[why] = left_out.get(why, 0) + count
    return Counted(
        total("asked", ""),
        total("owns", ""),
        languages,
        left_out,
        total("asked", "nobody"),
        total("owns", "nobody"),
    )


def write_down(audience: Audience, day: date, update_id: int) -> int:
    """A recipient for every contact that the update is for; returns how many there are."""
    with connection.cursor() as cursor:
        cursor.execute(INSERT, audience.parameters(day) | {"update": update_id})
        return int(cursor.rowcount)
