"""Who asked for requests and how they are reached: fragments of SQL that actions and previews share.

Who asked is every contact named in an asking or a vote of the requests, or of those merged into them.
Of a customer whose askings and votes name nobody, its key users stand for it.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import connection

from accounts.tenancy import current_tenant_id
from service.queries.contact_languages import SAID_LANGUAGE

# `voice`: who asked or voted, by customer and contact (may be empty). `person`: the contacts.
PEOPLE_WHO_ASKED = """
voice AS MATERIALIZED (
    SELECT said.customer_id, said.contact_id
      FROM (SELECT request_id, customer_id, contact_id FROM service_ask WHERE tenant_id = %(tenant)s
            UNION ALL
            SELECT request_id, customer_id, contact_id FROM service_vote
             WHERE tenant_id = %(tenant)s) said
      JOIN service_request request
        ON request.tenant_id = %(tenant)s AND request.id = said.request_id
     WHERE coalesce(request.root_id, request.id) = ANY(%(requests)s)
), person AS (
    SELECT contact_id FROM voice WHERE contact_id IS NOT NULL
    UNION
    SELECT role.contact_id
      FROM (SELECT customer_id FROM voice GROUP BY customer_id HAVING count(contact_id) = 0) silent
      JOIN accounts_contact contact
        ON contact.tenant_id = %(tenant)s AND contact.customer_id = silent.customer_id
      JOIN accounts_contactrole role
        ON role.tenant_id = %(tenant)s AND role.contact_id = contact.id
     WHERE role.role = 'key_user' AND coalesce(role.from_on <= %(day)s, true)
       AND coalesce(role.to_on >= %(day)s, true)
)"""

# Of `contact` and `customer`: in which language, and why nothing can be sent ("" where it can).
REACH = f"""
SELECT CASE WHEN told.tongue = ANY(%(languages)s) THEN told.tongue ELSE %(language)s END AS language,
       CASE WHEN btrim(contact.email) = '' THEN 'no_address'
            WHEN EXISTS (SELECT 1 FROM accounts_unreachableaddress nowhere
                          WHERE nowhere.tenant_id = %(tenant)s
                            AND nowhere.address = lower(btrim(contact.email))) THEN 'unreachable'
            WHEN %(purpose)s = 'update' AND EXISTS
                 (SELECT 1 FROM accounts_unsubscription declined
                   WHERE declined.tenant_id = %(tenant)s AND declined.contact_id = contact.id
                     AND declined.purpose = %(purpose)s) THEN 'declined'
            ELSE '' END AS why
  FROM (SELECT {SAID_LANGUAGE} AS tongue) told
"""  # noqa: S608 - our words


def parameters(
    *,
    requests: Collection[int],
    day: date,
    purpose: str,
    languages: Sequence[str],
    language: str,
) -> dict[str, Any]:
    """For both fragments. ``languages``: those that there are words in; ``language``: for others."""
    return {
        "tenant": current_tenant_id(),
        "requests": list(requests),
        "day": day,
        "purpose": purpose,
        "languages": list(languages),
        "language": language,
    }


@dataclass(frozen=True)
class Reached:
    """How many contacts an answer goes to by language, how many are left out why, and how many
    customers asked of whom nobody can be written to."""

    languages: dict[str, int]
    left_out: dict[str, int]
    silent_customers: int

    @property
    def total(self) -> int:
        return sum(self.languages.values())


def reached(
    requests: Collection[int], day: date, *, languages: Sequence[str], language: str
) -> Reached:
    """Whom an answer to requests would go to today; one statement."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            WITH {PEOPLE_WHO_ASKED}, told AS (
                SELECT contact.customer_id, reach.*
                  FROM person JOIN accounts_contact contact
                    ON contact.tenant_id = %(tenant)s AND contact.id = person.contact_id
                  JOIN accounts_customer customer
                    ON customer.tenant_id = %(tenant)s AND customer.id = contact.customer_id
                 CROSS JOIN LATERAL ({REACH}) reach)
            SELECT why, CASE WHEN why = '' THEN language ELSE '' END, count(*) FROM told GROUP BY 1, 2
            UNION ALL
            SELECT 'silent', '', count(DISTINCT customer_id) FROM voice
             WHERE customer_id NOT IN (SELECT customer_id FROM told)
            """,  # noqa: S608 - fragments of our own
            parameters(
                requests=requests, day=day, purpose="notice", languages=languages, language=language
            ),
        )
        rows = cursor.fetchall()
    return Reached(
        languages={tongue: count for why, tongue, count in rows if why == ""},
        left_out={why: count for why, _tongue, count in rows if why not in ("", "silent")},
        silent_customers=sum(count for why, _tongue, count in rows if why == "silent"),
    )
