"""What files in English and Chinese call the columns of a kind; the likelier names first."""

from __future__ import annotations

from accounts.loads.kinds.called import by_column

SOW = by_column("""
key: item item_id item_key item_no sow_item sow_item_id wbs wbs_code code id
    条目编号 工作项编号 编号 item_code line_no no 序号 任务编号 SOW编号 工作包编号
title: name item_name description scope deliverable task 条目名称 工作项 名称 工作内容
    item_title summary work_item work_package 内容 描述 交付物 任务名称 工作包
effort_days: effort days person_days man_days planned_effort estimated_days 人天 工作量
    计划人天 effort_in_days planned_days estimate budget_days md 工作量人天
    预估人天 预算人天 标准人天 合同人天
phase: stage project_phase 阶段 project_stage milestone 项目阶段 实施阶段 所属阶段
""")

EFFORT = by_column("""
key: effort_id entry_id timesheet_id booking_id time_entry log_id id 工时编号 记录编号
    编号 entry_no booking_no worklog_id worklog no 工时单号 填报编号 流水号
person: employee user consultant resource engineer member name 人员 员工 姓名
    worker staff person_name employee_name employee_no email user_name
    顾问 实施顾问 工程师 填报人 员工姓名 成员
worked_on: date work_date day booked_on entry_date 日期 工作日期 工时日期 logged_on
    worked_at timesheet_date log_date week_ending 填报日期 发生日期 工作时间
days: person_days man_days effort effort_days 人天 工时 工作量 booked_days
    worked_days duration_days md 投入人天 实际人天 工时人天 天数
item: sow_item item_id item_key item_no wbs wbs_code 条目编号 工作项 条目
    sow_item_id work_item work_package 工作项编号 SOW条目 工作包
task: task_id task_key task_no 任务编号 任务 任务号 任务ID task_code issue_key issue
change_request: change_request_id cr cr_id cr_no change_no change 变更单 变更单号
    change_order change_request_no cr_key 变更编号 变更请求
""")

TASKS = by_column("""
key: task_id task_key task_no id wbs wbs_code code uid issue_key 任务编号 任务号 编号 WBS编码
    WBS no 序号 任务ID task_code
title: name task_name task summary subject description 任务名称 任务 名称 标题 工作内容
phase: stage project_phase phase_name group section 阶段 项目阶段 实施阶段 所属阶段 milestone
starts_on: start start_date planned_start planned_start_date begin 计划开始 计划开始日期 开始日期
    开始时间 计划开始时间 baseline_start
ends_on: end finish end_date due_date due planned_end planned_finish planned_end_date 计划完成
    计划结束 计划完成日期 计划结束日期 结束日期 完成期限 deadline baseline_finish
effort_days: effort planned_effort estimated_days estimate person_days man_days work planned_days
    计划人天 预估人天 工作量 人天 计划工作量 estimated_effort
started_on: actual_start actual_start_date started 实际开始 实际开始日期 实际开始时间
finished_on: actual_finish actual_end actual_end_date actual_finish_date finished completed_on
    done_on closed_on completed 实际完成 实际结束 实际完成日期 实际结束日期 完成日期
state: status task_status 状态 任务状态
person: assignee owner responsible assigned_to resource resource_name employee user name_of_person
    负责人 责任人 执行人 人员 处理人 经办人
side: party who_does_it done_by responsible_party 责任方 执行方 承担方
after: predecessors predecessor depends_on dependencies blocked_by waits_for 前置任务 前置 依赖
    紧前任务 前置任务编号
is_milestone: milestone_flag 里程碑 是否里程碑
""")

CHANGE_REQUESTS = by_column("""
key: change_request_id change_request cr cr_id cr_no change_no change_order id
    变更单号 变更编号 变更单 编号 change_request_no change_id no
title: name subject summary description 标题 变更内容 名称 变更名称 主题 描述
effort_days: effort days person_days man_days estimate estimated_days 人天 工作量
    预估人天 变更人天 additional_days
price: amount fee cost value total 金额 报价 价格 费用 变更金额
state: status 状态 change_status approval 变更状态 签署状态
raised_on: created_on created date requested_on raised opened_on 提出日期 创建日期 日期
    request_date created_at 提交日期 申请日期
decided_on: decided decision_date declined_on withdrawn_on rejected_on 决定日期 关闭日期
    拒绝日期 撤回日期
signed_on: signed signature_date sign_date approved_on 签署日期 签字日期 signed_at
    customer_signed_on 签订日期 客户签署日期
""")

TRAINING = by_column("""
key: session_id session training_id training session_no id 培训编号 场次编号 编号
    training_no no 课程编号 场次
title: name topic subject session_title course 培训主题 主题 课程 培训名称 课程名称 标题
held_on: date session_date training_date day held_at 培训日期 日期 上课日期 培训时间
kind: type training_type session_type course_type 培训类型 类型 课程类型
trainer: teacher lecturer instructor held_by 讲师 培训师 培训讲师 授课人
minutes: duration duration_minutes length 时长 分钟 培训时长
place: location room venue link 地点 培训地点 会议链接 链接
attended: attendance present status participated 出席 出勤 签到 是否出席 参加情况 出席情况
""")
