"""Work is opened again in the instant in which other work of its play is opened."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.core.exceptions import ValidationError

from accounts.models import Membership, Tenant
from accounts.tenancy import tenant_scope
from service.actions.cta_steps import undo_change
from service.actions.cta_work import close, reopen
from service.models import Cta
from tests.service.at_once import second_waits
from tests.service.work_world import a_play, customer_of, work_for

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize("way", ["reopen", "undo"])
def test_work_whose_play_opens_other_work_meanwhile_stays_closed(
    tenant: Tenant, make_member: Callable[..., Membership], way: str
) -> None:
    member = make_member(tenant, "sam@acme.example", "service_manager")
    with tenant_scope(tenant.id):
        customer, play = customer_of(member), a_play()
        old = work_for(customer, play=play)
        done = close(seen={old.pk: 1}, ending="done", by=member.user)
    assert done.change is not None

    def open_again() -> object:
        if way == "undo":
            return undo_change(change=done.change, by=member.user)
        return reopen(seen={old.pk: 2}, by=member.user)

    with pytest.raises(ValidationError, match="same play"):
        second_waits(tenant.id, lambda: work_for(customer, play=play), open_again)
    with tenant_scope(tenant.id):
        assert Cta.objects.filter(play=play, state="open").count() == 1
        assert Cta.objects.get(pk=old.pk).state == "done"
