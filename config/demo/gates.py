"""Gates of the demo's planned projects: passed as far as the work is done, and at the next one some
asked, some overdue, some returned."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from accounts.contact_links import new_secret
from accounts.models import Colleague, Contact, Tenant, User
from accounts.tenancy import tenant_scope
from config.demo.gate_facts import begun_phases, deciding_contacts, done_on, signing_manager
from projects.compute.change_documents import Parties, hash_of
from projects.compute.gate_documents import Asking, Silence, sign_off_document
from projects.models import (
    Gate,
    ManagerNotice,
    PassiveClause,
    SignOff,
    SignOffAnswer,
    SignOffLink,
)
from projects.queries.gates import terms_of_gate

LANGUAGE = "zh-hans"
ANSWERED_AFTER, DEADLINE_AFTER = timedelta(days=2), timedelta(days=7)
CLAUSE_DAYS = 5
CLAUSE = "第 7.3 条 甲方收到阶段成果确认单后 5 个工作日内未提出书面异议的，视为确认通过。"
RETURNED = "接口清单不完整，请补充后再提交确认。"
SATISFACTION = (5, 4, 5, 3, 4, 5, 2, 4)
# What the next gate of running projects shows, by turns.
TURNS = ("asked", "overdue", "returned", "open")
# Projects whose SOW lets silence count.
CLAUSE_EVERY = 4


@dataclass
class _Rows:
    """What is written at the end, table by table."""

    sign_offs: list[SignOff] = field(default_factory=list)
    links: list[SignOffLink] = field(default_factory=list)
    answers: list[SignOffAnswer] = field(default_factory=list)
    notices: list[ManagerNotice] = field(default_factory=list)


def make_example_gates(tenant: Tenant) -> None:
    """Pass and ask them once, as of the day up to which the demo was filled."""
    until = tenant.last_ended_day(tenant.created_at)
    with tenant_scope(tenant.id):
        # Acceptances of histories are signed already.
        if SignOff.objects.filter(gate__is_acceptance=False).exists():
            return
        gates = list(
            Gate.objects.exclude(state=Gate.State.PASSED)
            .select_related("phase", "project__customer", "project__manager")
            .order_by("project_id", "phase__position")
        )
        contacts = deciding_contacts({gate.project.customer_id for gate in gates})
        approver = signing_manager()
        if approver is None:
            return
        done = done_on()
        begun = begun_phases()
        assert approver.membership is not None
        clauses = _clauses(gates, tenant, approver.membership.user)
        rows, changed = _Rows(), []
        next_gates: dict[int, Gate] = {}
        for gate in gates:
            contact = contacts.get(gate.project.customer_id)
            if contact is None:
                continue
            making = _Making(tenant, rows, gate, contact, approver, clauses.get(gate.project_id))
            day = done.get(gate.phase_id)
            if day is not None and day + ANSWERED_AFTER <= until:
                making.passed(day, until)
            elif gate.phase_id in begun and gate.project_id not in next_gates:
                next_gates[gate.project_id] = gate
                making.next(TURNS[(len(next_gates) - 1) % len(TURNS)], until)
            else:
                continue
            changed.append(gate)
        Gate.objects.bulk_update(
            changed,
            ["state", "round", "passed_on", "vendor_approver", "customer_approver", "uses_silence"],
        )
        SignOff.objects.bulk_create(rows.sign_offs)
        SignOffLink.objects.bulk_create(rows.links)
        SignOffAnswer.objects.bulk_create(rows.answers)
        ManagerNotice.objects.bulk_create(rows.notices)


def _clauses(gates: list[Gate], tenant: Tenant, by: User) -> dict[int, PassiveClause]:
    starts = sorted({(gate.project_id, gate.project.starts_on) for gate in gates})
    made = PassiveClause.objects.bulk_create(
        PassiveClause(
            project_id=pk,
            days=CLAUSE_DAYS,
            words=CLAUSE,
            recorded_by=by,
            recorded_at=datetime.combine(day, time(10), tzinfo=tenant.zone),
        )
        for pk, day in starts[::CLAUSE_EVERY]
    )
    return {clause.project_id: clause for clause in made}


class _Making:
    """One gate, asked once on both sides."""

    def __init__(
        self,
        tenant: Tenant,
        rows: _Rows,
        gate: Gate,
        contact: Contact,
        approver: Colleague,
        clause: PassiveClause | None,
    ) -> None:
        self.tenant, self.rows, self.gate, self.contact = tenant, rows, gate, contact
        manager = gate.project.manager
        self.colleague = manager if manager and manager.membership_id else approver
        self.by = approver.membership.user if approver.membership else None
        self.clause = clause
        gate.vendor_approver, gate.customer_approver = self.colleague, contact
        gate.uses_silence = clause is not None and not gate.is_acceptance

    def passed(self, day: date, until: date) -> None:
        """Both have confirmed; where silence may count, the customer let the deadline pass."""
        gate = self.gate
        if day + DEADLINE_AFTER >= until:
            self.clause = None
        vendor, customer, link = self._asked(day)
        self._answer(vendor, day + timedelta(days=1), name=vendor.name)
        if customer.clause is not None:
            on = customer.deadline_on
            self._answer(customer, on, outcome="passive", clause=customer.clause)
        else:
            on = day + ANSWERED_AFTER
            satisfaction = None
            if gate.is_acceptance:
                on = gate.project.accepted_on or on
                satisfaction = SATISFACTION[gate.project_id % len(SATISFACTION)]
            link.answered_at = self._at(on)
            self._answer(customer, on, name=customer.name, link=link, satisfaction=satisfaction)
        gate.state, gate.passed_on = Gate.State.PASSED, on

    def next(self, turn: str, until: date) -> None:
        """The gate that the project comes to: asked, overdue, returned or not asked yet."""
        gate = self.gate
        if turn == "open":
            return
        begun = until - (timedelta(days=2) if turn == "asked" else timedelta(days=12))
        self.clause = None
        vendor, customer, link = self._asked(begun)
        gate.state = Gate.State.ASKED
        if turn == "overdue":
            self._answer(vendor, begun + timedelta(days=1), name=vendor.name)
            self._tell("gate_overdue", customer.name, "", until)
        elif turn == "returned":
            day = begun + ANSWERED_AFTER
            link.answered_at = self._at(day)
            self._answer(
                customer, day, outcome="returned", name=customer.name, link=link, reason=RETURNED
            )
            gate.state = Gate.State.RETURNED
            self._tell("gate_returned", customer.name, RETURNED, day)

    def _asked(self, day: date) -> tuple[SignOff, SignOff, SignOffLink]:
        self.gate.round = 1
        vendor = self._sign_off("vendor", day, self.colleague.name)
        vendor.colleague = self.colleague
        customer = self._sign_off("customer", day, self.contact.name)
        customer.contact = self.contact
        _secret, secret_hash = new_secret()
        link = SignOffLink(
            sign_off=customer,
            contact=self.contact,
            signatory=self.contact.name,
            language=LANGUAGE,
            secret_hash=secret_hash,
            sent_by=self.by,
            sent_at=customer.asked_at,
            expires_at=self._at(customer.deadline_on + timedelta(days=60)),
        )
        self.rows.sign_offs += [vendor, customer]
        self.rows.links.append(link)
        return vendor, customer, link

    def _sign_off(self, side: str, day: date, name: str) -> SignOff:
        gate, project = self.gate, self.gate.project
        clause = self.clause if side == "customer" and gate.uses_silence else None
        deadline = day + DEADLINE_AFTER
        document = sign_off_document(
            terms_of_gate(gate),
            Asking(
                round=1,
                asked_on=day,
                deadline_on=deadline,
                silence=Silence(clause.days, clause.words) if clause else None,
            ),
            Parties(
                vendor=self.tenant.name,
                customer=project.customer.name,
                project=project.name,
                face=project.manager.name if project.manager else "",
                signatory=name,
                language=LANGUAGE,
            ),
        )
        return SignOff(
            gate=gate,
            round=1,
            side=side,
            name=name,
            language=LANGUAGE,
            asked_at=self._at(day),
            asked_by=self.by,
            deadline_on=deadline,
            clause=clause,
            document=document,
            document_hash=hash_of(document),
        )

    def _answer(
        self,
        sign_off: SignOff,
        day: date,
        *,
        outcome: str = "approved",
        name: str = "",
        reason: str = "",
        link: SignOffLink | None = None,
        clause: PassiveClause | None = None,
        satisfaction: int | None = None,
    ) -> None:
        self.rows.answers.append(
            SignOffAnswer(
                sign_off=sign_off,
                side=sign_off.side,
                outcome=outcome,
                name=name,
                reason=reason,
                satisfaction=satisfaction,
                at=self._at(day),
                counts_on=day,
                document=sign_off.document,
                document_hash=sign_off.document_hash,
                link=link,
                clause=clause,
            )
        )

    def _tell(self, kind: str, name: str, words: str, day: date) -> None:
        self.rows.notices.append(
            ManagerNotice(
                project=self.gate.project,
                kind=kind,
                gate=self.gate,
                name=name,
                words=words,
                at=self._at(day),
            )
        )

    def _at(self, day: date) -> datetime:
        return datetime.combine(day, time(10), tzinfo=self.tenant.zone)
