"""Cases as the demo's customers and their service managers word them."""

from __future__ import annotations

from dataclasses import dataclass

# (speaks, words): ours, customer, note.
Talk = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Story:
    """A case of the last days. ``ends``: open, waiting, solved, reopened or escalated; ``score``: of a
    solved one."""

    title: str
    kind: str
    text: str
    talk: Talk = ()
    ends: str = "open"
    score: int | None = None


STORIES = (
    Story(
        "十一月工资单个税与预期不符",
        "problem",
        "本月 12 名员工的专项附加扣除没有生效，发薪日是明天，请尽快处理。",
        (
            ("note", "已复现：扣除项在月中更新后未重新计算。请薪酬组确认规则 3。"),
            ("ours", "已定位到原因，正在为贵司重新计算，今天下班前给出核对表。"),
        ),
        "escalated",
    ),
    Story(
        "考勤机数据没有同步",
        "problem",
        "门店的打卡记录从昨天下午起就没有进入系统。",
        (("ours", "请问是所有门店，还是只有一家？方便的话请发一下设备编号。"),),
        "waiting",
    ),
    Story(
        "如何批量调整组织架构",
        "question",
        "公司合并了两个事业部，想一次性把员工调到新部门，不影响汇报关系。",
        (
            (
                "ours",
                "可以用“组织调整方案”先做草稿，预览汇报关系后再生效。操作说明见帮助中心，"
                "需要的话我们约半小时一起做一遍。",
            ),
            ("customer", "照着做了，很清楚，谢谢！"),
        ),
        "solved",
        5,
    ),
    Story(
        "年假余额显示错误",
        "problem",
        "上个月入职的员工年假余额是负数。",
        (("ours", "已修正入职折算规则，请核对。"),),
        "reopened",
    ),
    Story("绩效表导出失败", "problem", "导出 2000 人以上的绩效表时页面报错。"),
)
AGAIN = "修正之后，今天新入职的三个人还是负数，请再看一下。"
WHY_ESCALATED = "发薪日是明天，涉及个税规则，需要研发今天确认。"
SOLVED = "问题已经解决，您可以核对一下；有任何不对，请直接在这里告诉我们。"
THANKS = "处理得很快。"
# (name, kinds, priorities, position)
DEPARTMENTS = (
    ("产品研发部", ("problem",), ("urgent", "high")),
    ("实施支持部", ("problem",), ()),
    ("客户成功部", (), ()),
)
