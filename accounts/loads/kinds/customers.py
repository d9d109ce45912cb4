"""Customers: `key,name[,industry,size,region,currency,parent,salesperson,…]`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from django.utils.translation import gettext_lazy as _

from accounts.loads.checks import reject_repeats, resolve
from accounts.loads.kinds.common import CURRENCY, KEY, NAME
from accounts.loads.named import make_colleagues
from accounts.loads.reading import Column
from accounts.loads.reading.values import Person, Text
from accounts.loads.registry import TableKind
from accounts.loads.stage import Stage
from accounts.loads.touched import Touched
from accounts.loads.upsert import Field, Own, Upsert
from accounts.models.customers import search_text

PEOPLE = ("salesperson", "service_manager", "project_manager")


class Customers(TableKind):
    """The companies that the vendor serves."""

    name = "customers"
    label = _("Customers")
    order = 10
    touched = Touched("accounts_customer", "SELECT row_id FROM written")
    columns = (
        Column(
            "key",
            KEY,
            required=True,
            filled=True,
            synonyms=(
                "customer_id",
                "account_id",
                "customer_key",
                "client_id",
                "company_id",
                "id",
                "code",
                "客户编号",
                "客户编码",
                "客户代码",
                "编号",
            ),
        ),
        Column(
            "name",
            NAME,
            required=True,
            filled=True,
            synonyms=(
                "customer_name",
                "account_name",
                "company_name",
                "company",
                "customer",
                "account",
                "client",
                "客户名称",
                "公司名称",
                "企业名称",
                "名称",
                "客户",
            ),
        ),
        Column("industry", Text(200), synonyms=("sector", "vertical", "行业", "所属行业")),
        Column(
            "size",
            Text(100),
            synonyms=("company_size", "employees", "headcount", "规模", "企业规模", "员工人数"),
        ),
        Column(
            "region",
            Text(200),
            synonyms=("country", "area", "territory", "地区", "区域", "省份", "国家"),
        ),
        CURRENCY,
        Column(
            "parent",
            KEY,
            synonyms=("parent_id", "parent_key", "group", "上级客户", "母公司", "集团"),
        ),
        Column(
            "salesperson",
            Person(),
            synonyms=("sales", "account_executive", "owner", "sales_rep", "销售", "销售负责人"),
        ),
        Column(
            "service_manager",
            Person(),
            synonyms=("csm", "customer_success_manager", "客户服务经理", "客户成功经理"),
        ),
        Column("project_manager", Person(), synonyms=("pm", "项目经理")),
    )
    derived = (Column("search_text", Text()),)
    upsert = Upsert(
        table="accounts_customer",
        plan="load_customer",
        key={"key": "s.key"},
        fields=(
            Field("name", "s.name", "name"),
            Field("search_text", "s.search_text"),
            *(
                Field(name, f"s.{name}", name, empty="''")
                for name in ("industry", "size", "region", "currency")
            ),
            *(
                Field(f"{person}_id", f"{person}.id", person, refers_to="accounts_colleague")
                for person in PEOPLE
            ),
        ),
        joins=" ".join(
            f"LEFT JOIN accounts_colleague {person} "
            f"ON {person}.tenant_id = %(tenant)s AND {person}.key = s.{person}"
            for person in PEOPLE
        ),
        attributes=True,
        own=Own("parent_id", "parent", "unknown_parent", "circular_parents", "parents_too_deep"),
    )

    def derive(
        self, values: Mapping[str, Sequence[str | None]]
    ) -> Mapping[str, Sequence[str | None]]:
        pairs = zip(values["key"], values["name"], strict=True)
        return {"search_text": [search_text(key or "", name or "") for key, name in pairs]}

    def plan(self, stage: Stage) -> None:
        resolve(stage)
        reject_repeats(stage, ["key"])
        stage.drop_rejected("load_row")
        make_colleagues(stage, *PEOPLE)
        self.upsert.make_plan(stage)
