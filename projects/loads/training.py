"""Training: `customer,key,title,held_on[,project,kind,trainer,minutes,place,contact,attended]`.

A row is a person at a session; rows of one session say the same of it. Instead of the customer a row
may name one of its projects. A row without a contact is a session of which nobody said who came.
Without a column `attended`, whoever is named took part.
"""

from __future__ import annotations

from typing import ClassVar

from django.utils.translation import gettext_lazy as _

from accounts.loads.checks import CUSTOMER as OF_CUSTOMER
from accounts.loads.checks import (
    Reference,
    reject_moved,
    reject_other_customer,
    reject_repeats,
    reject_where,
    resolve,
)
from accounts.loads.kinds.common import CONTACT, CUSTOMER, KEY, NAME
from accounts.loads.named import make_colleagues
from accounts.loads.preview import Preview, preview_of
from accounts.loads.reading import Column
from accounts.loads.reading.values import Choice, Day, Person, Text, Whole
from accounts.loads.registry import Counts, LoadKind
from accounts.loads.stage import Stage
from accounts.loads.upsert import Field, Upsert
from projects.loads.called import TRAINING as CALLED
from projects.loads.common import PROJECT
from projects.models import Attendance, TrainingSession
from projects.models.training import MOST_MINUTES

KIND = Choice(
    tuple(TrainingSession.Kind.values),
    also=(
        ("standard_product", "product"),
        ("standard", "product"),
        ("user", "end_user"),
        ("revision_lesson", "end_user"),
        ("标准产品", "product"),
        ("产品培训", "product"),
        ("最终用户", "end_user"),
        ("复习课", "end_user"),
        ("其他", "other"),
    ),
)
ATTENDED = Choice(
    tuple(Attendance.State.values),
    also=(
        ("yes", "present"),
        ("y", "present"),
        ("true", "present"),
        ("1", "present"),
        ("attended", "present"),
        ("no", "absent"),
        ("n", "absent"),
        ("false", "absent"),
        ("0", "absent"),
        ("是", "present"),
        ("出席", "present"),
        ("已参加", "present"),
        ("否", "absent"),
        ("缺席", "absent"),
        ("未参加", "absent"),
        ("请假", "excused"),
    ),
)
OF_PROJECT = Reference(
    "project",
    "projects_project",
    "project_id",
    "unknown_project",
    {"project_customer_id": "customer_id"},
)
# What the rows of a session agree on.
OF_SESSION = (
    "customer_id",
    "project_id",
    "title",
    "held_on",
    "kind",
    "trainer",
    "minutes",
    "place",
)
# A row's own: where a session has several, the first stands for it.
ANEW = "coalesce(a.is_new, s.contact_id IS NULL AND x.is_new AND x.line = s.line)"


class Training(LoadKind):
    """Sessions and who took part."""

    name = "training"
    label = _("Training")
    order = 49
    keep_extras = False
    side_tables: ClassVar[frozenset[str]] = frozenset({"accounts_colleague"})
    columns = (
        Column("customer", CUSTOMER.type, synonyms=CUSTOMER.synonyms),
        Column("project", KEY, synonyms=PROJECT.synonyms),
        Column("key", KEY, required=True, filled=True, synonyms=CALLED["key"]),
        Column("title", NAME, required=True, filled=True, synonyms=CALLED["title"]),
        Column("held_on", Day(), required=True, filled=True, synonyms=CALLED["held_on"]),
        Column("kind", KIND, synonyms=CALLED["kind"]),
        Column("trainer", Person(), synonyms=CALLED["trainer"]),
        Column("minutes", Whole(), synonyms=CALLED["minutes"]),
        Column("place", Text(300), synonyms=CALLED["place"]),
        CONTACT,
        Column("attended", ATTENDED, synonyms=CALLED["attended"]),
    )
    one_of = (("customer", "project"),)
    session: ClassVar[Upsert] = Upsert(
        table="projects_trainingsession",
        plan="load_session",
        rows="load_session_source",
        key={"key": "s.key"},
        fields=(
            Field("customer_id", "s.customer_id"),
            Field("project_id", "s.project_id", "project", refers_to="projects_project"),
            Field("title", "s.title", "title"),
            Field("held_on", "s.held_on", "held_on"),
            Field("kind", "s.kind", "kind", empty="'product'"),
            Field("trainer_id", "trainer.id", "trainer", refers_to="accounts_colleague"),
            Field("minutes", "s.minutes", "minutes"),
            Field("place", "s.place", "place", empty="''"),
        ),
        joins="LEFT JOIN accounts_colleague trainer "
        "ON trainer.tenant_id = %(tenant)s AND trainer.key = s.trainer",
        attributes=True,
    )
    attendance: ClassVar[Upsert] = Upsert(
        table="projects_attendance",
        plan="load_attendance",
        rows="load_attended",
        key={"session_id": "x.row_id", "contact_id": "s.contact_id"},
        fields=(Field("state", "s.attended", "attended", empty="'present'"),),
        joins="JOIN load_session x ON x.key_key = s.key",
    )

    def plan(self, stage: Stage) -> None:
        resolve(stage, OF_CUSTOMER, OF_PROJECT)
        reject_other_customer(stage, "project", "project_customer_id", "project_of_another")
        # What named nobody known is a fault already.
        reject_where(stage, "customer", "empty", "s.customer IS NULL AND s.project IS NULL")
        stage.run("UPDATE load_row SET customer_id = coalesce(customer_id, project_customer_id)")
        self._find_contacts(stage)
        reject_moved(stage, self.session.table, "session_of_another")
        reject_where(stage, "minutes", "not_minutes", f"s.minutes NOT BETWEEN 1 AND {MOST_MINUTES}")
        if "attended" in stage.present:
            reject_where(stage, "attended", "empty", "s.contact IS NOT NULL AND s.attended IS NULL")
            reject_where(stage, "contact", "empty", "s.contact IS NULL AND s.attended IS NOT NULL")
        reject_repeats(stage, ["key", "contact"], code="repeated_attendance")
        stage.drop_rejected("load_row")
        self._reject_contradictions(stage)
        stage.drop_rejected("load_row")
        make_colleagues(stage, "trainer")
        stage.make(
            "load_session_source",
            "SELECT DISTINCT ON (s.key) s.*, NULL::jsonb AS extras FROM "
            "(SELECT line, key, customer_id, project_id, title, held_on, kind, trainer, minutes, "
            "place FROM load_row) s ORDER BY s.key, s.line",
        )
        self.session.make_plan(stage, has_extras=False)
        stage.make("load_attended", "SELECT * FROM load_row WHERE contact_id IS NOT NULL")
        self.attendance.make_plan(stage)

    def _find_contacts(self, stage: Stage) -> None:
        """Contacts are told apart within their customer, which a project may have named."""
        stage.run("ALTER TABLE load_row ADD COLUMN contact_id bigint")
        stage.run(
            "UPDATE load_row s SET contact_id = c.id FROM accounts_contact c "
            "WHERE c.tenant_id = %(tenant)s AND c.customer_id = s.customer_id "
            "AND c.key = s.contact"
        )
        reject_where(
            stage,
            "contact",
            "unknown_contact",
            "s.contact IS NOT NULL AND s.contact_id IS NULL AND s.customer_id IS NOT NULL",
        )

    def _reject_contradictions(self, stage: Stage) -> None:
        """Every row of a session says the same of it as the first."""
        different = " OR ".join(f's."{name}" IS DISTINCT FROM g."{name}"' for name in OF_SESSION)
        stage.reject(
            "key",
            "session_differs",
            "SELECT s.line, s.key, jsonb_build_object('line', g.line) FROM load_row s "
            "JOIN (SELECT DISTINCT ON (key) * FROM load_row ORDER BY key, line) g "
            f"ON g.key = s.key WHERE {different}",
        )

    def counts(self, stage: Stage) -> Counts:
        rows = (
            "load_row s JOIN load_session x ON x.key_key = s.key "
            "LEFT JOIN load_attendance a ON a.line = s.line"
        )
        created = stage.count(rows, ANEW)
        updated = stage.count(
            rows, f"NOT {ANEW} AND (coalesce(a.is_changed, false) OR x.is_changed)"
        )
        return Counts(created, updated, stage.count("load_row") - created - updated)

    def write(self, stage: Stage) -> None:
        self.session.write(stage)
        self.attendance.write(stage)

    def preview(self, stage: Stage) -> Preview:
        return preview_of(stage, self.session, self.attendance)
