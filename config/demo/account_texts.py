"""What account files, success plans and touchpoints of the demo say: Chinese, then English."""

from __future__ import annotations

# What was talked about; a touchpoint has one of these.
NOTES = (
    (
        "跟进工资计算问题，客户确认已解决；下月起由两人复核。",
        "Followed up on payroll; the customer confirms that it is solved. Two people check from now on.",
    ),
    (
        "梳理了考勤模块的使用情况，三个分公司还没有启用移动打卡。",
        "Went through attendance: three branches do not use mobile clocking yet.",
    ),
    (
        "客户计划明年扩编 200 人，希望提前了解席位价格。",
        "They plan 200 more people next year and want prices for seats in good time.",
    ),
    (
        "介绍了新版组织架构功能，HR 总监希望安排一次演示。",
        "Showed the new organisation chart; the HR director wants a demonstration.",
    ),
    (
        "例行回访，关键用户反馈报表导出速度有明显改善。",
        "Regular call: the key user finds that reports export much faster.",
    ),
    (
        "沟通年度付费，客户对续费没有异议，财务流程约需三周。",
        "Talked about the annual payment: no objection, their finance needs about three weeks.",
    ),
)

BACKGROUNDS = (
    (
        "由行业协会介绍而来，2022 年替换了自建的人事系统。总部集中管理薪酬，分公司自行维护考勤。"
        "对价格敏感，但非常看重响应速度；重要决定由 HR 总监与财务总监共同做出。",
        "Came through the trade association and replaced a system of their own in 2022. Pay is run "
        "centrally, attendance by each branch. Sensitive on price, and very much on speed of "
        "response; the HR and finance directors decide together.",
    ),
    (
        "上线初期因数据迁移出过一次问题，后来由服务团队驻场两周解决，此后信任度明显提高。"
        "客户内部推行数字化考核，系统使用率是 HR 部门的指标之一。",
        "The migration of data went wrong once at the start; two weeks of our people on site solved "
        "it, and trust has grown since. Use of the system is one of the HR department's own targets.",
    ),
)

# Goal, details, measure, target, days from now.
GOALS = (
    (
        ("每月工资两个工作日内发放完成", "Payroll is done in two working days"),
        ("目前平均四个工作日。", "It takes four on average today."),
        "",
        None,
        75,
    ),
    (
        ("分公司全面启用移动打卡", "Every branch clocks by mobile"),
        ("以月活跃用户数衡量。", "Measured by active persons of the month."),
        "active_users_30",
        60,
        40,
    ),
    (
        ("席位使用率达到八成", "Four seats of five are used"),
        ("续约前达到。", "Before the renewal."),
        "seat_utilisation",
        0.8,
        120,
    ),
)

# Milestone, days from now it is due, days from now it was done (None: not yet).
MILESTONES = (
    (("完成分公司管理员培训", "Administrators of branches are trained"), -35, -33),
    (("薪酬规则复核并签字确认", "Pay rules are checked and signed off"), -6, None),
    (("移动打卡在华东分公司试点", "Mobile clocking tried out in the eastern branch"), 12, None),
    (("季度业务回顾", "Quarterly business review"), 45, None),
)

PRIVILEGES = (
    (("专属服务经理", "A service manager of their own"), -200, 165),
    (("每年两次驻场培训", "Training on site twice a year"), -120, None),
)
