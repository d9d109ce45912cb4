"""The gates of the shipped template: few, where going on without a signature costs most."""

from __future__ import annotations

from typing import Any

MANAGER = {"en": "Project manager", "zh": "项目经理"}
DECISION_MAKER = {"en": "Decision maker", "zh": "决策人"}

Line = tuple[str, str, str, str, str, int, bool]
"""Key of the phase, title in English and Chinese, what is confirmed in both, working days to answer,
whether it is the acceptance."""

_GATES: tuple[Line, ...] = (
    (
        "solution",
        "Overall solution",
        "整体解决方案",
        "The overall solution, as reviewed. What it says is built; what it does not say is a change.",
        "《项目整体解决方案说明书》（评审稿）。按其内容实施；其中没有的内容走变更。",
        5,
        False,
    ),
    (
        "uat",
        "User acceptance test",
        "用户验收测试",
        "The test cases were run by the key users and passed; what is still open is listed and "
        "agreed.",
        "关键用户已执行全部测试用例并通过；遗留问题已列出并商定处理方式。",
        5,
        False,
    ),
    (
        "go-live",
        "Go-live",
        "上线",
        "The system runs in production with the customer's data, and its users work with it.",
        "系统已在生产环境使用客户数据运行，用户已开始使用。",
        3,
        False,
    ),
    (
        "acceptance",
        "Acceptance",
        "验收",
        "All that the SOW and its signed changes promise was delivered, and the users were trained. "
        "The project is accepted.",
        "SOW 及已签署变更约定的内容均已交付，用户培训已完成，同意项目验收。",
        10,
        True,
    ),
)


def shipped_gates() -> dict[str, dict[str, Any]]:
    """Key of a phase → its gate, as :mod:`projects.compute.plan_documents` describes it."""
    return {
        phase: {
            "title": {"en": english, "zh": chinese},
            "confirms": {"en": confirms, "zh": confirms_zh},
            "vendor_role": dict(MANAGER),
            "customer_role": dict(DECISION_MAKER),
            "days": days,
            "is_acceptance": is_acceptance,
        }
        for phase, english, chinese, confirms, confirms_zh, days, is_acceptance in _GATES
    }
