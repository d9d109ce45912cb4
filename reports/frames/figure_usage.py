"""What customers used in a period and in the year before it, as queries with a row per customer.

Usage is read once: `used` has a row per customer, module, person and bucket, which is a day of the
period or a month before it.
"""

from __future__ import annotations

from collections.abc import Mapping

from reports.frames.known_facts import USAGE, Known

PERSONS_LISTED = 30
MONTHS_LISTED = 13

_IN_PERIOD = "bucket > %(months_before)s"


def usage(known: Known) -> Mapping[str, str]:
    """``usage_sums``: per customer what it used; ``module_rows``, ``month_rows``: the same as the lists
    that reports show."""
    events = known.rows(USAGE, "customer_id", "module_id", "person", "occurred_at", "count")
    return {
        "used": f"""
            SELECT customer_id, module_id, person,
                   width_bucket(occurred_at, %(bucket_starts)s::timestamptz[]) AS bucket,
                   sum(count) AS events
              FROM ({events}) AS event
             WHERE occurred_at >= %(first_start)s AND occurred_at < %(end)s
             GROUP BY 1, 2, 3, 4
            """,
        # Counted in two steps each: hashing names costs a fraction of sorting them.
        "used_by_person": f"""
            SELECT customer_id, person, coalesce(sum(events) FILTER (WHERE {_IN_PERIOD}), 0) AS events,
                   count(*) FILTER (WHERE {_IN_PERIOD}) AS days,
                   bool_or(NOT {_IN_PERIOD}) AS was_before
              FROM (SELECT customer_id, person, bucket, sum(events) AS events FROM used
                     GROUP BY customer_id, person, bucket) AS daily
             GROUP BY customer_id, person
            """,
        "used_by_module": f"""
            SELECT customer_id, module_id, sum(events) AS events,
                   count(*) FILTER (WHERE is_used AND person <> '') AS persons,
                   sum(before) AS before, bool_or(is_used) AS is_used
              FROM (SELECT customer_id, module_id, person,
                           coalesce(sum(events) FILTER (WHERE {_IN_PERIOD}), 0) AS events,
                           coalesce(sum(events) FILTER (WHERE NOT {_IN_PERIOD}), 0) AS before,
                           bool_or({_IN_PERIOD}) AS is_used
                      FROM used WHERE bucket > %(period_before_from)s
                     GROUP BY customer_id, module_id, person) AS by_person
             GROUP BY customer_id, module_id
            """,
        "used_days": f"""
            SELECT customer_id, count(*) AS days
              FROM (SELECT DISTINCT customer_id, bucket FROM used WHERE {_IN_PERIOD}) AS daily
             GROUP BY customer_id
            """,
        "persons_summed": """
            SELECT customer_id, sum(events) AS events,
                   count(*) FILTER (WHERE person <> '' AND days > 0) AS active,
                   count(*) FILTER (WHERE person <> '' AND days > 0 AND NOT was_before) AS new
              FROM used_by_person GROUP BY customer_id
            """,
        "modules_summed": """
            SELECT used.customer_id, count(*) FILTER (WHERE used.module_id IS NOT NULL) AS modules,
                   count(owned.module_id) AS of_owned
              FROM used_by_module AS used
              LEFT JOIN owned ON owned.customer_id = used.customer_id
                             AND owned.module_id = used.module_id
             WHERE used.is_used GROUP BY used.customer_id
            """,
        "usage_sums": """
            SELECT customer_id, persons.events, persons.active, persons.new,
                   coalesce(days.days, 0) AS days, coalesce(modules.modules, 0) AS modules,
                   coalesce(modules.of_owned, 0) AS of_owned
              FROM persons_summed AS persons
              LEFT JOIN used_days AS days USING (customer_id)
              LEFT JOIN modules_summed AS modules USING (customer_id)
            """,
        "module_rows": """
            SELECT customer_id, jsonb_agg(jsonb_build_object(
                       'key', module.key, 'name', module.name, 'owned', is_owned,
                       'events', events, 'persons', persons, 'before', before)
                       ORDER BY events DESC, module.name, module.key) AS listed
              FROM (SELECT customer_id, module_id, owned.module_id IS NOT NULL AS is_owned,
                           coalesce(used.events, 0) AS events, coalesce(used.persons, 0) AS persons,
                           coalesce(used.before, 0) AS before
                      FROM (SELECT * FROM used_by_module
                             WHERE module_id IS NOT NULL) AS used
                      FULL JOIN owned USING (customer_id, module_id)) AS found
              JOIN accounts_module AS module
                ON module.tenant_id = %(tenant)s AND module.id = found.module_id
             GROUP BY customer_id
            """,
        "used_by_month": """
            SELECT customer_id, month, sum(events) AS events,
                   count(*) FILTER (WHERE person <> '') AS persons
              FROM (SELECT customer_id, person, (%(bucket_months)s::text[])[bucket] AS month,
                           sum(events) AS events
                      FROM used GROUP BY 1, 2, 3) AS by_person
             GROUP BY customer_id, month
            """,
        "month_rows": """
            SELECT customer_id, jsonb_agg(jsonb_build_object(
                       'month', listed.month, 'events', coalesce(events, 0),
                       'persons', coalesce(persons, 0)) ORDER BY listed.month) AS listed
              FROM (SELECT DISTINCT customer_id FROM used_by_month) AS using_one
             CROSS JOIN unnest(%(listed_months)s::text[]) AS listed (month)
              LEFT JOIN used_by_month USING (customer_id, month)
             GROUP BY customer_id
            """,
    }


def people(known: Known) -> Mapping[str, str]:
    """``key_user_sums``: per customer, its key users on the last day, and which of them used
    something in the period; ``called``: by what usage may call a contact; ``person_rows``: who used
    most, as reports list them."""
    roles = known.rows(
        "accounts_contactrole", "contact_id", "role", "from_on", "to_on", customer=""
    )
    return {
        "contact": known.rows("accounts_contact", "id", "customer_id", "key", "email", "name"),
        "key_user": f"""
            SELECT DISTINCT contact_id FROM ({roles}) AS role
             WHERE role = 'key_user' AND coalesce(from_on <= %(day)s, true)
               AND coalesce(to_on >= %(day)s, true)
               AND contact_id IN (SELECT id FROM contact)
            """,
        "called": """
            SELECT customer_id, how, calls, min(name) AS name,
                   bool_or(key_user.contact_id IS NOT NULL) AS is_key_user
              FROM contact
             CROSS JOIN LATERAL (VALUES ('key', key), ('email', lower(email))) AS by (how, calls)
              LEFT JOIN key_user ON key_user.contact_id = contact.id
             WHERE calls <> '' GROUP BY customer_id, how, calls
            """,
        "person": """
            SELECT customer_id, person FROM used_by_person WHERE person <> '' AND days > 0
            """,
        "active_contact": """
            SELECT contact.id FROM contact JOIN person
                ON person.customer_id = contact.customer_id AND person.person = contact.key
             UNION
            SELECT contact.id FROM contact JOIN person
                ON person.customer_id = contact.customer_id
               AND lower(person.person) = lower(contact.email)
            """,
        "key_user_sums": """
            SELECT contact.customer_id, count(*) AS named, count(active.id) AS active,
                   coalesce(jsonb_agg(contact.name ORDER BY contact.name)
                            FILTER (WHERE active.id IS NULL), '[]') AS silent
              FROM contact
              JOIN key_user ON key_user.contact_id = contact.id
              LEFT JOIN active_contact AS active ON active.id = contact.id
             GROUP BY contact.customer_id
            """,
        "person_rows": f"""
            SELECT customer_id, jsonb_agg(jsonb_build_object(
                       'name', name, 'days', days, 'events', events, 'is_key_user', is_key_user)
                       ORDER BY place) AS listed
              FROM (SELECT used.customer_id, used.days, used.events,
                           coalesce(by_key.name, by_email.name, used.person) AS name,
                           coalesce(by_key.is_key_user, false)
                           OR coalesce(by_email.is_key_user, false) AS is_key_user,
                           row_number() OVER (PARTITION BY used.customer_id
                                              ORDER BY used.events DESC, used.days DESC,
                                                       used.person) AS place
                      FROM used_by_person AS used
                      LEFT JOIN called AS by_key
                        ON by_key.customer_id = used.customer_id AND by_key.how = 'key'
                       AND by_key.calls = used.person
                      LEFT JOIN called AS by_email
                        ON by_email.customer_id = used.customer_id AND by_email.how = 'email'
                       AND by_email.calls = lower(used.person)
                     WHERE used.person <> '' AND used.days > 0) AS found
             WHERE place <= {PERSONS_LISTED}
             GROUP BY customer_id
            """,
    }
