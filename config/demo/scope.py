"""What the customers of the demo's running projects asked for, and what became of it: in scope, out of
scope, and change requests in every state."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from django.db.models import Case, When
from django.utils import timezone

from accounts.actions.facts import note_creation
from accounts.models import Colleague, Contact, Membership, Role, Tenant, User
from accounts.tenancy import tenant_scope
from projects.actions.change_requests import ChangeValues, approve_change, draft_change
from projects.actions.requirements import capture_requirement, classify_requirement
from projects.actions.signing_answers import answer_by_link
from projects.actions.signing_links import send_for_signature
from projects.actions.signing_questions import ask_question
from projects.models import ChangeRequest, Effort, Project, Requirement
from projects.queries.change_requests import scope_items

LANGUAGE = "zh-hans"
# Enough to see every state with more than one manager.
PROJECTS = 8
ADDRESS = "203.0.113.7"  # kept for documentation by RFC 5737
BOOKED = (Decimal("1.5"), Decimal("0.75"))


@dataclass(frozen=True)
class Wish:
    """What a customer asks for: whether the SOW holds it, and what it would take if not.

    ``fate``: ``unclassified``, ``in_scope``, ``clarification``, or that of its change request:
    ``draft``, ``approved``, ``sent``, ``question``, ``signed``, ``declined``.
    """

    fate: str
    text: str
    why: str = ""
    title: str = ""
    days: Decimal = Decimal(0)
    price: Decimal = Decimal(0)
    days_later: int = 0


WISHES = (
    Wish("in_scope", "薪资报表按部门汇总，并可导出。", "SOW 的报表一项已包含按部门汇总。"),
    Wish("unclassified", "希望请假审批在企业微信里完成。"),
    Wish("signed", "子公司单独核算薪资，使用自己的工作日历。", "SOW 只包含一个核算主体。",
         "子公司薪资核算", Decimal(6), Decimal(18000), 4),
    Wish("draft", "历史考勤数据迁移三年，而不是一年。", "SOW 约定迁移最近一年的数据。",
         "多迁移两年考勤数据", Decimal(4), Decimal(9600), 2),
    Wish("declined", "为高管定制手机端首页。", "标准产品的首页可以配置，定制不在 SOW 内。",
         "高管手机端首页", Decimal(8), Decimal(26000), 5),
    Wish("sent", "与门禁系统对接，自动生成考勤。", "SOW 没有包含门禁接口。",
         "门禁系统接口", Decimal(5), Decimal(15000), 3),
    Wish("clarification", "审批流里的“代理人”是指谁？", "请客户说明代理人的规则后再归类。"),
    Wish("question", "员工自助查询社保缴纳明细。", "社保明细查询不在 SOW 的自助服务一项内。",
         "社保明细自助查询", Decimal(3), Decimal(7200), 1),
    Wish("approved", "组织架构支持矩阵式汇报。", "SOW 只包含单线汇报。",
         "矩阵式汇报关系", Decimal(7), Decimal(21000), 4),
)  # fmt: skip
# Which wishes a project has, by turns; work is booked on the unsigned ones of the first.
TURNS = ((0, 2, 3, 4), (0, 5, 6), (1, 2, 8), (0, 1, 7))


def make_example_scope(tenant: Tenant) -> None:
    """Ask for it once, in the first running projects that have a plan."""
    today = tenant.local_date(timezone.now())
    with tenant_scope(tenant.id):
        able = Membership.objects.filter(is_active=True).select_related("user").order_by("pk")
        author = able.filter(roles__contains=[Role.PROJECT_MANAGER]).first()
        approver = able.filter(roles__contains=[Role.EXECUTIVE]).first()
        if author is None or approver is None or Requirement.objects.exists():
            return
        running = (
            Project.objects.filter(accepted_on=None, plans__isnull=False, starts_on__lte=today)
            .select_related("customer", "manager__membership__user")
            # The example manager's own first, so that something waits for them to decide.
            .order_by(Case(When(manager__membership=author, then=0), default=1), "pk")[:PROJECTS]
        )
        for place, project in enumerate(running):
            contact = Contact.objects.filter(customer=project.customer_id).order_by("pk").first()
            if contact is not None:
                asking = _Asking(tenant, project, contact, today, author.user, approver.user)
                for number in TURNS[place % len(TURNS)]:
                    asking.for_(WISHES[number], back=3 * number + 2)


@dataclass(frozen=True)
class _Asking:
    """One customer's wishes, through the actions that people's screens use."""

    tenant: Tenant
    project: Project
    contact: Contact
    today: date
    author: User
    approver: User

    def for_(self, wish: Wish, *, back: int) -> None:
        """``back``: how many days ago, at most since the project began."""
        day = max(self.project.starts_on, self.today - timedelta(days=back))
        requirement = capture_requirement(
            project=self.project,
            text=wish.text,
            raised_on=day,
            contact=self.contact,
            by=self.author,
        )
        if wish.fate == "unclassified":
            return
        kind = wish.fate if wish.fate in ("in_scope", "clarification") else "out_of_scope"
        item = scope_items(self.project).first() if kind == "in_scope" else None
        if kind == "in_scope" and item is None:
            return
        classify_requirement(
            requirement=requirement, kind=kind, item=item, why=wish.why, by=self.author
        )
        if kind == "out_of_scope":
            self._changed(requirement, wish, day)

    def _changed(self, requirement: Requirement, wish: Wish, day: date) -> None:
        change = draft_change(
            requirement=requirement,
            values=ChangeValues(wish.title, wish.text, wish.days, wish.price, wish.days_later),
            raised_on=day,
            by=self.author,
        )
        if wish.fate in ("draft", "declined"):
            self._worked_on(change, day)
        if wish.fate == "draft":
            return
        approve_change(change=change, seen=change.version, by=self.approver)
        if wish.fate == "approved":
            return
        link, _secret = send_for_signature(
            change=change, contact=self.contact, language=LANGUAGE, tenant=self.tenant,
            by=self.author,
        )  # fmt: skip
        if wish.fate == "question":
            ask_question(link=link, text="费用可以分两次支付吗？", tenant=self.tenant)
        if wish.fate in ("signed", "declined"):
            answer_by_link(
                link=link, seen_hash=link.document_hash, outcome=wish.fate, name=self.contact.name,
                reason="" if wish.fate == "signed" else "今年没有这项预算。", ip=ADDRESS,
                tenant=self.tenant,
            )  # fmt: skip

    def _worked_on(self, change: ChangeRequest, day: date) -> None:
        """Somebody began before anybody had signed: that is what scope creep looks like."""
        now = timezone.now()
        person = self.project.manager or Colleague.objects.order_by("pk")[0]
        for number, days in enumerate(BOOKED):
            note_creation(
                Effort.objects.create(
                    project=self.project, key=f"{self.project.key}-{change.key}-{number}",
                    person=person, worked_on=min(day + timedelta(days=number), self.today),
                    days=days, change_request=change, known_from=now,
                ),
                at=now,
            )  # fmt: skip
