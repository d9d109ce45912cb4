"""Headers that files in the wild have, and which columns they are taken for."""

from __future__ import annotations

import pytest

from accounts.loads.reading import guess_mapping, likely_columns
from accounts.loads.registry import find_kind


def guesses(kind: str, *header: str) -> dict[str, str]:
    """Column of the kind → name in the file."""
    found = find_kind(kind)
    assert found is not None
    return guess_mapping(header, found.columns)


@pytest.mark.parametrize(
    ("kind", "header", "columns"),
    [
        (
            "customers",
            [
                "客户编号",
                "客户名称",
                "所在地区",
                "所属行业",
                "客服经理",
                "客户经理",
                "员工数（人）",
            ],
            ["key", "name", "region", "industry", "service_manager", "salesperson", "size"],
        ),
        (
            "customers",
            ["Customer No.", "Organisation", "CSM", "AccountManager", "Number of Employees"],
            ["key", "name", "service_manager", "salesperson", "size"],
        ),
        (
            "payments",
            ["Receipt No", "Customer #", "Paid", "Sum (CNY)", "Contract No."],
            ["key", "customer", "paid_on", "amount", "contract"],
        ),
        (
            "payments",
            ["收款单号", "客户编号", "到账日期", "到账金额（元）", "合同号"],
            ["key", "customer", "paid_on", "amount", "contract"],
        ),
        (
            "contracts",
            ["Contract Number", "Customer ID", "Valid from", "Valid to", "Product", "ACV [EUR]"],
            ["key", "customer", "starts_on", "ends_on", "module", "annual_fee"],
        ),
        (
            "contracts",
            ["合同号", "客户编号", "签署日期", "合同开始日期", "合同到期日", "产品", "年服务费 元"],
            ["key", "customer", "signed_on", "starts_on", "ends_on", "module", "annual_fee"],
        ),
        (
            "instalments",
            ["客户编号", "合同号", "应付日期", "应付金额(元)"],
            ["customer", "contract", "due_on", "amount"],
        ),
        (
            "contacts",
            ["联系人编号", "客户编号", "联系人姓名", "电子邮件", "手机号码"],
            ["key", "customer", "name", "email", "phone"],
        ),
        (
            "projects",
            ["项目编号", "客户编号", "项目名称", "实施经理", "计划验收日期"],
            ["key", "customer", "name", "manager", "due_on"],
        ),
    ],
)
def test_common_headers_are_understood(kind: str, header: list[str], columns: list[str]) -> None:
    found = guesses(kind, *header)
    assert [found.get(name) for name in columns] == header


def test_an_amount_in_ten_thousands_is_left_to_a_person() -> None:
    """Taken for an amount it would be wrong by four digits, silently."""
    assert "amount" not in guesses("payments", "回款金额（万元）", "Amount (k)")


def test_of_two_that_read_alike_the_first_is_taken() -> None:
    assert guesses("payments", "Amount", "Amount (CNY)")["amount"] == "Amount"


def test_a_header_that_resembles_a_column_is_noticed() -> None:
    kind = find_kind("customers")
    assert kind is not None
    names = ["原客服经理", "Former account manager", "备注", "Remarks", "回款金额（万元）"]
    assert likely_columns(names, kind.columns) == {
        "原客服经理": "service_manager",
        "Former account manager": "salesperson",
    }
