"""What the demo shares with its customers: made once, and only what had happened by then."""

from datetime import timedelta

from accounts.models import Colleague, Contact, Customer, Tenant
from accounts.models.members import Membership
from config.demo.plans import make_example_plans
from config.demo.weeklies import make_example_weeklies
from projects.compute.weekly_reports import monday_of
from projects.models import Project, ProjectPageLink, WeeklyReport, WeeklyReportLink


def test_two_reports_were_sent_and_the_latest_is_still_to_be_drafted(
    scope: Tenant, alice: object
) -> None:
    until = scope.last_ended_day(scope.created_at)
    customer = Customer.objects.create(key="c", name="C")
    Contact.objects.create(customer=customer, key="zhou", name="Zhou", email="zhou@c.example")
    manager = Colleague.objects.get_or_create(
        key="alice@acme.example", defaults={"name": "Alice", "membership": Membership.objects.get()}
    )[0]
    Project.objects.create(
        customer=customer, key="p", name="P", manager=manager,
        starts_on=until - timedelta(days=90), due_on=until + timedelta(days=120),
    )  # fmt: skip
    make_example_plans(scope)
    make_example_weeklies(scope)
    make_example_weeklies(scope)
    monday = monday_of(until)
    weeks = list(WeeklyReport.objects.filter(state="sent").values_list("week", flat=True))
    assert weeks == [monday - timedelta(days=7), monday - timedelta(days=14)]
    assert WeeklyReport.objects.count() == 2
    assert ProjectPageLink.objects.count() == 1
    assert WeeklyReportLink.objects.count() == 2
    for report in WeeklyReport.objects.all():
        for row in report.facts["done"]["rows"]:
            assert row["finished_on"] <= report.facts["day_on"]
