"""Risks as the demo's project managers word them."""

from __future__ import annotations

from dataclasses import dataclass

from projects.models import Level, Side


@dataclass(frozen=True)
class RiskText:
    """``happened``: how it is said that the risk became an issue."""

    title: str
    side: str
    impact: int
    mitigation: str
    happened: str


TEXTS = (
    RiskText(
        "关键用户可能离职",
        Side.CUSTOMER,
        Level.HIGH,
        "提前培养第二位关键用户。",
        "关键用户本周已提出离职。",
    ),
    RiskText(
        "历史数据质量差，导入可能延期",
        Side.CUSTOMER,
        Level.MEDIUM,
        "先导入样本，逐项核对。",
        "样本中三成记录缺少工号。",
    ),
    RiskText(
        "考勤机厂商接口未定",
        Side.VENDOR,
        Level.MEDIUM,
        "与厂商确认接口文档和测试环境。",
        "厂商推迟提供接口文档。",
    ),
    RiskText(
        "实施顾问同时支持多个项目",
        Side.VENDOR,
        Level.MEDIUM,
        "每周排期，冲突时由项目经理协调。",
        "顾问本月被其他项目占用一半时间。",
    ),
    RiskText(
        "客户审批链过长，确认可能延迟",
        Side.CUSTOMER,
        Level.LOW,
        "约定三个工作日内回复。",
        "需求确认已延迟两周。",
    ),
    RiskText(
        "薪资规则复杂，测试用例不足",
        Side.VENDOR,
        Level.HIGH,
        "请客户提供近三个月的真实案例。",
        "并行核算发现两处差异。",
    ),
    RiskText(
        "服务器交付可能推迟",
        Side.CUSTOMER,
        Level.MEDIUM,
        "准备临时测试环境。",
        "服务器预计下月才能到位。",
    ),
    RiskText(
        "上线时间与年终结算冲突",
        Side.CUSTOMER,
        Level.HIGH,
        "与财务部门共同确定上线窗口。",
        "财务要求推迟上线。",
    ),
)
