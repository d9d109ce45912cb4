"""Projects: `customer,key,name,manager,starts_on,due_on[,accepted_on,template]`."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from accounts.loads.checks import CUSTOMER as OF_CUSTOMER
from accounts.loads.checks import (
    reject_backwards,
    reject_moved,
    reject_repeats,
    reject_where,
    resolve,
)
from accounts.loads.kinds.common import CUSTOMER, KEY, NAME
from accounts.loads.named import make_colleagues
from accounts.loads.reading import Column
from accounts.loads.reading.values import Day, Person, Text
from accounts.loads.registry import TableKind
from accounts.loads.stage import Stage
from accounts.loads.touched import Touched
from accounts.loads.upsert import Field, Upsert


class Projects(TableKind):
    """Implementation projects. Their manager is the customer's face until acceptance."""

    name = "projects"
    label = _("Projects")
    order = 45
    touched = Touched(
        "projects_project",
        "SELECT DISTINCT p.customer_id FROM written "
        "JOIN projects_project p ON p.tenant_id = %(tenant)s AND p.id = row_id",
    )
    columns = (
        CUSTOMER,
        Column(
            "key",
            KEY,
            required=True,
            filled=True,
            synonyms=(
                "project_id",
                "id",
                "code",
                "项目编号",
                "编号",
                "project_no",
                "project_code",
                "project_key",
                "no",
                "项目号",
                "项目编码",
            ),
        ),
        Column(
            "name",
            NAME,
            required=True,
            filled=True,
            synonyms=(
                "project_name",
                "project",
                "title",
                "项目名称",
                "名称",
                "项目",
                "项目全称",
            ),
        ),
        Column(
            "manager",
            Person(),
            required=True,
            synonyms=(
                "project_manager",
                "pm",
                "owner",
                "项目经理",
                "负责人",
                "project_lead",
                "project_owner",
                "实施经理",
                "项目负责人",
            ),
        ),
        Column(
            "starts_on",
            Day(),
            required=True,
            filled=True,
            synonyms=(
                "start_date",
                "start",
                "开始日期",
                "启动日期",
                "started_on",
                "kick_off",
                "kick_off_date",
                "项目开始日期",
                "开工日期",
                "开始时间",
                "启动时间",
            ),
        ),
        Column(
            "due_on",
            Day(),
            required=True,
            filled=True,
            synonyms=(
                "due_date",
                "end_date",
                "deadline",
                "截止日期",
                "计划完成日期",
                "planned_end",
                "planned_end_date",
                "target_date",
                "计划验收日期",
                "计划结束日期",
                "计划上线日期",
                "项目截止日期",
            ),
        ),
        Column(
            "accepted_on",
            Day(),
            synonyms=(
                "acceptance_date",
                "accepted",
                "验收日期",
                "accepted_at",
                "date_accepted",
                "signed_off_on",
                "验收时间",
                "实际验收日期",
                "验收通过日期",
            ),
        ),
        Column("template", Text(100), synonyms=("project_template", "模板")),
    )
    upsert = Upsert(
        table="projects_project",
        plan="load_project",
        key={"key": "s.key"},
        fields=(
            Field("customer_id", "s.customer_id"),
            Field("name", "s.name", "name"),
            Field("manager_id", "manager.id", "manager", refers_to="accounts_colleague"),
            Field("starts_on", "s.starts_on", "starts_on"),
            Field("due_on", "s.due_on", "due_on"),
            Field("accepted_on", "s.accepted_on", "accepted_on"),
            Field("template", "s.template", "template", empty="''"),
        ),
        joins="LEFT JOIN accounts_colleague manager "
        "ON manager.tenant_id = %(tenant)s AND manager.key = s.manager",
        attributes=True,
    )

    def plan(self, stage: Stage) -> None:
        resolve(stage, OF_CUSTOMER)
        reject_backwards(stage, "starts_on", "due_on", "due_before_start")
        reject_backwards(stage, "starts_on", "accepted_on", "accepted_before_start")
        reject_moved(stage, self.upsert.table, "project_of_another")
        reject_repeats(stage, ["key"])
        stage.drop_rejected("load_row")
        make_colleagues(stage, "manager")
        self.upsert.make_plan(stage)
        self._refuse_after_handover(stage)
        if "accepted_on" not in stage.present:
            # The stored acceptance stays, and must still lie after the start.
            reject_where(
                stage,
                "starts_on",
                "accepted_before_start",
                "s.line IN (SELECT line FROM load_project WHERE new_accepted_on < new_starts_on)",
            )
            stage.drop_rejected("load_row")
            stage.drop_rejected("load_project")

    def _refuse_after_handover(self, stage: Stage) -> None:
        """What was handed over has been accepted by then; a file does not take that back."""
        reject_where(
            stage,
            "accepted_on",
            "accepted_after_handover",
            "s.line IN (SELECT plan.line FROM load_project plan JOIN projects_project p "
            "ON p.tenant_id = %(tenant)s AND p.id = plan.row_id WHERE p.handed_over_on IS NOT NULL "
            "AND coalesce(plan.new_accepted_on > p.handed_over_on, true))",
        )
        stage.drop_rejected("load_row")
        stage.drop_rejected("load_project")
