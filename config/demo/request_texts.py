"""What customers of the demo ask for: module, title, and where it stands."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Wish:
    """``weight``: how many customers ask, against the others; ``age``: days since the first did."""

    module: str
    title: str
    status: str
    weight: int
    age: int
    planned_for: str = ""


WISHES = (
    Wish("payroll", "工资条支持批量导出为 PDF", "shipped", 9, 330),
    Wish("time", "排班表可以复制上一周期", "shipped", 7, 300),
    Wish("analytics", "报表导出时保留筛选条件", "shipped", 8, 260),
    Wish("recruiting", "面试安排同步到企业微信日历", "shipped", 5, 210),
    Wish("performance", "绩效目标支持批量调整", "shipped", 4, 150),
    Wish("payroll", "薪酬核算支持多套个税方案", "planned", 8, 190, "明年第一季度"),
    Wish("time", "加班审批支持按部门设置上限", "planned", 6, 140, "下月版本"),
    Wish("core_hr", "花名册自定义字段支持公式", "planned", 9, 170, "明年第一季度"),
    Wish("self_service", "员工自助开具在职证明", "planned", 5, 120, "下月版本"),
    Wish("learning", "课程支持设置补考次数", "accepted", 3, 110),
    Wish("recruiting", "候选人简历查重", "accepted", 6, 95),
    Wish("core_hr", "合同到期提醒可以按法人主体设置", "accepted", 7, 130),
    Wish("performance", "绩效面谈记录支持语音转文字", "accepted", 3, 70),
    Wish("analytics", "看板支持按集团和子公司切换", "accepted", 6, 85),
    Wish("payroll", "年终奖单独核算并出具对比表", "review", 7, 75),
    Wish("time", "考勤异常自动提醒直属主管", "review", 8, 60),
    Wish("core_hr", "组织架构图支持历史版本对比", "review", 6, 88),
    Wish("talent", "人才九宫格支持自定义维度", "review", 3, 52),
    Wish("benefits", "福利积分支持按职级发放", "review", 2, 45),
    Wish("self_service", "移动端审批支持批量处理", "review", 7, 40),
    Wish("recruiting", "内推奖励自动结算", "review", 3, 38),
    Wish("learning", "学习记录同步到员工档案", "review", 3, 33),
    Wish("core_hr", "批量导入时提示重复身份证号", "new", 5, 28),
    Wish("payroll", "社保公积金基数调整支持预演", "new", 6, 26),
    Wish("time", "外勤打卡支持拍照水印", "new", 5, 22),
    Wish("performance", "360 度评价支持匿名", "new", 4, 20),
    Wish("analytics", "离职率按入职年限拆分", "new", 5, 18),
    Wish("self_service", "假期余额在日历上显示", "new", 4, 15),
    Wish("recruiting", "面试官评价表按岗位配置", "new", 3, 13),
    Wish("learning", "考试题库支持批量导入", "new", 2, 11),
    Wish("benefits", "体检预约对接第三方平台", "new", 2, 9),
    Wish("core_hr", "员工照片批量上传", "new", 3, 7),
    Wish("payroll", "薪酬数据权限按字段控制", "new", 4, 5),
    Wish("time", "班次冲突时给出替换建议", "new", 3, 3),
    Wish("core_hr", "系统支持本地化私有部署", "declined", 2, 240),
    Wish("payroll", "为单个客户定制工资条样式", "declined", 2, 160),
    Wish("time", "支持已停产型号的打卡机", "declined", 1, 100),
    Wish("analytics", "报表直接写回业务数据", "declined", 2, 65),
)

# The same wish as another of the list, in other words: title → index of that one.
SAME = (("希望工资条能导出成文件发给员工", 0), ("手机上一次审批多张单子", 19))

DECLINED = {
    "zh-hans": "感谢您的建议。这项需求与产品的标准化方向不一致，目前没有开发计划；"
    "如果您愿意，我们的客户服务经理可以和您一起看看现有功能怎样达到同样的目的。",
    "en": "Thank you for the suggestion. It does not go together with a standard product, so it is "
    "not planned; we gladly look with you at how to reach the same with what is there.",
}
ACCEPTED = {
    "zh-hans": "您的建议已采纳，排期确定后我们会再告诉您。",
    "en": "We take your suggestion up and tell you once we know for when.",
}

# What was shipped: index of the wish, days before, event that shows its use, title and text by
# language.
SHIPPED = (
    (0, 128, "payslip_viewed", {"zh-hans": "工资条可以批量导出了", "en": "Payslips export at once"},
     {"zh-hans": "在“薪酬核算 → 工资条”中勾选员工，点击“导出 PDF”，即可一次生成并加密下载。",
      "en": "Choose people under Payroll → Payslips and press Export PDF."}),
    (1, 100, "shift_planned", {"zh-hans": "排班表支持复制上一周期", "en": "Shifts copy the week before"},
     {"zh-hans": "在排班日历右上角点击“复制上一周期”，节假日会自动跳过。",
      "en": "Press Copy the period before in the shift calendar; holidays are left out."}),
    (2, 66, "report_exported", {"zh-hans": "报表导出保留筛选条件", "en": "Exports keep their filters"},
     {"zh-hans": "导出的文件首页会写明当时的筛选条件和数据截止时间。",
      "en": "The first sheet names the filters and the day of the data."}),
    (3, 37, "interview_scheduled",
     {"zh-hans": "面试安排同步到企业微信日历", "en": "Interviews by date"},
     {"zh-hans": "在招聘设置中绑定企业微信后，面试安排会自动进入面试官的日历。",
      "en": "Connect WeCom in the settings of recruiting, and interviews reach calendars."}),
    (4, 12, "goal_updated", {"zh-hans": "绩效目标可以批量调整", "en": "Goals change at once"},
     {"zh-hans": "在目标列表中多选后点击“批量调整”，变更会留痕。",
      "en": "Choose several goals and press Change all; what changed is kept."}),
)  # fmt: skip

COMMENTS = (
    ("yes", "正是我们要的，谢谢！"),
    ("yes", ""),
    ("partly", "很好，如果能加上部门筛选就更方便了。"),
    ("yes", "财务同事反馈省了很多时间。"),
    ("no", "我们要的是按模板导出，不只是 PDF。"),
)
