"""Contacts: `customer,key,name[,email,phone,title,roles,from,to]`.

A contact may have several rows, each with roles for a span of days. With the `roles` column, the
rows of a contact state all of its roles: a stored role that none of them has goes.
"""

from __future__ import annotations

from typing import ClassVar

from django.utils.translation import gettext_lazy as _

from accounts.loads.checks import CUSTOMER as OF_CUSTOMER
from accounts.loads.checks import reject_backwards, reject_repeats, resolve
from accounts.loads.kinds.called import CONTACTS as CALLED
from accounts.loads.kinds.common import CUSTOMER, KEY
from accounts.loads.preview import PREVIEW_ROWS, Change, Preview, preview_of
from accounts.loads.reading import Column
from accounts.loads.reading.values import Choices, Day, Email, Text
from accounts.loads.registry import Counts, LoadKind
from accounts.loads.stage import Stage
from accounts.loads.upsert import Field, Upsert, keep_versions

ROLES = ("decision_maker", "key_user", "end_user")


class Contacts(LoadKind):
    """People at customers, and what they are to us."""

    name = "contacts"
    label = _("Contacts")
    order = 20
    columns = (
        CUSTOMER,
        Column("key", KEY, required=True, filled=True, synonyms=CALLED["key"]),
        Column("name", Text(200), required=True, filled=True, synonyms=CALLED["name"]),
        Column("email", Email(), synonyms=CALLED["email"]),
        Column("phone", Text(60), synonyms=CALLED["phone"]),
        Column("title", Text(200), synonyms=CALLED["title"]),
        Column("roles", Choices(ROLES), synonyms=CALLED["roles"]),
        Column("from", Day(), synonyms=CALLED["from"]),
        Column("to", Day(), synonyms=CALLED["to"]),
    )
    contact: ClassVar[Upsert] = Upsert(
        table="accounts_contact",
        plan="load_contact",
        key={"customer_id": "s.customer_id", "key": "s.key"},
        fields=(
            Field("name", "s.name", "name"),
            Field("email", "s.email", "email", empty="''"),
            Field("phone", "s.phone", "phone", empty="''"),
            Field("title", "s.title", "title", empty="''"),
        ),
        attributes=True,
    )
    role: ClassVar[Upsert] = Upsert(
        table="accounts_contactrole",
        plan="load_role",
        rows="load_role_source",
        key={"contact_id": "s.contact_id", "role": "s.role", "from_on": "s.from_on"},
        fields=(Field("to_on", "s.to_on", "to"),),
    )

    def plan(self, stage: Stage) -> None:
        resolve(stage, OF_CUSTOMER)
        reject_backwards(stage, "from", "to", "ends_before_start")
        details = ["name", "email", "phone", "title", "extras"]
        reject_repeats(stage, ["customer", "key"], details)
        stage.reject(
            "to",
            "role_ends_twice",
            "SELECT DISTINCT s.line, s.\"to\"::text, jsonb_build_object('line', g.first_line) "
            'FROM (SELECT line, customer, key, "from", "to", '
            "unnest(string_to_array(roles, ';')) AS role FROM load_row) s "
            'JOIN (SELECT customer, key, "from", role, min(line) AS first_line FROM '
            "(SELECT line, customer, key, \"from\", unnest(string_to_array(roles, ';')) AS role "
            'FROM load_row) u GROUP BY customer, key, "from", role HAVING count(*) > 1) g '
            "ON g.customer = s.customer AND g.key = s.key AND g.role = s.role "
            'AND g."from" IS NOT DISTINCT FROM s."from" '
            "JOIN load_row f ON f.line = g.first_line "
            'WHERE s.line > g.first_line AND s."to" IS DISTINCT FROM f."to"',
        )
        stage.drop_rejected("load_row")
        self.contact.make_plan(stage)
        self._plan_roles(stage)

    def _plan_roles(self, stage: Stage) -> None:
        stage.make(
            "load_role_source",
            'SELECT s.line, c.row_id AS contact_id, s.role, s."from" AS from_on, s."to" AS to_on '
            'FROM (SELECT line, customer_id, key, "from", "to", '
            "unnest(string_to_array(roles, ';')) AS role FROM load_row) s "
            "JOIN load_contact c ON c.key_customer_id = s.customer_id AND c.key_key = s.key",
        )
        self.role.make_plan(stage)
        listed = "roles" in stage.present
        stage.make(
            "load_role_gone",
            "SELECT t.id AS row_id, t.contact_id FROM accounts_contactrole t "
            "JOIN load_contact c ON c.row_id = t.contact_id "
            f"WHERE t.tenant_id = %(tenant)s AND {listed} AND NOT EXISTS "
            "(SELECT 1 FROM load_role r WHERE r.row_id = t.id)",
        )
        stage.make(
            "load_contact_touched",
            "SELECT row_id FROM load_contact WHERE is_changed "
            "UNION SELECT key_contact_id FROM load_role WHERE is_new OR is_changed "
            "UNION SELECT contact_id FROM load_role_gone",
        )

    def counts(self, stage: Stage) -> Counts:
        created, updated = stage.rows(
            "SELECT count(*) FILTER (WHERE c.is_new), count(*) FILTER (WHERE NOT c.is_new "
            "AND c.row_id IN (SELECT row_id FROM load_contact_touched)) FROM load_row s "
            "JOIN load_contact c ON c.key_customer_id = s.customer_id AND c.key_key = s.key"
        )[0]
        return Counts(created, updated, stage.count("load_row") - created - updated)

    def write(self, stage: Stage) -> None:
        self.contact.write(stage)
        gone = "SELECT row_id FROM load_role_gone"
        keep_versions(stage, "accounts_contactrole", gone)
        stage.run(
            f"DELETE FROM accounts_contactrole WHERE tenant_id = %(tenant)s AND id IN ({gone})"
        )
        self.role.write(stage)

    def preview(self, stage: Stage) -> Preview:
        preview = preview_of(stage, self.contact, self.role, main=self.contact)
        # Roles that a known contact gains or loses.
        found = stage.rows(
            "SELECT c.line, coalesce(t.role, ''), coalesce(r.key_role, '') FROM load_contact c "
            "LEFT JOIN load_role_gone g ON g.contact_id = c.row_id "
            "LEFT JOIN accounts_contactrole t ON t.tenant_id = %(tenant)s AND t.id = g.row_id "
            "LEFT JOIN load_role r ON r.key_contact_id = c.row_id AND r.is_new "
            "WHERE NOT c.is_new AND (g.row_id IS NOT NULL OR r.row_id IS NOT NULL) "
            "ORDER BY c.line LIMIT %(limit)s",
            limit=PREVIEW_ROWS,
        )
        preview.add_changes(
            stage, {line: [Change("roles", gone, gained)] for line, gone, gained in found}
        )
        return preview
