"""Modules: `key,name`."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from accounts.loads.checks import reject_repeats, resolve
from accounts.loads.kinds.common import KEY, MODULE_NAMES, NAME
from accounts.loads.reading import Column
from accounts.loads.registry import TableKind
from accounts.loads.stage import Stage
from accounts.loads.upsert import Field, Upsert


class Modules(TableKind):
    """The product modules that the tenant sells."""

    name = "modules"
    label = _("Modules")
    order = 30
    keep_extras = False
    side_tables = frozenset()
    columns = (
        Column(
            "key",
            KEY,
            required=True,
            filled=True,
            synonyms=(
                "module_id",
                "id",
                "code",
                *MODULE_NAMES,
                "模块编号",
                "编号",
                "module_no",
                "module_code",
                "product_id",
                "模块编码",
                "产品编号",
                "产品编码",
            ),
        ),
        Column(
            "name",
            NAME,
            required=True,
            filled=True,
            synonyms=(
                "module_name",
                "title",
                "模块名称",
                "名称",
                "product_name",
                "产品名称",
            ),
        ),
    )
    upsert = Upsert(
        table="accounts_module",
        plan="load_module",
        key={"key": "s.key"},
        fields=(Field("name", "s.name", "name"),),
    )

    def plan(self, stage: Stage) -> None:
        resolve(stage)
        reject_repeats(stage, ["key"])
        stage.drop_rejected("load_row")
        self.upsert.make_plan(stage)
