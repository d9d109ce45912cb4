"""The page behind a figure: formula, dates, rows, files; who may see it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime

import pytest
from django.test import Client
from night_facts import customer, sign

from accounts.models import Customer, Membership, Tenant, Touchpoint, User, VisibilityRule
from accounts.tenancy import tenant_scope
from reports.actions.executive_figures import make_executive_figures
from reports.actions.figures import make_customer_figures
from reports.compute.report_periods import period_of
from reports.models import FigureSet

LATE = datetime(2027, 1, 1, tzinfo=UTC)
MAY = period_of("2026-05")


@pytest.fixture
def figures(tenant: Tenant) -> dict[str, FigureSet]:
    with tenant_scope(tenant.id):
        for name in ("anna", "berta"):
            one = customer(name)
            sign(one, date(2025, 1, 1), fee=1200)
        for day in range(1, 31):
            Touchpoint.objects.create(
                customer=one, key=f"t{day}", kind="call", happened_on=date(2026, 5, day)
            )
        make_customer_figures(period=MAY, night=None, known_at=LATE)
        return {
            "berta": FigureSet.objects.get(customer=one),
            "all": make_executive_figures(period=MAY, known_at=LATE),
        }


def path(found: FigureSet, key: str) -> str:
    return f"/t/acme/figures/{found.pk}/{key}/"


def test_a_figure_says_how_it_is_made_and_shows_its_rows(
    client: Client, executive: User, figures: dict[str, FigureSet]
) -> None:
    client.force_login(executive)
    page = client.get(path(figures["all"], "end_arr")).content.decode()
    assert "Annual fees of the subscription lines active on the last day." in page
    assert "Anna" in page
    assert "Berta" in page
    assert page.count("1,200") >= 4
    assert "2,400" in page
    rows = client.get(path(figures["berta"], "touchpoints"))
    assert rows.context["table"].total == 30
    assert "The rows add up to 30." in rows.content.decode()


def test_a_figure_that_is_absent_says_why(
    client: Client, executive: User, figures: dict[str, FigureSet]
) -> None:
    client.force_login(executive)
    assert (
        "No usage is known by then." in client.get(path(figures["all"], "events")).content.decode()
    )
    assert "Nobody is named" in client.get(path(figures["berta"], "peers_events")).content.decode()


def test_a_figure_made_again_leads_to_the_latest(
    client: Client, executive: User, tenant: Tenant, figures: dict[str, FigureSet]
) -> None:
    with tenant_scope(tenant.id):
        Touchpoint.objects.filter(key="t1").delete()
        make_customer_figures(period=MAY, night=None, known_at=LATE)
        later = FigureSet.objects.get(customer=figures["berta"].customer, version=2)
    client.force_login(executive)
    page = client.get(path(figures["berta"], "touchpoints")).content.decode()
    assert "It is 29 now." in page
    assert path(later, "touchpoints") in page


@pytest.mark.parametrize("format_", ["csv", "xlsx"])
def test_the_rows_are_a_file(
    client: Client, executive: User, figures: dict[str, FigureSet], format_: str
) -> None:
    client.force_login(executive)
    file = client.get(path(figures["berta"], "touchpoints"), {"format": format_})
    assert "attachment" in file["Content-Disposition"]
    if format_ == "csv":
        assert len(file.content.decode("utf-8-sig").splitlines()) == 31
    assert client.get(path(figures["berta"], "touchpoints"), {"format": "exe"}).status_code == 404


def test_what_a_member_does_not_see_has_no_page(
    client: Client, tenant: Tenant, make_member: Callable[..., Membership],
    figures: dict[str, FigureSet],
) -> None:  # fmt: skip
    member = make_member(tenant, "sam@acme.example", "team_member")
    client.force_login(member.user)
    assert client.get(path(figures["all"], "end_arr")).status_code == 404
    with tenant_scope(tenant.id):
        VisibilityRule.objects.create(role="team_member", visibility="mine")
        assert not Customer.objects.visible_to(member).exists()
    assert client.get(path(figures["berta"], "touchpoints")).status_code == 404


def test_a_key_that_is_none_has_no_page(
    client: Client, executive: User, charlie: User, figures: dict[str, FigureSet]
) -> None:
    client.force_login(executive)
    assert client.get(path(figures["berta"], "end_arr")).status_code == 404
    assert client.get("/t/acme/figures/999999/arr/").status_code == 404
    client.force_login(charlie)
    assert client.get(path(figures["berta"], "touchpoints")).status_code == 404
    client.logout()
    assert client.get(path(figures["berta"], "touchpoints")).status_code in (302, 404)
