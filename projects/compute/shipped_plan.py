"""The template that every tenant starts with: the improved flow of implementation.

The order of its steps is the study's: needs are gathered after the customer has been trained on the
standard product, an overall solution is signed before anything is built, and end users are trained
again after go-live, when they know what to ask.
"""

from __future__ import annotations

from typing import Any

from projects.compute.shipped_gates import DECISION_MAKER, MANAGER, shipped_gates

KEY = "standard"
NAME = {"en": "Standard implementation", "zh": "标准实施"}

_MANAGER = MANAGER
_CONSULTANT = {"en": "Consultant", "zh": "实施顾问"}
_DEVELOPER = {"en": "Developer", "zh": "开发工程师"}
_SERVICE = {"en": "Customer-service manager", "zh": "客户服务经理"}
_SPONSOR = DECISION_MAKER
_KEY_USER = {"en": "Key user", "zh": "关键用户"}
_IT = {"en": "IT contact", "zh": "IT 联系人"}

Line = tuple[str, str, str, int, str, str, dict[str, str]]
"""Key, English, Chinese, working days (0: milestone), person-days, keys it waits for, who."""

_CUSTOMER = (_SPONSOR, _KEY_USER, _IT)
_PHASES: tuple[tuple[str, str, str, tuple[Line, ...]], ...] = (
    (
        "setup",
        "Team set up",
        "组建项目组",
        (
            ("read-contract", "Read contract and SOW", "研读合同与 SOW", 2, "2", "", _MANAGER),
            ("name-team", "Name the project team", "确定我方项目组成员", 2, "1", "read-contract",
             _MANAGER),
            ("customer-team", "Name sponsor and key users", "确定决策人与关键用户", 3, "0",
             "read-contract", _SPONSOR),
            ("team-ready", "Both teams are named", "双方项目组成立", 0, "0",
             "name-team customer-team", _MANAGER),
        ),
    ),
    (
        "kick-off",
        "Kick-off",
        "项目启动",
        (
            ("prepare-kick-off", "Prepare the kick-off: goals, plan, rules of change",
             "准备启动会：目标、计划、变更规则", 2, "2", "team-ready", _MANAGER),
            ("kick-off-meeting", "Hold the kick-off", "召开启动会", 1, "2", "prepare-kick-off",
             _MANAGER),
            ("kick-off-done", "Project kicked off", "项目已启动", 0, "0", "kick-off-meeting",
             _MANAGER),
        ),
    ),
    (
        "product-training",
        "Standard-product training",
        "标准产品培训",
        (
            ("training-system", "Set up the training environment", "搭建培训环境", 2, "1.5",
             "kick-off-done", _CONSULTANT),
            ("train-key-users", "Train key users on the standard product",
             "对关键用户进行标准产品培训", 3,
             "4", "training-system", _CONSULTANT),
            ("try-product", "Try the product on own examples", "用自身业务案例试用产品", 3, "0",
             "train-key-users", _KEY_USER),
        ),
    ),
    (
        "survey",
        "Requirement survey",
        "需求调研",
        (
            ("interviews", "Interview departments", "部门访谈", 5, "8", "try-product", _CONSULTANT),
            ("give-documents", "Hand over rules, forms and data", "提供制度、表单与数据", 5, "0",
             "try-product", _KEY_USER),
            ("write-survey", "Write the survey report", "编写需求调研报告", 3, "4",
             "interviews give-documents", _CONSULTANT),
            ("confirm-survey", "Confirm the survey report", "确认需求调研报告", 2, "0", "write-survey",
             _KEY_USER),
        ),
    ),
    (
        "gap-analysis",
        "Gap analysis",
        "差异分析",
        (
            ("compare", "Compare needs with the standard product", "对比需求与标准产品", 4, "6",
             "confirm-survey", _CONSULTANT),
            ("classify", "Classify against the SOW: in scope, out of scope, to clarify",
             "按 SOW 归类：范围内、超范围、待澄清", 2, "2", "compare", _MANAGER),
            ("agree-gaps", "Agree how each gap is closed", "商定各项差异的处理方式", 2, "2", "classify",
             _MANAGER),
        ),
    ),
    (
        "solution",
        "Overall solution",
        "整体解决方案",
        (
            ("write-solution", "Write the overall solution", "编写《项目整体解决方案说明书》", 5, "8",
             "agree-gaps", _CONSULTANT),
            ("review-solution", "Review the overall solution", "评审《项目整体解决方案说明书》", 3, "0",
             "write-solution", _KEY_USER),
            ("solution-signed", "Overall solution signed", "《项目整体解决方案说明书》已签字", 0, "0",
             "review-solution", _SPONSOR),
        ),
    ),
    (
        "build",
        "Build and configure",
        "搭建与配置",
        (
            ("configure", "Configure the product", "系统配置", 10, "14", "solution-signed", _CONSULTANT),
            ("develop", "Build what was signed beyond the standard", "开发已签字的个性化部分", 12, "18",
             "solution-signed", _DEVELOPER),
            ("interfaces", "Open interfaces and accounts", "开通接口与账号", 5, "0", "solution-signed",
             _IT),
            ("clean-data", "Clean and hand over master data", "清洗并提交基础数据", 8, "0",
             "solution-signed", _KEY_USER),
            ("load-data", "Load master data", "导入基础数据", 3, "4", "clean-data configure",
             _CONSULTANT),
            ("internal-test", "Test internally", "内部测试", 4, "6", "develop load-data interfaces",
             _CONSULTANT),
        ),
    ),
    (
        "uat",
        "User acceptance test",
        "用户验收测试",
        (
            ("test-cases", "Write test cases", "编写测试用例", 3, "2", "solution-signed", _KEY_USER),
            ("user-test", "Test with key users", "关键用户测试", 5, "4", "internal-test test-cases",
             _KEY_USER),
            ("mend", "Mend what the test found", "修复测试问题", 4, "6", "user-test", _DEVELOPER),
            ("uat-signed", "Test passed and signed", "测试通过并签字", 0, "0", "mend", _SPONSOR),
        ),
    ),
    (
        "go-live",
        "Go-live",
        "上线",
        (
            ("plan-go-live", "Plan the switch and the way back",
             "制定上线与回退方案", 2, "2", "uat-signed",
             _MANAGER),
            ("switch", "Switch to the production system", "切换到生产环境", 2, "3", "plan-go-live",
             _CONSULTANT),
            ("live", "System is live", "系统上线", 0, "0", "switch", _MANAGER),
            ("stand-by", "Stand by in the first days", "上线初期驻场支持", 5, "5", "live", _CONSULTANT),
        ),
    ),
    (
        "end-user-training",
        "End-user training",
        "最终用户培训",
        (
            ("material", "Write the material with the customer's own cases", "用客户案例编写培训教材", 3,
             "3", "live", _CONSULTANT),
            ("train-end-users", "Train end users", "最终用户培训", 4, "4", "material", _CONSULTANT),
            ("revision-lesson", "Revision lesson: questions from daily use",
             "复习课：解答日常使用问题", 1,
             "1.5", "train-end-users stand-by", _CONSULTANT),
        ),
    ),
    (
        "acceptance",
        "Acceptance",
        "验收",
        (
            ("acceptance-papers", "Prepare the acceptance papers", "准备验收材料", 2, "2",
             "revision-lesson", _MANAGER),
            ("examine", "Examine and accept", "组织验收", 3, "0", "acceptance-papers", _KEY_USER),
            ("accepted", "Project accepted", "项目验收通过", 0, "0", "examine", _SPONSOR),
        ),
    ),
    (
        "handover",
        "Handover",
        "交接",
        (
            ("collect", "Collect open items, promises, contacts and risks",
             "整理未结事项、承诺、联系人与风险", 2, "2", "accepted", _MANAGER),
            ("hand-over", "Hand over to the customer-service manager", "与客户服务经理交接", 1, "1",
             "collect", _SERVICE),
            ("handed-over", "The new face is introduced",
             "已向客户介绍新的唯一对接人", 0, "0", "hand-over",
             _SERVICE),
        ),
    ),
)  # fmt: skip


def shipped_document() -> dict[str, Any]:
    """A document as :mod:`projects.compute.plan_documents` describes it."""
    gates = shipped_gates()
    return {
        "phases": [
            {
                "key": key,
                "title": {"en": english, "zh": chinese},
                "tasks": [_task(line) for line in lines],
            }
            | ({"gate": gates[key]} if key in gates else {})
            for key, english, chinese, lines in _PHASES
        ]
    }


def _task(line: Line) -> dict[str, Any]:
    key, english, chinese, days, effort, after, role = line
    return {
        "key": key,
        "title": {"en": english, "zh": chinese},
        "days": days,
        "effort": effort,
        "after": after.split(),
        "offset": 0,
        "role": dict(role),
        "side": "customer" if role in _CUSTOMER else "vendor",
    }
