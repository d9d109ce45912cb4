"""A case of the world's customer that was passed on, a department, and a link for reporting."""

from typing import Any

from accounts.models import Department, User
from service.actions.case_escalations import escalate_case
from service.actions.case_links import give_case_link
from service.actions.cases import report_case


def make(world: Any) -> dict[str, Any]:
    by = User.objects.order_by("pk").first()
    work = report_case(
        customer=world.customer, title="Broken", kind="problem", tenant=world.tenant, by=by
    )
    department = Department.objects.create(name="D")
    escalation = escalate_case(
        case=work.case, department=department, why="W", tenant=world.tenant, by=by
    )
    link, _secret = give_case_link(
        customer=world.customer, contact=world.contact, language="en", by=by
    )
    return {
        "case": work.case, "department": department, "escalation": escalation, "case_link": link,
    }  # fmt: skip


_CASE = (
    "case", "edit_case", "case_notes", "case_answers", "case_customer_words", "case_states",
    "case_priorities", "case_owner", "case_escalations",
)  # fmt: skip
OBJECTS: dict[str, Any] = {name: lambda w: {"pk": w.further["case"].pk} for name in _CASE}
OBJECTS |= {
    "case_escalation_answers": lambda w: {
        "pk": w.further["case"].pk,
        "escalation_pk": w.further["escalation"].pk,
    },
    "case_link_revocations": lambda w: {
        "pk": w.customer.pk,
        "link_pk": w.further["case_link"].pk,
    },
    "case_links": lambda w: {"pk": w.customer.pk},
    "department": lambda w: {"pk": w.further["department"].pk},
    "new_case": lambda w: {"pk": w.customer.pk},
}
