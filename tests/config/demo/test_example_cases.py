"""Cases of the demo: something of every kind to look at, and nobody is written to."""

import pytest
from django.core.cache import cache
from members import make_member

from accounts.letters import without_letters
from accounts.models import Colleague, Contact, Customer, OutgoingMail, Responsibility, Tenant
from accounts.tenancy import tenant_scope
from config.demo.cases import make_example_cases
from service.models import CaseEscalation, CaseLink, CaseOpening, CaseWork


@pytest.fixture(autouse=True)
def fresh_cache() -> None:
    cache.clear()


def test_every_state_is_there_once(tenant: Tenant) -> None:
    sue = make_member(tenant, "sue@acme.example", "service_manager")
    make_member(tenant, "pia@acme.example", "product_manager")
    with tenant_scope(tenant.id):
        colleague = Colleague.objects.get(membership=sue)
        for number in range(6):
            customer = Customer.objects.create(
                key=f"c{number}", name="客户", service_manager=colleague
            )
            Responsibility.objects.create(
                customer=customer, colleague=colleague, capacity="service_manager",
                from_on="2026-01-01", why="contract",
            )  # fmt: skip
            Contact.objects.create(customer=customer, key="p", name="王芳", email="w@c.example")
    for _time in range(2):
        with without_letters():
            make_example_cases(tenant)
    with tenant_scope(tenant.id):
        states = sorted(CaseWork.objects.values_list("state", flat=True))
        assert states == ["open", "open", "reopened", "solved", "waiting"]
        assert CaseOpening.objects.count() == 1
        assert CaseEscalation.objects.get().department is not None
        assert CaseLink.objects.filter(case=None).count() == 2
        assert not OutgoingMail.objects.exists()
