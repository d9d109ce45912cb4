"""Plays before renewals and annual payments."""

from __future__ import annotations

from service.compute.play_documents import PlayDocument
from service.shipped.play_writing import play, step

PLAYS_OF_DAYS: tuple[tuple[str, PlayDocument], ...] = (
    (
        "renewal.180",
        play(
            "续约前 180 天：启动准备",
            "180 days before renewal: begin to prepare",
            "提前半年看清使用、联系人和风险，留出补救的时间。",
            "See use, contacts and risks half a year ahead, while there is time to mend them.",
            {"kind": "renewal", "days": 180},
            step(
                "盘点使用成果、未结问题和已购未用的模块",
                "Take stock of results, open issues and modules not in use",
                due=5,
            ),
            step(
                "确认决策人和关键用户未变，变了就找到接手人",
                "Make sure decision maker and key users are the same, or find their successors",
                due=8,
            ),
            step(
                "写下续约风险和对策，与销售核对",
                "Write down risks of the renewal and what to do, and go over them with sales",
                due=10,
                owner="service_manager",
            ),
            expires=90,
        ),
    ),
    (
        "renewal.90",
        play(
            "续约前 90 天：与决策人会谈",
            "90 days before renewal: talk with the decision maker",
            "用历年成果说明续签的价值，听清条件。",
            "Argue the renewal with the results of the years, and hear their terms.",
            {"kind": "renewal", "days": 90},
            step(
                "准备一页成果：用了什么、解决了什么、省了多少",
                "Prepare one page of results: what was used, solved and saved",
                due=5,
            ),
            step(
                "与决策人会谈，记下其意向和条件",
                "Talk with the decision maker, and note intent and terms",
                due=10,
            ),
            step(
                "填写本人对续约的判断和金额",
                "Enter your own call on the renewal, with the amount",
                due=12,
                owner="service_manager",
            ),
            expires=45,
        ),
    ),
    (
        "renewal.60",
        play(
            "续约前 60 天：送出续约方案",
            "60 days before renewal: send the proposal",
            "方案以客户自身数据为依据，讲清多年续约的权益。",
            "A proposal that rests on their own data, with the benefits of a multi-year term.",
            {"kind": "renewal", "days": 60},
            step(
                "与销售定稿续约方案和价格",
                "Settle proposal and price with sales",
                due=4,
                owner="salesperson",
            ),
            step(
                "送出方案并当面说明",
                "Send the proposal and explain it in person",
                due=8,
            ),
            step(
                "约定对方内部审批的时间表",
                "Agree the timetable of their internal approval",
                due=10,
            ),
            expires=40,
        ),
    ),
    (
        "renewal.30",
        play(
            "续约前 30 天：推动签约",
            "30 days before renewal: get it signed",
            "合同到期前签完，避免服务中断。",
            "Signed before the contract ends, so that service does not stop.",
            {"kind": "renewal", "days": 30},
            step(
                "确认审批走到哪一步，缺什么补什么",
                "Learn how far approval has come, and supply what is missing",
                due=2,
                owner="salesperson",
            ),
            step(
                "未决的请主管联系对方决策人",
                "Where it is undecided, have the lead call their decision maker",
                due=5,
                owner="team_lead",
            ),
            step(
                "登记续约结果；流失的选定原因",
                "Record the outcome; where they leave, choose the churn reason",
                due=20,
                owner="service_manager",
            ),
            expires=60,
        ),
    ),
    (
        "payment.60",
        play(
            "年度付费前 60 天：准备沟通",
            "60 days before the annual payment: prepare the talk",
            "让客户在付款前看到上次付款以来的价值。",
            "Show the customer, before they pay, the value since the last payment.",
            {"kind": "payment", "days": 60},
            step(
                "看年度付费沟通单：价值、新功能、已购未用的模块",
                "Read the brief for the talk: value, new features, modules not in use",
                due=3,
            ),
            step(
                "与关键用户核对成果和未结问题",
                "Go over results and open issues with the key user",
                due=7,
            ),
            step(
                "与决策人约定年度付费沟通的日期",
                "Set the date of the annual-payment talk with the decision maker",
                due=10,
            ),
            expires=45,
        ),
    ),
    (
        "payment.30",
        play(
            "年度付费前 30 天：完成沟通并送达付款资料",
            "30 days before the annual payment: hold the talk, send the papers",
            "沟通在付款前完成，发票和付款信息一次送齐。",
            "The talk is held before the payment, and invoice and bank details arrive together.",
            {"kind": "payment", "days": 30},
            step(
                "与决策人完成年度付费沟通，记为触点",
                "Hold the annual-payment talk with the decision maker, as a touchpoint",
                due=5,
            ),
            step(
                "确认开票信息，送达发票和付款资料",
                "Confirm the details, and send invoice and bank details",
                due=8,
                owner="salesperson",
            ),
            step(
                "到期前五天确认付款安排",
                "Five days before it is due, make sure that it is under way",
                due=17,
            ),
            expires=60,
        ),
    ),
    (
        "payment.overdue",
        play(
            "付款逾期一周：问清原因",
            "A payment is a week overdue: ask why",
            "先分清是流程慢还是有不满，再决定由谁跟进。",
            "Tell a slow process from discontent first, and decide then who follows up.",
            {"kind": "measure", "measure": "payment_overdue_days", "way": "rises", "number": 7},
            step(
                "致电关键用户，问清未付的原因",
                "Call the key user, and ask why it was not paid",
                due=2,
            ),
            step(
                "因服务问题未付的，当天交客户服务经理处理",
                "Where service is the reason, bring it to the service manager the same day",
                due=2,
            ),
            step(
                "约定付款日期并登记",
                "Agree a date of payment, and note it",
                due=5,
                owner="salesperson",
            ),
            expires=45,
        ),
    ),
)
