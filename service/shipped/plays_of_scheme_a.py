"""Plays for the tiers of scheme A, by activity, contribution and value."""

from __future__ import annotations

from service.compute.play_documents import PlayDocument
from service.shipped.play_writing import enters_tier, play, step

PLAYS_OF_SCHEME_A: tuple[tuple[str, PlayDocument], ...] = (
    (
        "a.high",
        play(
            "三高客户：定下节奏，问题优先",
            "High on all three: set the rhythm, answer first",
            "客户进入三高后，固定服务节奏，让决策人每季看到投入与所得。",
            "Once a customer is high on all three, fix the rhythm of service, and show the decision "
            "maker each quarter what was spent and gained.",
            enters_tier("a", "high"),
            step(
                "致电关键用户，约定每月一次的使用复盘",
                "Call the key user and agree a monthly review of use",
                due=3,
            ),
            step(
                "与决策人约定本季会谈的日期和议题",
                "Agree date and topics of this quarter's talk with the decision maker",
                due=10,
            ),
            step(
                "写明本客户问题的答复时限，告知服务团队",
                "Write down how soon this customer's issues are answered, and tell the team",
                due=5,
                owner="service_manager",
            ),
            step(
                "邀请一位关键用户参加新功能内测",
                "Invite one key user to early access",
                due=15,
            ),
            expires=60,
        ),
    ),
    (
        "a.mid",
        play(
            "三中客户：每季回访，带动观望部门",
            "Mid on all three: the quarterly call",
            "看清哪些部门还没用起来，约定下一步由谁在何时完成。",
            "See which departments have not started, and agree who does what by when.",
            enters_tier("a", "mid"),
            step(
                "对照上季目标，列出尚未使用的部门和模块",
                "Compare with last quarter's goal, and list departments and modules not in use",
                due=3,
            ),
            step(
                "致电关键用户，约定一件下季前完成的事和负责人",
                "Call the key user and agree one thing to be done next quarter, and by whom",
                due=7,
            ),
            step(
                "发送一条与其行业和已购模块相关的用法",
                "Send one practice that fits their industry and modules",
                due=10,
            ),
            expires=60,
        ),
    ),
    (
        "a.low",
        play(
            "三低客户：先问原因，再带一个见效场景",
            "Low on all three: ask why, then coach one scenario",
            "查清沉寂是换了负责人、没学会还是用不上，两周内做成一个场景。",
            "Find out whether it is a change of person, missing skill or missing need, and make one "
            "scenario pay off within two weeks.",
            enters_tier("a", "low"),
            step(
                "致电关键用户，问清沉寂的原因并记入触点",
                "Call the key user, ask why use has fallen, and note it as a touchpoint",
                due=2,
            ),
            step(
                "检查权限、配置和数据，能处理的当场处理",
                "Check permissions, configuration and data, and fix on the spot what can be fixed",
                due=4,
                owner="service_manager",
            ),
            step(
                "选一个两周内能见效的场景，约好辅导时间",
                "Choose one scenario that pays off within two weeks, and set the coaching session",
                due=6,
            ),
            step(
                "回看该场景的使用数据，告知对方结果",
                "Look at the use of that scenario, and tell them the result",
                due=15,
            ),
            expires=45,
        ),
    ),
    (
        "a.new",
        play(
            "新客户：九十天内让关键用户独立操作",
            "New: key users on their own within 90 days",
            "只有一个对接人，每两周逐人确认关键用户能独立完成主要流程。",
            "One person to call, and every two weeks a check, person by person, that key users manage "
            "the main processes alone.",
            enters_tier("a", "new"),
            step(
                "自我介绍，说明今后只需找本人，留下联系方式",
                "Introduce yourself as the one person to call, and leave your contact",
                due=1,
            ),
            step(
                "与关键用户逐人确认三个主要流程的操作情况",
                "Check three main processes with each key user",
                due=10,
            ),
            step(
                "第三十天：复查用量，当场补课",
                "Day 30: check use and close gaps on the spot",
                due=22,
            ),
            step(
                "第六十天：复查用量，当场补课",
                "Day 60: check use and close gaps on the spot",
                due=44,
            ),
            step(
                "第九十天：写一页成果小结送决策人",
                "Day 90: send the decision maker one page of results",
                due=65,
            ),
            expires=120,
        ),
    ),
    (
        "a.mature",
        play(
            "成熟客户：修订半年目标，盘点已购未用",
            "Mature: goals for the half year, what is paid for and unused",
            "每半年共同修订一次使用目标，确认联系人变动后有人接手。",
            "Revise the goals of use together every half year, and make sure that each contact who "
            "leaves has a successor.",
            enters_tier("a", "mature"),
            step(
                "列出已购未用的功能和长期手工绕行的环节",
                "List features paid for and unused, and long-standing manual workarounds",
                due=5,
            ),
            step(
                "与关键用户修订半年目标，写入成功计划",
                "Revise the goals of the half year with the key user, in the success plan",
                due=12,
            ),
            step(
                "核对决策人和关键用户是否有变动，补齐接手人",
                "Check whether decision maker or key users have changed, and note successors",
                due=12,
            ),
            expires=60,
        ),
    ),
    (
        "a.lost",
        play(
            "流失客户：两周内做离开访谈",
            "Lost: the exit interview within two weeks",
            "由未参与原服务的同事如实记录离开原因，并协助导出数据。",
            "A colleague from outside the account records the reasons plainly, and helps to export "
            "the data.",
            enters_tier("a", "lost"),
            step(
                "请未参与原服务的同事约决策人做离开访谈",
                "Have a colleague from outside the account ask the decision maker for an interview",
                due=3,
                owner="team_lead",
            ),
            step(
                "完成访谈，选定流失原因并写明原话",
                "Hold the interview, choose the churn reason and write down their own words",
                due=10,
                owner="team_lead",
            ),
            step(
                "确认客户已完整导出数据",
                "Confirm that the customer has exported all data",
                due=10,
                owner="service_manager",
            ),
            step(
                "判断原因能否解决，定下是否及何时再联系",
                "Decide whether the reason can be resolved, and whether and when to call again",
                due=12,
                owner="salesperson",
            ),
            expires=60,
        ),
    ),
)
