"""Contracts: `customer,key,signed_on,starts_on,ends_on,module,annual_fee[,kind,amount,…]`.

A row is a line of a contract. Lines of one contract share its customer and what it renews; a line
is known by contract, module and start.
"""

from __future__ import annotations

from typing import ClassVar

from django.utils.translation import gettext_lazy as _

from accounts.loads.checks import CUSTOMER as OF_CUSTOMER
from accounts.loads.checks import (
    reject_backwards,
    reject_moved,
    reject_repeats,
    reject_where,
    resolve,
)
from accounts.loads.kinds.called import CONTRACTS as CALLED
from accounts.loads.kinds.common import CURRENCY, CUSTOMER, KEY, MODULE_NAMES
from accounts.loads.named import make_modules
from accounts.loads.preview import Preview, preview_of
from accounts.loads.reading import Column
from accounts.loads.reading.values import Amount, Choice, Day, Flag, Whole
from accounts.loads.registry import Counts, LoadKind
from accounts.loads.stage import Stage
from accounts.loads.touched import Touched
from accounts.loads.upsert import Field, Own, Upsert

ONE_OFF = "coalesce(s.kind, 'subscription') = 'one_off'"


class Contracts(LoadKind):
    """What customers signed: subscriptions and one-off lines."""

    name = "contracts"
    label = _("Contracts")
    order = 40
    touched = Touched(
        "accounts_contractline",
        "SELECT DISTINCT k.customer_id FROM written "
        "JOIN accounts_contractline l ON l.tenant_id = %(tenant)s AND l.id = row_id "
        "JOIN accounts_contract k ON k.tenant_id = %(tenant)s AND k.id = l.contract_id",
    )
    columns = (
        CUSTOMER,
        Column("key", KEY, required=True, filled=True, synonyms=CALLED["key"]),
        Column("signed_on", Day(), required=True, synonyms=CALLED["signed_on"], like="starts_on"),
        Column("starts_on", Day(), required=True, filled=True, synonyms=CALLED["starts_on"]),
        Column("ends_on", Day(), required=True, synonyms=CALLED["ends_on"]),
        Column("module", KEY, required=True, filled=True, synonyms=MODULE_NAMES),
        Column("annual_fee", Amount(negative=False), required=True, synonyms=CALLED["annual_fee"]),
        Column("kind", Choice(("subscription", "one_off")), synonyms=CALLED["kind"]),
        Column("amount", Amount(negative=False), synonyms=CALLED["amount"]),
        Column("seats", Whole(), synonyms=CALLED["seats"]),
        CURRENCY,
        Column("renewal_of", KEY, synonyms=CALLED["renewal_of"]),
        Column("is_trial", Flag(), synonyms=CALLED["is_trial"]),
    )
    contract: ClassVar[Upsert] = Upsert(
        table="accounts_contract",
        plan="load_contract",
        rows="load_contract_source",
        key={"key": "s.key"},
        fields=(
            Field("customer_id", "s.customer_id"),
            Field("currency", "s.currency", "currency", empty="''"),
        ),
        attributes=True,
        own=Own(
            "renewal_of_id",
            "renewal_of",
            "unknown_renewal",
            "circular_renewals",
            "renewals_too_many",
        ),
    )
    line: ClassVar[Upsert] = Upsert(
        table="accounts_contractline",
        plan="load_line",
        key={
            "contract_id": "c.row_id",
            "module_id": "m.id",
            "starts_on": "s.starts_on",
        },
        fields=(
            Field("kind", "s.kind", "kind", empty="'subscription'"),
            Field("signed_on", "coalesce(s.signed_on, s.starts_on)", "signed_on"),
            Field("ends_on", "s.ends_on", "ends_on"),
            Field("annual_fee", "s.annual_fee", "annual_fee", empty="0"),
            Field("amount", "s.amount", "amount", empty="0"),
            Field("seats", "s.seats", "seats"),
            Field("is_trial", "s.is_trial", "is_trial", empty="false"),
        ),
        joins="JOIN load_contract c ON c.key_key = s.key "
        "JOIN accounts_module m ON m.tenant_id = %(tenant)s AND m.key = s.module",
        attributes=True,
    )

    def plan(self, stage: Stage) -> None:
        resolve(stage, OF_CUSTOMER)
        reject_backwards(stage, "starts_on", "ends_on", "ends_before_start")
        reject_where(stage, "annual_fee", "empty", f"s.annual_fee IS NULL AND NOT {ONE_OFF}")
        reject_where(
            stage, "amount", "empty", f"coalesce(s.amount, s.annual_fee) IS NULL AND {ONE_OFF}"
        )
        reject_repeats(stage, ["key", "module", "starts_on"], code="repeated_line")
        stage.drop_rejected("load_row")
        self._reject_contradictions(stage)
        stage.drop_rejected("load_row")
        self._plan_contracts(stage)
        make_modules(stage)
        self.line.make_plan(stage)

    def _reject_contradictions(self, stage: Stage) -> None:
        """Lines of one contract agree on whose it is and what it renews; so does what is stored."""
        for column, code in (("customer", "contract_of_two"), ("renewal_of", "renews_two")):
            stage.reject(
                column,
                code,
                f"SELECT s.line, s.{column}, jsonb_build_object('line', g.line) FROM load_row s "
                f"JOIN (SELECT DISTINCT ON (key) key, line, {column} FROM load_row "
                f"WHERE {column} IS NOT NULL ORDER BY key, line) g "
                f"ON g.key = s.key AND s.{column} <> g.{column}",
            )
        reject_moved(stage, self.contract.table, "contract_of_another")

    def _plan_contracts(self, stage: Stage) -> None:
        """One row per contract; a line whose contract is rejected is rejected with it."""
        while True:
            stage.make(
                "load_contract_source",
                "SELECT min(line) AS line, key, min(customer_id) AS customer_id, "
                "max(currency) AS currency, max(renewal_of) AS renewal_of, "
                "NULL::jsonb AS extras "
                "FROM load_row GROUP BY key",
            )
            before = stage.rejected()
            self.contract.make_plan(stage)
            if stage.rejected() == before:
                return
            stage.run(
                'INSERT INTO load_fault (line, "column", value, code, params) '
                "SELECT s.line, 'key', s.key, 'contract_rejected', "
                "jsonb_build_object('line', g.line) FROM load_row s "
                "JOIN (SELECT r.key, min(r.line) AS line FROM load_row r "
                "JOIN load_fault f ON f.line = r.line GROUP BY r.key) g ON g.key = s.key "
                "WHERE NOT EXISTS (SELECT 1 FROM load_fault f WHERE f.line = s.line)"
            )
            stage.drop_rejected("load_row")

    def counts(self, stage: Stage) -> Counts:
        created = stage.count(self.line.plan, "is_new")
        updated = int(
            stage.value(
                "SELECT count(*) FROM load_line l JOIN load_contract c "
                "ON c.row_id = l.key_contract_id "
                "WHERE NOT l.is_new AND (l.is_changed OR c.is_changed)"
            )
        )
        return Counts(created, updated, stage.count("load_row") - created - updated)

    def write(self, stage: Stage) -> None:
        self.contract.write(stage)
        self.line.write(stage)

    def preview(self, stage: Stage) -> Preview:
        return preview_of(stage, self.contract, self.line)
