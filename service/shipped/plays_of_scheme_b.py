"""Plays for the tiers of scheme B, along the lifecycle."""

from __future__ import annotations

from service.compute.play_documents import PlayDocument
from service.shipped.play_writing import enters_tier, play, step

PLAYS_OF_SCHEME_B: tuple[tuple[str, PlayDocument], ...] = (
    (
        "b.potential",
        play(
            "潜在客户：先弄清问题，再演示",
            "Prospect: the problem first, then the demonstration",
            "弄清要解决的管理问题和决策流程，再安排与岗位相关的演示或试用。",
            "Learn which management problem they want solved and how they decide, and only then "
            "arrange a demonstration or trial for their job roles.",
            enters_tier("b", "potential"),
            step(
                "致电了解要解决的管理问题和决策流程，记下决策人",
                "Call to learn the problem to solve and how they decide; note the decision maker",
                due=2,
                owner="salesperson",
            ),
            step(
                "准备带其行业示例数据的试用环境",
                "Prepare a trial with sample data of their industry",
                due=7,
                owner="salesperson",
            ),
            step(
                "按岗位演示，约定下一步和日期",
                "Demonstrate by job role, and agree the next step and its date",
                due=12,
                owner="salesperson",
            ),
            expires=60,
        ),
    ),
    (
        "b.new",
        play(
            "新客户：先培训标准产品，再谈需求",
            "New: the standard product first, needs after",
            "完成标准产品培训，上线后复训最终用户，逐人确认关键用户独立操作。",
            "Train on the standard product, train end users again after go-live, and confirm person by "
            "person that key users work unaided.",
            enters_tier("b", "new"),
            step(
                "安排关键用户的标准产品培训",
                "Set the training on the standard product for key users",
                due=5,
            ),
            step(
                "把内部宣讲材料发给关键用户",
                "Send key users material to present inside their company",
                due=8,
            ),
            step(
                "上线后为最终用户复训一次，登记到场情况",
                "Train end users after go-live, and record who was there",
                due=20,
            ),
            step(
                "逐人确认关键用户能独立完成主要流程",
                "Confirm person by person that key users manage the main processes alone",
                due=30,
            ),
            expires=90,
        ),
    ),
    (
        "b.active",
        play(
            "活跃客户：逐项回报问题，推广同行做法",
            "Active: report on every issue, bring in what peers use",
            "让客户每月看到上月问题的处理结果，并用起一个同行用得好的功能。",
            "Show each month what became of last month's issues, and start one feature that peers use "
            "well.",
            enters_tier("b", "active"),
            step(
                "列出未结问题，逐项写明结果或答复日期",
                "List open issues with the outcome or the date of the answer for each",
                due=4,
            ),
            step(
                "挑一个同行常用而该客户未启用的功能，发给对应岗位",
                "Pick one feature that peers use and they do not, and send it to the job role concerned",
                due=8,
            ),
            step(
                "一个月后查看该功能是否用起来，告知对方",
                "Look after a month whether it is used, and tell them",
                due=25,
            ),
            expires=60,
        ),
    ),
    (
        "b.loyal",
        play(
            "忠诚客户：制定年度成功计划",
            "Loyal: the yearly success plan",
            "与决策人定下全年目标，每季用数据核对，请我方高管每年到场一次。",
            "Set the year's goals with the decision maker, check them against data each quarter, and "
            "bring one of our executives once a year.",
            enters_tier("b", "loyal"),
            step(
                "与决策人约定年度成功计划会",
                "Set a meeting on the yearly success plan with the decision maker",
                due=5,
            ),
            step(
                "准备历年使用成果，作为计划的起点",
                "Prepare the results of past years as the plan's starting point",
                due=10,
            ),
            step(
                "开会确定目标、里程碑和双方负责人，写入成功计划",
                "Agree goals, milestones and who on each side, and put them into the success plan",
                due=20,
            ),
            step(
                "定下我方高管今年到访的日期",
                "Set the date of our executive's visit this year",
                due=25,
                owner="team_lead",
            ),
            expires=90,
        ),
    ),
    (
        "b.lost",
        play(
            "沉睡与流失客户：一周内分别联系",
            "Dormant or lost: two calls within a week",
            "合同仍在的分别联系决策人和关键用户；已止的先做离开访谈。",
            "With a contract still running call decision maker and key users separately; once it has "
            "ended hold the exit interview first.",
            enters_tier("b", "lost"),
            step(
                "查看下滑前三个月停用的功能和未答复的需求",
                "Look at features dropped and requests unanswered in the three months before",
                due=1,
            ),
            step(
                "联系关键用户，问清停用的原因",
                "Call the key user, and ask why use stopped",
                due=3,
            ),
            step(
                "联系决策人，了解其判断和下一步打算",
                "Call the decision maker, and learn what they think and plan",
                due=5,
            ),
            step(
                "按原因写出挽回办法和截止日期，或记下流失原因",
                "Write down what would win them back and by when, or the churn reason",
                due=8,
                owner="service_manager",
            ),
            expires=60,
        ),
    ),
)
