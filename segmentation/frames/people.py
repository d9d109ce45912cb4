"""Who used what, as queries with a row per customer; they read the table ``night_usage``."""

from __future__ import annotations

from collections.abc import Mapping

from segmentation.frames.asof import WEEKS
from segmentation.frames.facts import Revisions, known
from segmentation.frames.usage import LAST_30


def used() -> Mapping[str, str]:
    """``persons``: a row per customer and person (one without a name is nobody in particular);
    ``used``: a row per customer with events. A module counts as used in the last thirty days."""
    weeks = ", ".join(f"sum(week_{week}) AS week_{week}" for week in range(WEEKS))
    return {
        "persons": f"""
            SELECT customer_id, person, max(last_at) AS last_at, bit_or(days_near) AS days_near,
                   bit_or(days_far) AS days_far, sum(events_30) AS events_30,
                   sum(events_before) AS events_before, bool_or(is_late) AS is_late, {weeks}
              FROM night_usage GROUP BY customer_id, person
            """,
        "used": f"""
            SELECT customer_id, max(last_at) AS last_at,
                   bit_or(days_near) & {LAST_30} AS days_30,
                   bit_or(days_near) AS days_near, bit_or(days_far) AS days_far,
                   count(*) FILTER (WHERE person <> '') AS persons,
                   count(*) FILTER (WHERE person <> '' AND days_near & {LAST_30} <> 0)
                       AS persons_30,
                   sum(bit_count((days_near & {LAST_30})::bit(64))) FILTER (WHERE person <> '')
                       AS person_days_30,
                   sum(events_30)::bigint AS events_30,
                   sum(events_before)::bigint AS events_before,
                   max(last_at) >= %(earlier_end)s AS is_changed, bool_or(is_late) AS is_late,
                   ARRAY[{", ".join(f"sum(week_{week})" for week in reversed(range(WEEKS)))}]::bigint[]
                       AS weekly
              FROM persons GROUP BY customer_id
            """,
        "modules_used": f"""
            SELECT DISTINCT customer_id, module_id FROM night_usage
             WHERE module_id IS NOT NULL AND days_near & {LAST_30} <> 0
            """,
        "breadths": """
            SELECT used.customer_id, count(*) AS modules, count(owned.module_id) AS owned
              FROM modules_used AS used
              LEFT JOIN owned ON owned.customer_id = used.customer_id
                             AND owned.module_id = used.module_id
             GROUP BY used.customer_id
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
        "active_persons": """
            SELECT customer_id, person, lower(person) AS address FROM persons
             WHERE person <> '' AND (days_near <> 0 OR days_far <> 0)
            """,
        "active_key_users": """
            SELECT key_user.id FROM key_users AS key_user
              JOIN active_persons AS active ON active.customer_id = key_user.customer_id
                                           AND active.person = key_user.key
             UNION
            SELECT key_user.id FROM key_users AS key_user
              JOIN active_persons AS active ON active.customer_id = key_user.customer_id
                                           AND active.address = key_user.email
            """,
        "coverage": """
            SELECT key_user.customer_id, count(*) AS key_users, count(active.id) AS active
              FROM key_users AS key_user
              LEFT JOIN active_key_users AS active ON active.id = key_user.id
             GROUP BY key_user.customer_id
            """,
    }
