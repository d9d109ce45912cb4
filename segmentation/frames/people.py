"""A customer's key users, and which of them were met or use its modules."""

from __future__ import annotations

from collections.abc import Mapping

from segmentation.frames.asof import USAGE_DAYS
from segmentation.frames.facts import Revisions, any_version, known, taken_back


def key_users(revised: Revisions) -> Mapping[str, str]:
    """``coverage``: per customer, its key users on the day and how many of them were met or active in
    the last ninety; ``touchpoints``: those up to the day; ``named``, ``named_before``: whose key users
    became known, were corrected or taken away since the earlier night. Usage names a person by the
    contact's key or e-mail address."""
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
        "touchpoints": f"SELECT * FROM ({known('accounts_touchpoint', revised)}) AS touchpoint "
        "WHERE happened_on <= %(day)s",
        "active_key_users": f"""
            SELECT key_user.id FROM key_users AS key_user
              JOIN active_persons AS active ON active.customer_id = key_user.customer_id
                                           AND active.person = key_user.key
             UNION
            SELECT key_user.id FROM key_users AS key_user
              JOIN active_persons AS active ON active.customer_id = key_user.customer_id
                                           AND lower(active.person) = key_user.email
             UNION
            SELECT contact_id FROM touchpoints
             WHERE contact_id IS NOT NULL AND happened_on > %(day)s::date - {USAGE_DAYS}
            """,
        "coverage": """
            SELECT key_user.customer_id, count(*) AS key_users, count(active.id) AS active
              FROM key_users AS key_user
              LEFT JOIN active_key_users AS active ON active.id = key_user.id
             GROUP BY key_user.customer_id
            """,
        # A role that ends after the earlier night is revised in good time.
        "named": f"""
            SELECT contact.customer_id,
                   bool_or(role.from_on > %(earlier_day)s AND role.from_on <= %(day)s
                           OR role.to_on >= %(earlier_day)s AND role.to_on < %(day)s) AS is_changed,
                   bool_or(role.known_from > %(earlier_known_at)s
                           AND coalesce(role.from_on <= %(earlier_day)s, true)
                           AND coalesce(role.to_on < %(earlier_day)s, true)) AS is_late
              FROM ({known("accounts_contact", revised)}) AS contact
              JOIN ({known("accounts_contactrole", revised)}) AS role
                ON role.contact_id = contact.id
             WHERE role.role = 'key_user' GROUP BY contact.customer_id
            """,
        "named_before": f"""
            SELECT contact.customer_id
              FROM ({taken_back("accounts_contactrole", revised)}) AS was
              JOIN ({any_version("accounts_contact")}) AS contact ON contact.id = was.contact_id
             WHERE was.role = 'key_user' AND coalesce(was.from_on <= %(earlier_day)s, true)
               AND NOT EXISTS (SELECT 1 FROM ({known("accounts_contactrole", revised)}) AS role
                                WHERE role.contact_id = was.contact_id AND role.role = was.role
                                  AND role.from_on IS NOT DISTINCT FROM was.from_on
                                  AND (role.to_on IS NOT DISTINCT FROM was.to_on
                                       OR role.to_on >= %(earlier_day)s))
             UNION
            SELECT was.customer_id
              FROM ({taken_back("accounts_contact", revised)}) AS was
             WHERE was.id IN (SELECT contact_id FROM accounts_contactrole
                               WHERE tenant_id = %(tenant)s AND role = 'key_user')
               AND NOT EXISTS (SELECT 1 FROM ({known("accounts_contact", revised)}) AS contact
                                WHERE contact.id = was.id AND contact.customer_id = was.customer_id
                                  AND contact.key = was.key AND contact.email = was.email)
            """,
    }
