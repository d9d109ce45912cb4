"""A running project with a plan from the shipped template, and approvers on both sides."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.utils import timezone

from accounts.models import Colleague, Contact, Customer, Membership, Tenant
from projects.actions.gates import edit_gate, record_clause
from projects.actions.plans import make_project
from projects.actions.sign_offs import ask_gate
from projects.actions.templates import keep_shipped
from projects.models import Gate, PassiveClause, Project, SignOff, SignOffLink
from projects.queries.templates import latest_version

WORDS = "7.3 If Party A does not object within 5 working days, the stage counts as accepted."


@dataclass
class GateWorld:
    tenant: Tenant
    project: Project
    contact: Contact
    manager: Membership
    approver: Membership

    def gate(self, title: str = "Overall solution") -> Gate:
        found: Gate = Gate.objects.select_related("project", "phase").get(
            project=self.project, title=title
        )
        return found

    @property
    def colleague(self) -> Colleague:
        found: Colleague = Colleague.objects.get(membership=self.approver)
        return found

    @property
    def today(self) -> date:
        return self.tenant.local_date(timezone.now())

    def clause(self, title: str = "Overall solution") -> PassiveClause:
        """The SOW lets silence count, and the gate uses it."""
        kept = record_clause(project=self.project, days=5, words=WORDS, by=self.manager.user)
        gate = self.gate(title)
        edit_gate(gate=gate, seen=gate.version, values={"uses_silence": True}, by=self.manager.user)
        return kept

    def ask(
        self,
        gate: Gate | None = None,
        *,
        silence_counts: bool = False,
        days: int = 14,
        contact: Contact | None = None,
    ) -> tuple[SignOffLink, str]:
        gate = gate or self.gate()
        return ask_gate(
            gate=gate, seen=gate.version, colleague=self.colleague,
            contact=contact or self.contact, language="en",
            deadline_on=self.today + timedelta(days=days), silence_counts=silence_counts,
            tenant=self.tenant, by=self.manager.user,
        )  # fmt: skip

    def ours(self, gate: Gate | None = None) -> SignOff:
        """Our approver's sign-off of the gate's last round."""
        gate = gate or self.gate()
        found: SignOff = SignOff.objects.select_related("gate").get(
            gate=gate, round=gate.round, side="vendor", withdrawn_at=None
        )
        return found


def gate_world(tenant: Tenant, make_member: Any) -> GateWorld:
    """Inside the tenant's scope."""
    manager = make_member(tenant, f"pam@{tenant.slug}.example", "project_manager")
    approver = make_member(tenant, f"vic@{tenant.slug}.example", "executive")
    today = tenant.local_date(timezone.now())
    customer = Customer.objects.create(key="W", name="Rookcombe")
    version = latest_version(keep_shipped(language="en"))
    assert version is not None
    project = make_project(
        customer=customer, name="Payroll", manager=Colleague.objects.get(membership=manager),
        starts_on=today - timedelta(days=60), template_version=version, language="en",
        by=manager.user,
    )  # fmt: skip
    contact = Contact.objects.create(
        customer=customer, key="zhou", name="Zhou Min", email="zhou@rookcombe.example"
    )
    return GateWorld(tenant, project, contact, manager, approver)
