"""The persons who use a customer's modules, from ``night_usage``, and its key users among them."""

from __future__ import annotations

from collections.abc import Mapping

from segmentation.frames.asof import TREND_DAYS, USAGE_DAYS
from segmentation.frames.facts import Revisions, known


def persons() -> Mapping[str, str]:
    """``persons``: a row per customer and named person; ``people``: a row per customer. The days of
    the last thirty are bits, so that a person is counted once a day whatever the modules."""
    return {
        "persons": f"""
            SELECT customer_id, person, min(age) < {USAGE_DAYS} AS is_active,
                   coalesce(bit_or(1::bigint << age) FILTER (WHERE age < {TREND_DAYS}), 0) AS days
              FROM night_usage WHERE person <> '' GROUP BY customer_id, person
            """,
        "people": """
            SELECT customer_id, count(*) AS persons, count(*) FILTER (WHERE days <> 0) AS persons_30,
                   sum(bit_count(days::bit(64))) AS person_days_30
              FROM persons GROUP BY customer_id
            """,
    }


def key_users(revised: Revisions) -> Mapping[str, str]:
    """``coverage``: per customer, its key users on the day and how many of them were active in the
    last ninety. Usage names a person by the contact's key or e-mail address."""
    return {
        "key_users": f"""
            SELECT DISTINCT contact.id, contact.customer_id, contact.key,
                   lower(contact.email) AS email
              FROM ({known("accounts_contact", revised)}) AS contact
              JOIN ({known("accounts_contactrole", revised)}) AS role
                ON role.contact_id = contact.id
             WHERE role.role = 'key_user' AND coalesce(role.from_on <= %(day)s, true)
               AND coalesce(role.to_on >= %(day)s, true)
            """,
        "active_key_users": """
            SELECT key_user.id FROM key_users AS key_user
              JOIN persons ON persons.customer_id = key_user.customer_id
                          AND persons.person = key_user.key AND persons.is_active
             UNION
            SELECT key_user.id FROM key_users AS key_user
              JOIN persons ON persons.customer_id = key_user.customer_id
                          AND lower(persons.person) = key_user.email AND persons.is_active
            """,
        "coverage": """
            SELECT key_user.customer_id, count(*) AS key_users, count(active.id) AS active
              FROM key_users AS key_user
              LEFT JOIN active_key_users AS active ON active.id = key_user.id
             GROUP BY key_user.customer_id
            """,
    }
