"""Risks and issues: what is said of them, who may say it, and that nobody overwrites another."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import AuditRecord, Colleague, Contact, Customer, Membership, Tenant
from accounts.tenancy import tenant_scope
from projects.actions.risks import RiskConflict, edit_risk, let_happen, raise_risk, settle_risk
from projects.models import Project, Risk
from projects.queries.risks import open_risks

DAY = date(2026, 3, 2)


@pytest.fixture
def manager(tenant: Tenant, make_member: Callable[..., Membership]) -> Membership:
    return make_member(tenant, "pam@acme.example", "project_manager")


@pytest.fixture
def project(tenant: Tenant, manager: Membership) -> Project:
    with tenant_scope(tenant.id):
        customer = Customer.objects.create(key="W", name="Rookcombe")
        return Project.objects.create(
            customer=customer, key="W-P1", name="Payroll", starts_on=DAY,
            due_on=DAY + timedelta(days=90), manager=Colleague.objects.get(membership=manager),
        )  # fmt: skip


def raised(project: Project, by: Membership, **values: Any) -> Risk:
    kind = values.pop("kind", "risk")
    given = {"title": "The only key user leaves", "probability": 2, "impact": 3} | values
    return raise_risk(project=project, kind=kind, values=given, raised_on=DAY, by=by.user)


def as_(member: Membership) -> Client:
    client = Client()
    client.force_login(member.user)
    return client


def text(response: Any) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", response.content.decode()).split())


def test_numbers_count_on_within_a_project(scope: None, project: Project, manager: Membership):
    assert [raised(project, manager).number for _time in range(3)] == [1, 2, 3]
    other = Project.objects.create(
        customer=project.customer, key="P2", name="Second", starts_on=DAY, due_on=DAY
    )
    assert raised(other, manager).number == 1


def test_a_risk_has_a_probability_and_an_issue_has_none(
    scope: None, project: Project, manager: Membership
):
    assert raised(project, manager).weight == 6
    issue = raised(project, manager, kind="issue", probability=1, impact=2)
    assert issue.probability is None
    assert issue.weight == 6
    with pytest.raises(ValidationError, match="how likely"):
        raised(project, manager, probability=None)
    with pytest.raises(ValidationError, match="what it is about"):
        raised(project, manager, title="  ")
    with pytest.raises(IntegrityError), transaction.atomic():
        Risk.objects.filter(pk=issue.pk).update(probability=2)


def test_a_contact_of_another_customer_looks_after_nothing(
    scope: None, project: Project, manager: Membership
):
    other = Customer.objects.create(key="O", name="Other")
    contact = Contact.objects.create(customer=other, key="c", name="c")
    with pytest.raises(ValidationError, match="another customer"):
        raised(project, manager, contact=contact, side="customer")


def test_a_risk_that_happens_becomes_an_issue(scope: None, project: Project, manager: Membership):
    person = Colleague.objects.get(membership=manager)
    risk = raised(project, manager, person=person, due_on=DAY, mitigation="Train a second one")
    issue = let_happen(
        risk=risk, seen=1, why="She resigned", today=DAY + timedelta(days=9), by=manager.user
    )
    risk.refresh_from_db()
    assert (risk.state, risk.state_why, risk.state_by) == (
        "happened",
        "She resigned",
        manager.user,
    )
    assert (issue.kind, issue.came_of, issue.state, issue.number) == ("issue", risk, "open", 2)
    assert (issue.person, issue.impact, issue.mitigation) == (person, 3, "Train a second one")
    assert issue.raised_on == DAY + timedelta(days=9)
    told = AuditRecord.objects.get(verb="risk.happened")
    assert told.data["issue"] == 2
    for refused in (risk, issue):
        with pytest.raises(ValidationError):
            let_happen(risk=refused, seen=refused.version, why="Again", today=DAY, by=manager.user)
    with pytest.raises(ValidationError, match="its issue"):
        settle_risk(risk=risk, seen=risk.version, state="closed", why="x", by=manager.user)


def test_what_is_settled_says_why_and_can_be_opened_again(
    scope: None, project: Project, manager: Membership
):
    risk = raised(project, manager)
    with pytest.raises(ValidationError, match="why"):
        settle_risk(risk=risk, seen=1, state="closed", why=" ", by=manager.user)
    settle_risk(risk=risk, seen=1, state="mitigated", why="A second one", by=manager.user)
    assert open_risks([project.pk]) == {}
    settle_risk(risk=risk, seen=2, state="open", why="He leaves too", by=manager.user)
    assert [found.pk for found in open_risks([project.pk])[project.pk]] == [risk.pk]
    with pytest.raises(ValidationError, match="already"):
        settle_risk(risk=risk, seen=3, state="open", why="x", by=manager.user)


def test_nobody_overwrites_unseen_what_another_changed(
    scope: None, project: Project, manager: Membership
):
    risk = raised(project, manager)
    assert edit_risk(risk=risk, seen=1, values={"impact": 1}, by=manager.user)
    assert not edit_risk(risk=risk, seen=2, values={"impact": 1}, by=manager.user)
    with pytest.raises(RiskConflict) as refused:
        edit_risk(risk=risk, seen=1, values={"impact": 2}, by=manager.user)
    assert refused.value.risk.impact == 1
    with pytest.raises(RiskConflict):
        settle_risk(risk=risk, seen=1, state="closed", why="x", by=manager.user)
    with pytest.raises(RiskConflict):
        let_happen(risk=risk, seen=1, why="x", today=DAY, by=manager.user)
    (told,) = AuditRecord.objects.filter(verb="risk.changed")
    assert (told.data["before"], told.data["after"]) == ({"impact": 3}, {"impact": 1})


def test_open_risks_of_many_projects_cost_one_query(
    scope: None, project: Project, manager: Membership
):
    projects = [project] + [
        Project.objects.create(
            customer=project.customer, key=f"P{number}", name="P", starts_on=DAY, due_on=DAY
        )
        for number in range(4)
    ]
    for found in projects:
        raised(found, manager, title="light", probability=1, impact=1)
        raised(found, manager, title="heavy", kind="issue")
    with CaptureQueriesContext(
        connection,
    ) as queries:
        rows = open_risks([found.pk for found in projects])
        owners = [risk.owner for risks in rows.values() for risk in risks]
    assert len(queries) == 1
    assert len(owners) == 10
    assert [risk.title for risk in rows[project.pk]] == ["heavy", "light"]


def test_from_a_note_to_an_issue_on_screen(tenant: Tenant, project: Project, manager: Membership):
    client, page = as_(manager), f"/t/acme/projects/{project.pk}/risks/"
    with tenant_scope(tenant.id):
        contact = Contact.objects.create(customer=project.customer, key="z", name="Zhou Min")
    note = {
        "kind": "risk", "title": "The <b>server</b> comes late", "probability": "2",
        "impact": "3", "who": f"c{contact.pk}", "due_on": "2026-03-20", "seen": "0",
    }  # fmt: skip
    refused = client.post(f"{page}new/", note | {"title": ""})
    assert refused.status_code == 200
    assert "This field is required" in text(refused)
    shown = client.post(f"{page}new/", note, follow=True)
    assert "&lt;b&gt;server" in shown.content.decode()
    assert "Zhou Min" in text(shown)
    with tenant_scope(tenant.id):
        risk = Risk.objects.get()
        assert (risk.side, risk.contact, risk.raised_on) != ("vendor", None, None)
        assert risk.side == "customer"
    own = f"{page}{risk.pk}/"
    changed = note | {"probability": "1", "seen": "1"}
    assert client.post(own, changed).status_code == 302
    conflict = client.post(own, note | {"probability": "3", "seen": "1"})
    assert conflict.status_code == 409
    assert "pam changed this meanwhile" in text(conflict)
    assert "Low High" in text(conflict)
    # What was typed can be saved over it now.
    assert '<input type="hidden" name="seen" value="2"' in conflict.content.decode()
    late = client.post(f"{own}states/", {"state": "closed", "why": "Done", "seen": "1"})
    assert late.status_code == 409
    happened = client.post(
        f"{own}states/", {"state": "happened", "why": "It is late", "seen": "2"}, follow=True
    )
    assert "Came of the risk" in text(happened)
    assert "Nothing here" not in text(client.get(page))
    # The risk that has happened is no longer among the open ones.
    assert f"{own}" not in client.get(page).content.decode()
    assert f"{own}" in client.get(page, {"state": "happened"}).content.decode()
    assert f"{own}" in client.get(page, {"state": "all", "kind": "risk"}).content.decode()
    assert f"{own}" not in client.get(page, {"state": "all", "kind": "issue"}).content.decode()


def test_who_may_only_look_changes_nothing(
    tenant: Tenant, project: Project, manager: Membership, make_member: Callable[..., Membership]
):
    with tenant_scope(tenant.id):
        risk = raised(project, manager)
    looker = as_(make_member(tenant, "eve@acme.example", "executive"))
    own = f"/t/acme/projects/{project.pk}/risks/{risk.pk}/"
    assert looker.get(own).status_code == 200
    assert "Where it stands" not in text(looker.get(own))
    assert looker.post(own, {"title": "x"}).status_code == 404
    assert looker.post(f"{own}states/", {"state": "closed"}).status_code == 404
