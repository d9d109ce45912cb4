"""Customers: `key,name[,industry,size,region,currency,parent,salesperson,…]`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from django.utils.translation import gettext_lazy as _

from accounts.loads.checks import reject_repeats, resolve
from accounts.loads.kinds.called import CUSTOMERS as CALLED
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
        Column("key", KEY, required=True, filled=True, synonyms=CALLED["key"]),
        Column("name", NAME, required=True, filled=True, synonyms=CALLED["name"]),
        Column("industry", Text(200), synonyms=CALLED["industry"]),
        Column("size", Text(100), synonyms=CALLED["size"]),
        Column("region", Text(200), synonyms=CALLED["region"]),
        CURRENCY,
        Column("parent", KEY, synonyms=CALLED["parent"]),
        Column("salesperson", Person(), synonyms=CALLED["salesperson"]),
        Column("service_manager", Person(), synonyms=CALLED["service_manager"]),
        Column("project_manager", Person(), synonyms=CALLED["project_manager"]),
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
