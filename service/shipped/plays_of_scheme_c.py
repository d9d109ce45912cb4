"""Plays for the tiers of scheme C, the ladder."""

from __future__ import annotations

from service.compute.play_documents import PlayDocument
from service.shipped.play_writing import enters_tier, play, step

PLAYS_OF_SCHEME_C: tuple[tuple[str, PlayDocument], ...] = (
    (
        "c.new",
        play(
            "新客户：陪同完成首个关键流程",
            "New: together through the first key process",
            "由唯一的对接人陪同，满三十、六十、九十天各检查一次。",
            "The one counterpart goes through the first key process with them, and checks use at 30, 60 "
            "and 90 days.",
            enters_tier("c", "new"),
            step(
                "选定首个关键流程，约好陪同操作的时间",
                "Choose the first key process, and set the session",
                due=3,
            ),
            step(
                "陪同完成首个关键流程，记录卡住的步骤",
                "Go through it with them, and record where they got stuck",
                due=8,
            ),
            step("满三十天检查使用情况并补课", "Check use at 30 days and close gaps", due=22),
            step("满六十天检查使用情况并补课", "Check use at 60 days and close gaps", due=44),
            step(
                "满九十天写一页小结送决策人，商定下一个推广部门",
                "At 90 days send the decision maker one page, and agree which department follows",
                due=65,
            ),
            expires=120,
        ),
    ),
    (
        "c.developing",
        play(
            "潜力客户：每月一个可衡量的目标",
            "Developing: one measurable goal a month",
            "听常用部门和观望部门各自的想法，约定目标并回看结果。",
            "Hear departments that use it and those that wait, agree a goal, and look back at it.",
            enters_tier("c", "developing"),
            step(
                "分别联系一个常用部门和一个观望部门",
                "Call one department that uses it and one that waits",
                due=5,
            ),
            step(
                "与关键用户约定本月一个可衡量的使用目标",
                "Agree one measurable goal of use for the month with the key user",
                due=8,
            ),
            step(
                "找出中途放弃的步骤，先解决一处",
                "Find where users give up, and fix one spot",
                due=15,
                owner="service_manager",
            ),
            step(
                "回看目标结果并告知对方", "Look back at the goal and tell them the result", due=25
            ),
            expires=60,
        ),
    ),
    (
        "c.core",
        play(
            "核心客户：每季核对成功计划",
            "Core: the success plan checked each quarter",
            "固定的客户服务经理核对计划，未结问题每周告知进展直至关闭。",
            "The same service manager checks the plan, and reports weekly on every open issue until it "
            "is closed.",
            enters_tier("c", "core"),
            step(
                "约定季度会谈，带上成功计划和使用数据",
                "Set the quarterly talk, with the success plan and the data of use",
                due=7,
                owner="service_manager",
            ),
            step(
                "列出未结问题和负责人，开始每周告知进展",
                "List open issues with who is on them, and begin the weekly word on progress",
                due=3,
                owner="service_manager",
            ),
            step(
                "约一次深度访谈，整理高频诉求提交评审",
                "Hold an interview in depth, and bring frequent wishes to review",
                due=30,
                owner="service_manager",
            ),
            expires=90,
        ),
    ),
    (
        "c.vip",
        play(
            "VIP 客户：客户档案、专属权益、高管会谈",
            "VIP: account file, benefits, executive meetings",
            "统筹完整的客户档案和年度成功计划，我方高管每年至少面谈两次。",
            "Keep a complete account file and yearly success plan, with at least two executive meetings "
            "a year.",
            enters_tier("c", "vip"),
            step(
                "补齐客户档案：目标、发起人、权益、历任对接人",
                "Complete the account file: goals, sponsor, privileges, faces so far",
                due=7,
                owner="service_manager",
            ),
            step(
                "与决策人商定专属权益，写入客户档案",
                "Agree the benefits with the decision maker, in the account file",
                due=20,
                owner="service_manager",
            ),
            step(
                "定下我方高管今年两次面谈的日期",
                "Set the dates of our executives' two meetings this year",
                due=15,
                owner="team_lead",
            ),
            step(
                "邀请产品负责人当面听取意见",
                "Have the product owner listen in person",
                due=30,
                owner="service_manager",
            ),
            expires=90,
        ),
    ),
)
