"""Plays along the way: onboarding, handover, silence, discontent, leaving."""

from __future__ import annotations

from service.compute.play_documents import PlayDocument
from service.shipped.play_writing import enters_stage, play, step

PLAYS_OF_PEOPLE: tuple[tuple[str, PlayDocument], ...] = (
    (
        "onboarding",
        play(
            "实施启动：认人、定目标、定节奏",
            "Onboarding: people, goals, rhythm",
            "项目一启动，客户就知道找谁、要达到什么、何时见面。",
            "From the first day the customer knows whom to call, what is to be reached and when to meet.",
            enters_stage("onboarding"),
            step(
                "致电关键用户，说明验收前只需找项目经理",
                "Call the key user: before acceptance the project manager is the one to call",
                due=1,
                owner="project_manager",
            ),
            step(
                "登记决策人、关键用户和最终用户名单",
                "Record decision maker, key users and end users",
                due=5,
                owner="project_manager",
            ),
            step(
                "与决策人确认三个可衡量的目标",
                "Confirm three measurable goals with the decision maker",
                due=8,
                owner="project_manager",
            ),
            step(
                "客户服务经理旁听一次例会，为交接做准备",
                "The service manager sits in on one meeting, to prepare for the handover",
                due=20,
                owner="service_manager",
            ),
            expires=120,
        ),
    ),
    (
        "handover",
        play(
            "交接欢迎：服务经理接手的前两周",
            "Welcome after the handover: the service manager's first two weeks",
            "客户从此只需找客户服务经理，原先承诺的事项不落下。",
            "From now on the service manager is the one to call, and no promise is lost.",
            {"kind": "handover"},
            step(
                "两天内致电关键用户和决策人，自我介绍",
                "Call key user and decision maker within two days, and introduce yourself",
                due=2,
                owner="service_manager",
            ),
            step(
                "逐项核对交接清单上的未结事项和承诺，给出日期",
                "Go through open items and promises of the handover, and give each a date",
                due=5,
                owner="service_manager",
            ),
            step(
                "约定第一次月度复盘",
                "Set the first monthly review",
                due=8,
                owner="service_manager",
            ),
            step(
                "确认最终用户培训是否补齐",
                "Check whether training of end users is complete",
                due=10,
                owner="service_manager",
            ),
            expires=60,
            ends_when_gone=False,
        ),
    ),
    (
        "dormancy",
        play(
            "沉睡唤醒：一周内找到停用的原因",
            "Dormant: why use stopped, within a week",
            "合同仍在、用量已停，先找到人，再做成一件事。",
            "The contract runs and use has stopped: find the person first, then make one thing work.",
            enters_stage("dormant"),
            step(
                "查看最后在用的人和模块，确认是否换了负责人",
                "See who used what last, and whether the person in charge has changed",
                due=1,
            ),
            step(
                "致电关键用户，问清停用的原因",
                "Call the key user, and ask why use stopped",
                due=3,
            ),
            step(
                "发送针对停用模块的重启指引，约一次辅导",
                "Send a restart guide for the modules dropped, and set a coaching session",
                due=6,
            ),
            step(
                "两周后复查用量；仍未恢复的告知主管",
                "Look again after two weeks; where nothing has changed, tell the lead",
                due=14,
            ),
            expires=45,
        ),
    ),
    (
        "winback",
        play(
            "流失挽回：原因解决了才去谈",
            "Win-back: only once the reason is resolved",
            "带着具体的改变去谈，并为每次挽回设定截止日期。",
            "Come back with the concrete change in hand, and set an end date for each attempt.",
            enters_stage("churned"),
            step(
                "核对离开访谈记录的原因，判断是否已能解决",
                "Read the reason given in the exit interview, and judge whether it is resolved",
                due=10,
                owner="service_manager",
            ),
            step(
                "就已解决的原因写一页改变说明",
                "Write one page on what has changed, for reasons that are resolved",
                due=20,
                owner="service_manager",
            ),
            step(
                "联系原决策人，说明改变，定下截止日期",
                "Call the former decision maker with the change, and set the end date",
                due=30,
                owner="salesperson",
            ),
            expires=120,
        ),
    ),
    (
        "detractor",
        play(
            "贬损者回访：两天内致电",
            "Detractor: a call within two days",
            "打低分的人先听到我们的声音，再看到改变。",
            "Who gives a low score hears from us first, and sees a change after.",
            {"kind": "survey", "survey": "nps", "way": "at_most", "score": 6},
            step(
                "致电答卷人，听完再答，记下原话",
                "Call the person who answered, listen first, and note their own words",
                due=2,
            ),
            step(
                "能当场解决的解决，其余登记为服务单或客户需求",
                "Solve what can be solved, and record the rest as a case or a request",
                due=3,
            ),
            step(
                "两周后告知处理结果",
                "Tell them the outcome after two weeks",
                due=12,
            ),
            expires=45,
            ends_when_gone=False,
        ),
    ),
    (
        "silent_key_user",
        play(
            "关键用户沉默：确认人还在",
            "Silent key user: is the person still there",
            "关键用户六十天未联系也未使用，先确认是否换人。",
            "A key user neither met nor active for sixty days: find out whether the person has changed.",
            {"kind": "silent_key_user", "days": 60},
            step(
                "致电关键用户；已离任的请对方指定接手人",
                "Call the key user; where they have left, ask for a successor",
                due=3,
            ),
            step(
                "更新联系人和角色的起止日期",
                "Update contacts and the dates of their roles",
                due=4,
            ),
            step(
                "为新关键用户安排一次入门培训",
                "Set an introduction for a new key user",
                due=10,
            ),
            expires=45,
        ),
    ),
)
