"""Columns that several kinds have, with the names that files in the wild give them."""

from __future__ import annotations

from accounts.loads.reading import Column
from accounts.loads.reading.values import Currency, Text

KEY = Text(200)
NAME = Text(300)

CUSTOMER = Column(
    "customer",
    KEY,
    required=True,
    filled=True,
    synonyms=(
        "customer_id",
        "customer_key",
        "account_id",
        "account",
        "client_id",
        "client",
        "company_id",
        "客户编号",
        "客户编码",
        "客户代码",
        "客户",
        "customer_no",
        "customer_code",
        "client_no",
        "client_code",
        "account_no",
        "account_code",
        "company_no",
        "company",
        "客户号",
        "客户ID",
        "企业编号",
        "公司编号",
        "客户名称",
    ),
)
MODULE_NAMES = (
    "module_key",
    "product",
    "product_module",
    "plan_tier",
    "plan",
    "模块",
    "产品模块",
    "产品",
    "module_name",
    "product_name",
    "product_code",
    "产品编号",
    "产品名称",
    "模块名称",
)
CURRENCY = Column(
    "currency",
    Currency(),
    synonyms=(
        "currency_code",
        "ccy",
        "币种",
        "货币",
        "结算币种",
        "币别",
        "货币代码",
        "币种代码",
    ),
)
CONTACT = Column(
    "contact",
    KEY,
    synonyms=(
        "contact_id",
        "contact_key",
        "contact_no",
        "联系人编号",
        "联系人",
        "requester",
        "requester_id",
        "reported_by",
        "attendee",
        "提出人",
        "客户联系人",
        "对接人",
    ),
)
