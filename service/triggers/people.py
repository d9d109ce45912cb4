"""A key user who has fallen silent."""

# Statements are put together from names that stand in the code; values are parameters.
# ruff: noqa: S608
from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts.models import Contact, ContactRole, Touchpoint
from segmentation.models import UsageState
from service.triggers.base import Asked, Names, Sql, Trigger, Values
from service.triggers.dates import days_field, shown_day

CONTACTS, ROLES, TOUCHPOINTS, USAGE = (
    model._meta.db_table for model in (Contact, ContactRole, Touchpoint, UsageState)
)


class SilentKeyUserTrigger(Trigger):
    """A contact who is a key user was neither met nor active for days: once per contact and silence.
    Usage names a person by the contact's key or e-mail address."""

    key = "silent_key_user"
    label = gettext_lazy("A key user falls silent")
    past = gettext_lazy(
        "Of each key user only the latest use is kept: silences that ended since are not seen."
    )

    def events(self, values: Values, asked: Asked) -> Sql:
        sql, parameters = _last(asked)
        return (
            "SELECT s.customer_id, d.as_of, 'silent:' || string_agg(s.contact_id || '@' "
            "|| s.last_on, ',' ORDER BY s.contact_id) AS event_key, jsonb_build_object('kind', "
            "'silent_key_user', 'days', %s::int, 'contacts', jsonb_agg(s.contact_id ORDER BY "
            "s.contact_id), 'names', jsonb_agg(s.name ORDER BY s.contact_id), 'last_on', "
            "min(s.last_on)) AS reason, NULL::numeric AS amount "
            f"FROM ({sql}) s JOIN days d ON d.day = s.last_on + %s::int "
            "WHERE s.from_on <= d.day AND s.to_on >= d.day GROUP BY s.customer_id, d.as_of",
            [int(values["days"]), *parameters, int(values["days"])],
        )

    def gone(self, values: Values, asked: Asked) -> Sql | None:
        sql, parameters = _last(asked)
        # IS TRUE keeps the inner query apart, so that it is asked once.
        return (
            "NOT EXISTS (SELECT 1 FROM jsonb_array_elements_text(w.reason -> 'contacts') one (id) "
            f"WHERE (one.id::bigint IN (SELECT s.contact_id FROM ({sql}) s "
            "WHERE s.last_on + %s::int <= %s::date AND s.to_on >= %s::date)) IS TRUE)",
            [*parameters, int(values["days"]), asked.newest, asked.newest],
        )

    def form_fields(self, names: Names) -> dict[str, forms.Field]:
        return {"days": days_field(gettext_lazy("Days without a touch or use"))}

    def words(self, values: Values, names: Names) -> str:
        days = int(values["days"])
        return ngettext(
            "A key user was neither met nor active for %(days)s day",
            "A key user was neither met nor active for %(days)s days",
            days,
        ) % {"days": days}

    def why(self, reason: Mapping[str, Any], names: Names) -> str:
        return _("%(people)s neither met nor active since %(day)s") % {
            "people": _(", ").join(reason["names"]),
            "day": shown_day(reason["last_on"]),
        }


def _last(asked: Asked) -> Sql:
    """Key users: contact_id, customer_id, name, from_on, to_on, and last_on: since when nothing is
    heard, at the earliest since the role began."""
    return (
        f"""
        SELECT o.id AS contact_id, o.customer_id, o.name,
               coalesce(r.from_on, '-infinity'::date) AS from_on,
               coalesce(r.to_on, 'infinity'::date) AS to_on,
               coalesce(greatest(met.last_on, used.last_on, r.from_on),
                        (o.known_from AT TIME ZONE '{asked.zone}')::date) AS last_on
          FROM {CONTACTS} o
          JOIN (SELECT contact_id, min(coalesce(from_on, '-infinity')) AS from_on,
                       max(coalesce(to_on, 'infinity')) AS to_on
                  FROM {ROLES} WHERE tenant_id = %s AND role = 'key_user' GROUP BY contact_id) held
            ON held.contact_id = o.id
         CROSS JOIN LATERAL (SELECT NULLIF(held.from_on, '-infinity') AS from_on,
                                    NULLIF(held.to_on, 'infinity') AS to_on) r
          LEFT JOIN (SELECT contact_id, max(happened_on) AS last_on FROM {TOUCHPOINTS}
                      WHERE tenant_id = %s AND contact_id IS NOT NULL GROUP BY contact_id) met
            ON met.contact_id = o.id
          LEFT JOIN {USAGE} s ON s.tenant_id = o.tenant_id AND s.customer_id = o.customer_id
         CROSS JOIN LATERAL (
            SELECT (max(u.last_at) AT TIME ZONE '{asked.zone}')::date AS last_on
              FROM unnest(s.persons, s.last_at) AS u (person, last_at)
             WHERE u.person = o.key OR (o.email <> '' AND lower(u.person) = lower(o.email))
         ) used
         WHERE o.tenant_id = %s
        """,
        [asked.tenant_id] * 3,
    )
