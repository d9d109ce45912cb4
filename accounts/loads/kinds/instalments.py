"""Instalments: `customer,contract,due_on,amount[,paid_by]`."""

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
from accounts.loads.kinds.common import CUSTOMER, KEY
from accounts.loads.reading import Column
from accounts.loads.reading.values import Amount, Day
from accounts.loads.registry import TableKind
from accounts.loads.stage import Stage
from accounts.loads.upsert import Field, Upsert


class Instalments(TableKind):
    """Parts of contracts' prices, each due on a day; a contract has one per day."""

    name = "instalments"
    label = _("Instalments")
    order = 60
    columns = (
        CUSTOMER,
        Column(
            "contract",
            KEY,
            required=True,
            filled=True,
            synonyms=(
                "contract_id",
                "subscription_id",
                "合同编号",
                "合同",
                "contract_no",
                "contract_key",
                "agreement_no",
                "合同号",
                "合同编码",
            ),
        ),
        Column(
            "due_on",
            Day(),
            required=True,
            filled=True,
            synonyms=(
                "due_date",
                "due",
                "应收日期",
                "到期日",
                "付款到期日",
                "date_due",
                "payment_due",
                "due_at",
                "应付日期",
                "应收时间",
                "计划回款日期",
                "计划收款日期",
                "约定付款日期",
            ),
        ),
        Column(
            "amount",
            Amount(),
            required=True,
            filled=True,
            synonyms=(
                "due_amount",
                "total",
                "应收金额",
                "金额",
                "amount_due",
                "instalment_amount",
                "installment_amount",
                "instalment",
                "installment",
                "应付金额",
                "计划回款金额",
                "计划收款金额",
            ),
        ),
        Column(
            "paid_by",
            KEY,
            synonyms=(
                "payment",
                "payment_id",
                "回款编号",
                "receipt_no",
                "payment_no",
                "收款单号",
                "回款单号",
            ),
        ),
    )
    upsert = Upsert(
        table="accounts_instalment",
        plan="load_instalment",
        key={"contract_id": "s.contract_id", "due_on": "s.due_on"},
        fields=(
            Field("amount", "s.amount", "amount"),
            Field("paid_by_id", "s.paid_by_id", "paid_by", refers_to="accounts_payment"),
        ),
        attributes=True,
    )

    def plan(self, stage: Stage) -> None:
        resolve(
            stage,
            OF_CUSTOMER,
            OF_CONTRACT,
            Reference(
                "paid_by",
                "accounts_payment",
                "paid_by_id",
                "unknown_payment",
                {"payment_customer_id": "customer_id"},
            ),
        )
        reject_other_customer(stage, "contract", "contract_customer_id", "contract_of_another")
        reject_other_customer(stage, "paid_by", "payment_customer_id", "payment_of_another")
        reject_repeats(stage, ["contract", "due_on"], column="due_on", code="repeated_instalment")
        stage.drop_rejected("load_row")
        self.upsert.make_plan(stage)
