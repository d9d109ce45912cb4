"""Requests: `customer,key,title,made_on[,contact,module,status,text]`.

A row is one customer's asking. A new one brings a request of its own to the board, with the state
that the file gives it; whether two are the same wish is for people to say. Once somebody changed,
decided or merged the request on screen, files no longer change it, only the asking itself.
"""

from __future__ import annotations

from typing import ClassVar

from django.utils.translation import gettext_lazy as _

from accounts.loads.checks import CONTACT as OF_CONTACT
from accounts.loads.checks import CUSTOMER as OF_CUSTOMER
from accounts.loads.checks import reject_moved, reject_repeats, resolve
from accounts.loads.kinds.called import by_column
from accounts.loads.kinds.common import CONTACT, CUSTOMER, KEY, MODULE_NAMES, NAME
from accounts.loads.named import make_modules
from accounts.loads.reading import Column
from accounts.loads.reading.values import Choice, Day, Text
from accounts.loads.registry import TableKind
from accounts.loads.stage import Stage
from accounts.loads.upsert import Field, Upsert, keep_versions
from service.models.requests import Request

CALLED = by_column("""
key: request_id request_key idea_id wish_id suggestion_id feature_request_id id 需求编号 建议编号
    编号 request_no idea_no suggestion_no no 需求号 建议号
title: subject summary name request_title idea suggestion request feature_request 需求标题 标题
    需求 建议 需求名称 建议标题 主题 需求描述 建议内容
made_on: requested_on raised_on made_at requested_at created_at created_on date submitted_on
    request_date 提出日期 需求日期 提出时间 提交日期 提交时间 日期 创建时间
status: state request_status stage 状态 需求状态 处理状态 采纳状态
text: description details body comment note 说明 详情 内容 详细描述 备注
""")

# What other programs call the six.
STATUS = Choice(
    tuple(Request.Status.values),
    also=(
        ("open", "new"),
        ("submitted", "new"),
        ("received", "new"),
        ("under_review", "review"),
        ("in_review", "review"),
        ("reviewing", "review"),
        ("considering", "review"),
        ("adopted", "accepted"),
        ("approved", "accepted"),
        ("in_progress", "planned"),
        ("in_development", "planned"),
        ("scheduled", "planned"),
        ("released", "shipped"),
        ("done", "shipped"),
        ("completed", "shipped"),
        ("delivered", "shipped"),
        ("rejected", "declined"),
        ("closed", "declined"),
        ("wont_do", "declined"),
        ("新建", "new"),
        ("待处理", "new"),
        ("新提出", "new"),
        ("评审中", "review"),
        ("评估中", "review"),
        ("已采纳", "accepted"),
        ("已接受", "accepted"),
        ("采纳", "accepted"),
        ("已排期", "planned"),
        ("开发中", "planned"),
        ("规划中", "planned"),
        ("已上线", "shipped"),
        ("已发布", "shipped"),
        ("已完成", "shipped"),
        ("未采纳", "declined"),
        ("不采纳", "declined"),
        ("已拒绝", "declined"),
        ("已婉拒", "declined"),
    ),
)

# What the board shows of a request that nobody touched on screen: the file's words.
SHOWN = {
    "title": "i.new_title",
    "text": "i.new_text",
    "module_id": "i.new_module_id",
    "raised_on": "i.new_made_on",
    "status": "CASE WHEN i.new_status = '' THEN 'new' ELSE i.new_status END",
}


class Requests(TableKind):
    """What customers asked of the product."""

    name = "requests"
    label = _("Requests")
    order = 90
    columns = (
        CUSTOMER,
        Column("key", KEY, required=True, filled=True, synonyms=CALLED["key"]),
        Column("title", NAME, required=True, filled=True, synonyms=CALLED["title"]),
        Column("made_on", Day(), required=True, filled=True, synonyms=CALLED["made_on"]),
        CONTACT,
        Column("module", KEY, synonyms=MODULE_NAMES),
        Column("status", STATUS, synonyms=CALLED["status"]),
        Column("text", Text(10_000), synonyms=CALLED["text"]),
    )
    upsert: ClassVar[Upsert] = Upsert(
        table="service_ask",
        plan="load_ask",
        key={"key": "s.key"},
        fields=(
            Field("customer_id", "s.customer_id"),
            Field("request_id", "w.request_id"),
            Field("title", "s.title", "title"),
            Field("made_on", "s.made_on", "made_on"),
            Field("contact_id", "s.contact_id", "contact", refers_to="accounts_contact"),
            Field("module_id", "module.id", "module", refers_to="accounts_module"),
            Field("status", "s.status", "status", empty="''"),
            Field("text", "s.text", "text", empty="''"),
        ),
        joins="JOIN load_wish w ON w.key = s.key LEFT JOIN accounts_module module "
        "ON module.tenant_id = %(tenant)s AND module.key = s.module",
        attributes=True,
    )

    def plan(self, stage: Stage) -> None:
        resolve(stage, OF_CUSTOMER, OF_CONTACT)
        reject_moved(stage, self.upsert.table, "request_of_another")
        reject_repeats(stage, ["key"])
        stage.drop_rejected("load_row")
        make_modules(stage)
        # The request that each asking stands under, or will.
        stage.make(
            "load_wish",
            "SELECT n.key, coalesce(t.request_id, "
            "nextval(pg_get_serial_sequence('service_request', 'id'))) AS request_id "
            "FROM (SELECT DISTINCT key FROM load_row) n LEFT JOIN service_ask t "
            "ON t.tenant_id = %(tenant)s AND t.key = n.key",
        )
        self.upsert.make_plan(stage)

    def write(self, stage: Stage) -> None:
        self._make_requests(stage)
        self.upsert.write(stage)
        self._change_requests(stage)

    def _make_requests(self, stage: Stage) -> None:
        stage.run(
            "WITH made AS (INSERT INTO service_request (id, known_from, captured_at, "
            f"{', '.join(SHOWN)}, planned_for, shared_titles, is_curated, version) "
            f"SELECT i.new_request_id, %(now)s, %(now)s, {', '.join(SHOWN.values())}, "
            "'', '{}', false, 1 FROM load_ask i WHERE i.is_new RETURNING id) "
            'INSERT INTO accounts_rowversion ("table", row_id, known_to, load_id) '
            "SELECT 'service_request', id, %(now)s, %(load)s FROM made"
        )

    def _change_requests(self, stage: Stage) -> None:
        """Those that stand on the board as the file brought them."""
        differs = " OR ".join(f"t.{name} IS DISTINCT FROM {value}" for name, value in SHOWN.items())
        found = (
            "FROM load_ask i JOIN service_request t ON t.tenant_id = %(tenant)s "
            f"AND t.id = i.new_request_id WHERE i.is_changed AND NOT t.is_curated AND ({differs})"
        )
        stage.make("load_wish_changed", f"SELECT t.id AS row_id, {_PLAN} {found}")
        keep_versions(stage, "service_request", "SELECT row_id FROM load_wish_changed")
        stage.run(
            "UPDATE service_request t SET known_from = %(now)s, version = t.version + 1, "
            + ", ".join(f"{name} = {value}" for name, value in SHOWN.items())
            + " FROM load_wish_changed i WHERE t.tenant_id = %(tenant)s AND t.id = i.row_id"
        )


# The columns of the plan that the board shows.
_PLAN = "i.new_title, i.new_text, i.new_module_id, i.new_made_on, i.new_status"
