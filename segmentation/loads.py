"""Usage: `customer or contract,occurred_at,event[,person,module,message_id,count]`.

The one kind at volume. Rows are written before they are compared with what is stored: a new
message needs no look-up but the one its key makes anyway. Only when some were there already are
they compared, and the writing is done again without them.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.utils.translation import gettext_lazy as _

from accounts.loads.checks import reject_repeats, reject_where
from accounts.loads.kinds.common import CUSTOMER, KEY, MODULE_NAMES
from accounts.loads.named import make_modules
from accounts.loads.preview import PREVIEW_ROWS, Preview, rows_of
from accounts.loads.reading import Column
from accounts.loads.reading.values import Moment, Text, Whole
from accounts.loads.registry import Counts, LoadKind
from accounts.loads.stage import Stage

# Rows per INSERT: PostgreSQL queues four foreign-key checks per row until the statement ends.
BATCH_LINES = 500_000
SEPARATOR = "E'\\x1f'"

# A row without an id: SHA-256 of what it says and of its ordinal among equal rows of the file.
MADE_ID = f"""encode(sha256(convert_to(concat_ws({SEPARATOR},
    coalesce(s.customer, ''), coalesce(s.contract, ''), extract(epoch FROM s.occurred_at)::text,
    s.event, coalesce(s.person, ''), coalesce(s.module, ''), coalesce(s.count, 1)::text,
    row_number() OVER (PARTITION BY s.message_id, s.customer, s.contract, s.occurred_at, s.event,
                       s.person, s.module, coalesce(s.count, 1) ORDER BY s.line)::text
), 'UTF8')), 'hex')"""

ROWS = """
SELECT s.line, s.customer, s.contract, s.occurred_at, s.event, coalesce(s.person, '') AS person,
       s.module, coalesce(s.count, 1) AS count, {message_id} AS message_id,
       c.id AS named_customer_id, k.id AS contract_id, k.customer_id AS contract_customer_id,
       coalesce(c.id, k.customer_id) AS customer_id
  FROM load_stage s
  LEFT JOIN accounts_customer c ON c.tenant_id = %(tenant)s AND c.key = s.customer
  LEFT JOIN accounts_contract k ON k.tenant_id = %(tenant)s AND k.key = s.contract
"""

UNKNOWN_CUSTOMER = "s.customer IS NOT NULL AND s.named_customer_id IS NULL"
UNKNOWN_CONTRACT = "s.contract IS NOT NULL AND s.contract_id IS NULL"
OTHER_CUSTOMER = "s.named_customer_id <> s.contract_customer_id"
NO_SUBJECT = "s.customer IS NULL AND s.contract IS NULL"

INSERT = """
INSERT INTO usage_event (message_id, customer_id, contract_id, module_id, person, event,
                         occurred_at, count, received_at, load_id)
SELECT s.message_id, s.customer_id, s.contract_id, m.id, s.person, s.event, s.occurred_at, s.count,
       %(now)s, %(load)s
  FROM load_row s
  LEFT JOIN accounts_module m ON m.tenant_id = %(tenant)s AND m.key = s.module
 WHERE s.line >= %(first)s AND s.line < %(end)s
ON CONFLICT DO NOTHING
"""

KNOWN = """
SELECT s.line, {same} AS same
  FROM load_row s
  JOIN usage_event u ON u.tenant_id = %(tenant)s AND u.message_id = s.message_id
  LEFT JOIN accounts_module m ON m.tenant_id = %(tenant)s AND m.key = s.module
"""

KEEP = """
INSERT INTO accounts_rowversion ("table", before, known_from, known_to, load_id)
SELECT 'usage_event', to_jsonb(u), u.received_at, %(now)s, %(load)s
  FROM usage_event u WHERE u.tenant_id = %(tenant)s AND u.load_id = %(load)s
"""
DELETE = "DELETE FROM usage_event WHERE tenant_id = %(tenant)s AND load_id = %(load)s"


class _SomeWereThere(Exception):
    """Leaves the savepoint without the rows written in it."""


class Usage(LoadKind):
    """Who used what, when. Outside its contract's dates it is a fact all the same."""

    name = "usage"
    label = _("Usage")
    order = 70
    keep_extras = False
    one_of = (("customer", "contract"),)
    columns = (
        Column("customer", KEY, synonyms=CUSTOMER.synonyms),
        Column("contract", KEY, synonyms=("contract_id", "subscription_id", "合同编号", "合同")),
        Column(
            "occurred_at",
            Moment(),
            required=True,
            filled=True,
            synonyms=("timestamp", "time", "date", "usage_date", "event_time", "日期", "时间"),
        ),
        Column(
            "event",
            Text(200),
            required=True,
            filled=True,
            synonyms=("event_name", "feature_name", "feature", "action", "事件", "功能"),
        ),
        Column(
            "person",
            Text(254),
            synonyms=("user", "user_id", "person_id", "email", "用户", "使用人", "工号"),
        ),
        Column("module", KEY, synonyms=MODULE_NAMES),
        Column(
            "message_id",
            Text(200),
            synonyms=("usage_id", "event_id", "messageid", "id", "消息编号", "流水号"),
        ),
        Column(
            "count",
            Whole(),
            synonyms=("usage_count", "quantity", "times", "events", "次数", "数量"),
        ),
    )

    def plan(self, stage: Stage) -> None:
        """Resolve names and ids; conflicts with stored messages are found here only when nothing
        will be written."""
        has_ids = "message_id" in stage.present
        every_row = has_ids and stage.count(where="message_id IS NULL") == 0
        made = "s.message_id" if every_row else f"coalesce(s.message_id, {MADE_ID})"
        stage.make("load_row", ROWS.format(message_id=made), analyze=False)
        self._reject_unresolved(stage)
        make_modules(stage)
        if stage.check_all or stage.rejected():
            self._compare(stage)

    def _reject_unresolved(self, stage: Stage) -> None:
        checks = (
            ("customer", "unknown_customer", UNKNOWN_CUSTOMER),
            ("contract", "unknown_contract", UNKNOWN_CONTRACT),
            ("contract", "contract_of_another", OTHER_CUSTOMER),
            ("customer", "no_subject", NO_SUBJECT),
        )
        found = ", ".join(f"coalesce(bool_or({condition}), false)" for *_, condition in checks)
        # One pass tells which of the checks is worth its own.
        for (column, code, condition), is_found in zip(
            checks, stage.rows(f"SELECT {found} FROM load_row s")[0], strict=True
        ):
            if is_found:
                reject_where(stage, column, code, condition)
        if stage.rejected():
            stage.drop_rejected("load_row")

    def _compare(self, stage: Stage) -> None:
        """Take rows out that are there already, in the file or stored: equal ones are unchanged,
        different ones rejected."""
        stage.analyze("load_row")
        before = stage.count("load_row")
        rejected = stage.rejected()
        reject_repeats(
            stage,
            ["message_id"],
            ["customer", "contract", "occurred_at", "event", "person", "module", "count"],
            column="message_id",
            code="repeated_message",
        )
        stage.drop_rejected("load_row")
        stage.run(
            "DELETE FROM load_row s USING (SELECT message_id, min(line) AS first_line "
            "FROM load_row GROUP BY message_id HAVING count(*) > 1) g "
            "WHERE s.message_id = g.message_id AND s.line > g.first_line"
        )
        compared = {
            "person": "u.person = s.person",
            "contract": "u.contract_id IS NOT DISTINCT FROM s.contract_id",
            "module": "u.module_id IS NOT DISTINCT FROM m.id",
            "count": "u.count = s.count",
        }
        same = ["u.customer_id = s.customer_id", "u.event = s.event"]
        same.append("u.occurred_at = s.occurred_at")
        same += [equal for column, equal in compared.items() if column in stage.present]
        stage.make("load_known", KNOWN.format(same=" AND ".join(same)))
        reject_where(
            stage,
            "message_id",
            "message_differs",
            "s.line IN (SELECT line FROM load_known WHERE NOT same)",
        )
        stage.run("DELETE FROM load_row s USING load_known k WHERE k.line = s.line")
        left = stage.count("load_row")
        stage.tally["unchanged"] += before - left - (stage.rejected() - rejected)

    def write(self, stage: Stage) -> None:
        try:
            with transaction.atomic():
                if self._insert(stage) < stage.count("load_row"):
                    raise _SomeWereThere
        except _SomeWereThere:
            self._compare(stage)
            if stage.skip_bad or not stage.rejected():
                self._insert(stage)

    def _insert(self, stage: Stage) -> int:
        """Write `load_row`; returns how many rows were not there before."""
        first, last = stage.rows(
            "SELECT coalesce(min(line), 1), coalesce(max(line), 0) FROM load_row"
        )[0]
        if last - first > BATCH_LINES:
            stage.run("CREATE INDEX ON load_row USING brin (line)")
        inserted = 0
        for start in range(first, last + 1, BATCH_LINES):
            inserted += stage.run(INSERT, first=start, end=start + BATCH_LINES)
            stage.progress(min(start + BATCH_LINES, last), last)
        return inserted

    def counts(self, stage: Stage) -> Counts:
        return Counts(stage.count("load_row"), 0, stage.tally["unchanged"])

    def preview(self, stage: Stage) -> Preview:
        lines = stage.rows("SELECT line FROM load_row ORDER BY line LIMIT %(n)s", n=PREVIEW_ROWS)
        return rows_of(stage, [line for (line,) in lines])

    def take_back(self, *, tenant_id: int, load_id: int, now: datetime) -> int:
        parameters: dict[str, Any] = {"tenant": tenant_id, "load": load_id, "now": now}
        with connection.cursor() as cursor:
            cursor.execute(KEEP, parameters)
            cursor.execute(DELETE, parameters)
            return int(cursor.rowcount)
