"""What is promised about cases, and the departments that they go to, on screen."""

from __future__ import annotations

from accounts.models import Department, Tenant, User
from accounts.tenancy import tenant_scope
from service.models import CaseRules
from tests.service.case_world import send, signed_in


def test_targets_are_changed_and_what_makes_no_sense_names_its_field(
    tenant: Tenant, alice: User
) -> None:
    answer = signed_in(alice).get("/t/acme/cases/targets/")
    form = answer.context["form"]
    given = {name: form[name].value() for name in form.fields}
    given = {name: "" if value is None else value for name, value in given.items()}
    given["every-urgent-response"] = "0.5"
    assert send(alice, "cases/targets/", **given).status_code == 302
    with tenant_scope(tenant.id):
        version = CaseRules.objects.get()
        assert version.document["targets"][""]["urgent"] == [30, 480]
    given["seen"] = 1
    given["every-urgent-resolution"] = "0.25"
    shown = send(alice, "cases/targets/", **given).content.decode()
    assert "cannot be solved before it is answered" in shown
    given |= {"every-urgent-resolution": "8", "break_from": "07:00"}
    assert "make no sense" in send(alice, "cases/targets/", **given).content.decode()
    with tenant_scope(tenant.id):
        assert CaseRules.objects.count() == 1


def test_departments_are_made_changed_and_closed(tenant: Tenant, alice: User) -> None:
    assert send(alice, "cases/departments/", name="Payroll", kinds=["problem"]).status_code == 302
    twice = send(alice, "cases/departments/", name="Payroll")
    assert "of this name already" in twice.content.decode()
    with tenant_scope(tenant.id):
        made = Department.objects.get()
        assert (made.kinds, made.is_active) == (["problem"], True)
    send(alice, f"cases/departments/{made.pk}/", name="Pay", lead="")
    with tenant_scope(tenant.id):
        made.refresh_from_db()
        assert (made.name, made.is_active) == ("Pay", False)
