"""What files in English and Chinese call the columns of a kind; the likelier names first."""

from __future__ import annotations


def by_column(table: str) -> dict[str, tuple[str, ...]]:
    """Lines of `column: name name …`; a line that is indented goes on with the one before."""
    names: dict[str, tuple[str, ...]] = {}
    column = ""
    for line in table.strip().splitlines():
        if not line.startswith(" "):
            column, _, line = line.partition(":")
        names[column] = (*names.get(column, ()), *line.split())
    return names


CUSTOMERS = by_column("""
key: customer_id account_id customer_key client_id company_id id
    code 客户编号 客户编码 客户代码 编号 customer_no customer_code client_no
    client_code account_no account_code company_no crm_id no 客户号
    客户ID 企业编号 公司编号 企业编码
name: customer_name account_name company_name company customer
    account client 客户名称 公司名称 企业名称 名称 客户 client_name organisation
    organization organisation_name organization_name legal_name
    客户全称 公司全称 企业全称 单位名称 公司 企业 单位 客户简称
industry: sector vertical 行业 所属行业 industry_name 客户行业 行业类别 行业分类
    所在行业
size: company_size employees headcount 规模 企业规模 员工人数
    customer_size number_of_employees employee_count staff
    staff_count 公司规模 客户规模 人员规模 员工规模 员工数 员工数量 人数
region: country area territory 地区 区域 省份 国家 region_name location
    province state 所在地区 所在区域 所属地区 所属区域 客户地区 客户区域 所在省份 省 大区 所在地
parent: parent_id parent_key group 上级客户 母公司 集团 parent_company
    parent_customer parent_account parent_no holding 上级公司 母公司编号
    集团编号 集团公司 所属集团 上级客户编号
salesperson: sales account_executive owner sales_rep 销售 销售负责人
    salesman sales_manager sales_owner account_manager
    account_owner key_account_manager 销售经理 销售代表 销售人员 销售员 业务员
    业务经理 客户经理 大客户经理
service_manager: csm customer_success_manager 客户服务经理 客户成功经理
    customer_service_manager customer_service service_owner
    success_manager customer_success cs_manager 客服经理 服务经理 客服
    客服负责人 服务负责人 客户成功 专属客服 服务顾问
project_manager: pm 项目经理 project_lead project_owner
    implementation_manager 实施经理 项目负责人 实施负责人
""")

CONTACTS = by_column("""
key: contact_id person_id user_id id 联系人编号 编号 工号 contact_no
    contact_key employee_id employee_no no 联系人ID 员工编号
name: contact_name full_name contact 姓名 联系人 contact_person
    person 联系人姓名 名字
email: e_mail mail email_address 邮箱 电子邮箱 mail_address 电子邮件 邮件
    邮箱地址
phone: mobile telephone tel 电话 手机 联系电话 phone_number mobile_phone
    mobile_number telephone_number cell cell_phone 手机号 手机号码 电话号码
    联系方式
title: job_title position 职务 岗位 职位 job post 职称 担任职务
roles: role contact_role 角色 联系人角色 联系人类型
from: role_from since 开始日期 起 valid_from 生效日期 角色开始日期
to: role_to until 结束日期 止 valid_to valid_until 失效日期 角色结束日期
""")

CONTRACTS = by_column("""
key: contract_id subscription_id contract id 合同编号 合同号
    contract_no contract_key agreement_no agreement order_no
    合同编码 合同 协议编号 订单号
signed_on: signed signature_date signing_date 签约日期 签订日期
    signed_at date_signed sign_date contract_date 签署日期 签约时间 签订时间
    合同日期
starts_on: start_date start starts begin_date 开始日期 生效日期
    valid_from effective_date effective_from from term_start
    contract_start contract_start_date subscription_start 合同开始日期
    合同起始日期 服务开始日期 起始日期 开始时间 起始时间
ends_on: end_date end ends expiry_date 结束日期 到期日期 截止日期 valid_to
    valid_until expires expires_on expiration_date to until
    term_end contract_end contract_end_date subscription_end
    合同结束日期 合同到期日 合同到期日期 服务结束日期 服务到期日 到期日 终止日期 结束时间 到期时间
annual_fee: arr_amount arr annual_amount yearly_fee 年费
    annual_value annual_price annual_fees fee_per_year acv 年服务费
    年度费用 年费金额 年金额 年合同额 每年费用
kind: type 类型 line_type fee_type 合同类型 收费类型 费用类型
amount: one_off_amount total 合同金额 金额 one_off_fee total_amount
    contract_amount contract_value price value 合同总额 合同总金额 总金额
    一次性费用 一次性金额
seats: licences licenses users 席位数 账号数 seat_count
    number_of_seats licence_count license_count number_of_users
    席位 用户数 坐席数 座席数 账号数量 许可数
renewal_of: renews previous_contract 续签合同 原合同 renewed_contract
    previous_contract_no 续签自 原合同编号 原合同号
is_trial: trial 是否试用 试用 trial_contract 试用合同
""")

PAYMENTS = by_column("""
key: payment_id invoice_no invoice invoice_id order_id id 回款编号
    收款单号 单号 编号 payment_no payment_reference receipt_no
    receipt_id receipt transaction_id transaction_no voucher_no
    order_no reference ref no 回款单号 回款号 收款编号 付款编号 付款单号 流水号 交易号
    交易流水号 凭证号 发票号 发票号码 订单号 收据号
paid_on: payment_date paid_at date invoice_date 回款日期 付款日期 日期
    paid_date date_paid paid received_on received receipt_date
    transaction_date value_date booked_on 到账日期 收款日期 支付日期 交易日期
    回款时间 收款时间 付款时间 到账时间
amount: paid_amount total sum value 回款金额 金额 payment_amount
    amount_paid received_amount amount_received net_amount
    payment paid 收款金额 付款金额 到账金额 实收金额 实付金额 支付金额 总额 回款
contract: contract_id subscription_id 合同编号 合同 contract_no
    contract_key agreement_no 合同号 合同编码
""")

TOUCHPOINTS = by_column("""
key: touchpoint_id touchpoint activity_id interaction_id visit_id meeting_id
    event_id id 触达编号 拜访编号 跟进编号 活动编号 记录编号 编号 touchpoint_no
    activity_no visit_no no 触点编号 沟通编号
kind: touchpoint_kind touchpoint_type type activity_type channel 触达方式 拜访方式
    类型 interaction_type meeting_type 跟进方式 沟通方式 触达类型 活动类型 方式 渠道
happened_on: date happened_at activity_date visit_date meeting_date 触达日期 拜访日期
    日期 touched_on contacted_on contact_date occurred_on held_on
    跟进日期 沟通日期 触达时间 拜访时间 跟进时间 活动日期 发生日期 时间
by: owner person employee colleague host 触达人 拜访人 跟进人 负责人 done_by
    handled_by held_by user sales csm 我方人员 沟通人 员工 客户经理
note: notes remark remarks comment description summary 备注 内容 纪要 comments
    details subject 跟进内容 沟通内容 触达内容 拜访纪要 说明 摘要
""")

CASES = by_column("""
key: case_id ticket_id case ticket issue_id incident_id id 工单编号 工单号 问题编号
    编号 case_no ticket_no case_number ticket_number issue_no
    incident_no no 服务单号 单号 工单ID
opened_at: submitted_at created_at opened opened_on open_date 提交时间 创建时间 受理时间
    created created_on create_time reported_at received_at
    submitted submitted_on open_time date_opened 提交日期 创建日期 报障时间 提单时间
    发起时间 开单时间
title: subject case_title ticket_title summary description 标题 主题 问题 工单标题
    issue topic name 问题标题 问题描述 工单主题 描述
priority: severity urgency level 优先级 紧急程度 priority_level ticket_priority
    case_priority 严重程度 级别 紧急度
kind: case_kind ticket_kind case_type ticket_type 工单类型 问题类型
by: handled_by assignee assigned_to agent 处理人 受理人 经办人 客服
first_response_at: first_responded_at first_reply_at responded_at response_time
    首次响应时间 响应时间 first_response answered_at first_answer_at
    acknowledged_at first_response_time 首次回复时间 首响时间 回复时间
closed_at: closed closed_on resolved_at solved_at resolved_on 关闭时间 解决时间
    完成时间 close_date close_time completed_at done_at date_closed
    关闭日期 解决日期 办结时间 结单时间
satisfaction: satisfaction_score csat rating score 满意度 满意度评分 csat_score
    satisfaction_rating customer_satisfaction stars 评分 评价 客户满意度 满意度得分
""")
