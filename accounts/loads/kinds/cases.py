"""Cases: `customer,key,opened_at[,title,kind,by,contact,priority,first_response_at,closed_at,…]`.

Moments are dates with or without a time. A date alone is the beginning of its day; of the day on
which the case was opened it is the moment of opening, since nothing is answered before it is asked.
"""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from accounts.loads.checks import CONTACT as OF_CONTACT
from accounts.loads.checks import CUSTOMER as OF_CUSTOMER
from accounts.loads.checks import reject_moved, reject_repeats, reject_where, resolve
from accounts.loads.kinds.called import CASES as CALLED
from accounts.loads.kinds.common import CONTACT, CUSTOMER, KEY
from accounts.loads.named import make_colleagues
from accounts.loads.reading import Column
from accounts.loads.reading.values import Choice, Moment, Person, Text, Whole
from accounts.loads.registry import TableKind
from accounts.loads.stage import Stage
from accounts.loads.upsert import Field, Upsert

# What other programs call the four; "normal" is the middle one everywhere.
PRIORITY = Choice(
    ("low", "medium", "high", "urgent"),
    also=(
        ("normal", "medium"),
        ("critical", "urgent"),
        ("低", "low"),
        ("中", "medium"),
        ("普通", "medium"),
        ("一般", "medium"),
        ("高", "high"),
        ("紧急", "urgent"),
    ),
)
# A how-to question is what training was to answer; what is broken is a problem.
CASE_KIND = Choice(
    ("question", "problem", "other"),
    also=(
        ("how_to", "question"),
        ("howto", "question"),
        ("how_to_question", "question"),
        ("incident", "problem"),
        ("bug", "problem"),
        ("fault", "problem"),
        ("操作咨询", "question"),
        ("使用咨询", "question"),
        ("咨询", "question"),
        ("问题", "problem"),
        ("故障", "problem"),
        ("缺陷", "problem"),
        ("其他", "other"),
    ),
)
# File column → the fault when it lies before the opening.
LATER = {
    "first_response_at": "answered_before_opened",
    "closed_at": "closed_before_opened",
}


class Cases(TableKind):
    """Problems that customers brought, and what became of them."""

    name = "cases"
    label = _("Cases")
    order = 85
    columns = (
        CUSTOMER,
        Column("key", KEY, required=True, filled=True, synonyms=CALLED["key"]),
        Column("opened_at", Moment(), required=True, filled=True, synonyms=CALLED["opened_at"]),
        Column("title", Text(300), synonyms=CALLED["title"]),
        CONTACT,
        Column("priority", PRIORITY, synonyms=CALLED["priority"]),
        Column("kind", CASE_KIND, synonyms=CALLED["kind"]),
        Column("by", Person(), synonyms=CALLED["by"]),
        Column("first_response_at", Moment(), synonyms=CALLED["first_response_at"]),
        Column("closed_at", Moment(), synonyms=CALLED["closed_at"]),
        Column("satisfaction", Whole(), synonyms=CALLED["satisfaction"]),
    )
    upsert = Upsert(
        table="accounts_case",
        plan="load_case",
        key={"key": "s.key"},
        fields=(
            Field("customer_id", "s.customer_id"),
            Field("opened_at", "s.opened_at", "opened_at"),
            Field("title", "s.title", "title", empty="''"),
            Field("contact_id", "s.contact_id", "contact", refers_to="accounts_contact"),
            Field("priority", "s.priority", "priority", empty="''"),
            Field("kind", "s.kind", "kind", empty="''"),
            Field("colleague_id", "colleague.id", "by", refers_to="accounts_colleague"),
            Field("first_response_at", "s.first_response_at", "first_response_at"),
            Field("closed_at", "s.closed_at", "closed_at"),
            Field("satisfaction", "s.satisfaction", "satisfaction"),
        ),
        joins="LEFT JOIN accounts_colleague colleague "
        'ON colleague.tenant_id = %(tenant)s AND colleague.key = s."by"',
        attributes=True,
    )

    def plan(self, stage: Stage) -> None:
        resolve(stage, OF_CUSTOMER, OF_CONTACT)
        reject_moved(stage, self.upsert.table, "case_of_another")
        reject_where(stage, "satisfaction", "not_one_to_five", "s.satisfaction NOT BETWEEN 1 AND 5")
        for column in LATER:
            self._read_days(stage, column)
        for column, code in LATER.items():
            reject_where(stage, column, code, f"s.{column} < s.opened_at")
        reject_repeats(stage, ["key"])
        stage.drop_rejected("load_row")
        make_colleagues(stage, "by")
        self.upsert.make_plan(stage)
        self._reject_by_stored(stage)

    def _read_days(self, stage: Stage, column: str) -> None:
        """The day of opening, said without a time, is the moment of opening."""
        stage.run(
            f"UPDATE load_row s SET {column} = s.opened_at WHERE s.{column} < s.opened_at "
            f"AND s.{column} = date_trunc('day', s.opened_at, %(zone)s)",
            zone=stage.zone,
        )

    def _reject_by_stored(self, stage: Stage) -> None:
        """What the file does not say stays, and must fit what it says."""
        for column, code in LATER.items():
            if column not in stage.present:
                reject_where(
                    stage,
                    "opened_at",
                    code,
                    f"s.line IN (SELECT line FROM load_case WHERE new_{column} < new_opened_at)",
                )
        stage.drop_rejected("load_row")
        stage.drop_rejected("load_case")
