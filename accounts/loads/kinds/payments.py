"""Payments: `customer,key,paid_on,amount[,currency,contract,module]`; negative is a refund."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from accounts.loads.checks import CONTRACT as OF_CONTRACT
from accounts.loads.checks import CUSTOMER as OF_CUSTOMER
from accounts.loads.checks import (
    Reference,
    reject_other_customer,
    reject_repeats,
    resolve,
)
from accounts.loads.kinds.called import PAYMENTS as CALLED
from accounts.loads.kinds.common import CURRENCY, CUSTOMER, KEY, MODULE_NAMES
from accounts.loads.reading import Column
from accounts.loads.reading.values import Amount, Day
from accounts.loads.registry import TableKind
from accounts.loads.stage import Stage
from accounts.loads.upsert import Field, Upsert


class Payments(TableKind):
    """Money that arrived."""

    name = "payments"
    label = _("Payments")
    order = 50
    columns = (
        CUSTOMER,
        Column("key", KEY, required=True, filled=True, synonyms=CALLED["key"]),
        Column("paid_on", Day(), required=True, filled=True, synonyms=CALLED["paid_on"]),
        Column("amount", Amount(), required=True, filled=True, synonyms=CALLED["amount"]),
        CURRENCY,
        Column("contract", KEY, synonyms=CALLED["contract"]),
        Column("module", KEY, synonyms=MODULE_NAMES),
    )
    upsert = Upsert(
        table="accounts_payment",
        plan="load_payment",
        key={"key": "s.key"},
        fields=(
            Field("customer_id", "s.customer_id", "customer", refers_to="accounts_customer"),
            Field("paid_on", "s.paid_on", "paid_on"),
            Field("amount", "s.amount", "amount"),
            Field("contract_id", "s.contract_id", "contract", refers_to="accounts_contract"),
            Field("module_id", "s.module_id", "module", refers_to="accounts_module"),
        ),
        attributes=True,
    )

    def plan(self, stage: Stage) -> None:
        resolve(
            stage,
            OF_CUSTOMER,
            OF_CONTRACT,
            Reference("module", "accounts_module", "module_id", "unknown_module"),
        )
        reject_other_customer(stage, "contract", "contract_customer_id", "contract_of_another")
        # A payment may be corrected to another customer unless an instalment counts on it.
        stage.reject(
            "customer",
            "payment_settles_another",
            "SELECT DISTINCT s.line, s.customer, NULL::jsonb FROM load_row s "
            "JOIN accounts_payment p ON p.tenant_id = %(tenant)s AND p.key = s.key "
            "JOIN accounts_instalment n ON n.tenant_id = %(tenant)s AND n.paid_by_id = p.id "
            "WHERE p.customer_id <> s.customer_id",
        )
        reject_repeats(stage, ["key"])
        stage.drop_rejected("load_row")
        self.upsert.make_plan(stage)
