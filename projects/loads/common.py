"""What the kinds of this app share: columns, and what their rows refer to."""

from __future__ import annotations

from accounts.loads.checks import Reference
from accounts.loads.kinds.common import KEY
from accounts.loads.reading import Column

PROJECT = Column(
    "project",
    KEY,
    required=True,
    filled=True,
    synonyms=(
        "project_id",
        "project_key",
        "project_code",
        "project_no",
        "项目编号",
        "项目",
        "项目号",
        "项目编码",
        "项目代码",
        "project_name",
        "项目ID",
        "项目名称",
    ),
)
OF_PROJECT = Reference(
    "project",
    "projects_project",
    "project_id",
    "unknown_project",
    {"project_starts_on": "starts_on", "project_due_on": "due_on"},
)
# Keys of items and of change requests are told apart within their project.
OF_ITEM = Reference(
    "item",
    "(SELECT i.tenant_id, i.id, i.key, w.project_id FROM projects_sowitem i "
    "JOIN projects_sow w ON w.tenant_id = i.tenant_id AND w.id = i.sow_id)",
    "item_id",
    "unknown_item",
    owner="project_id",
)
OF_TASK = Reference("task", "projects_task", "task_id", "unknown_task", owner="project_id")
