"""A customer's key users, and which of them use its modules."""

from __future__ import annotations

from collections.abc import Mapping

from segmentation.frames.facts import Revisions, known


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
        "active_persons": """
            SELECT customer_id, person FROM persons
             WHERE last_at >= %(first_start)s AND person <> ''
               AND customer_id IN (SELECT customer_id FROM key_users)
            """,
        "active_key_users": """
            SELECT key_user.id FROM key_users AS key_user
              JOIN active_persons AS active ON active.customer_id = key_user.customer_id
                                           AND active.person = key_user.key
             UNION
            SELECT key_user.id FROM key_users AS key_user
              JOIN active_persons AS active ON active.customer_id = key_user.customer_id
                                           AND lower(active.person) = key_user.email
            """,
        "coverage": """
            SELECT key_user.customer_id, count(*) AS key_users, count(active.id) AS active
              FROM key_users AS key_user
              LEFT JOIN active_key_users AS active ON active.id = key_user.id
             GROUP BY key_user.customer_id
            """,
    }
