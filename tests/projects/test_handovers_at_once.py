"""Two people answer a handover at once: one wins, and the other is told."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.core.exceptions import ValidationError
from django.db import connection

from accounts.models import Membership, Tenant
from accounts.tenancy import tenant_scope
from projects.actions.handover_answers import accept_handover, return_handover
from projects.models import Handover, HandoverAnswer, Project
from tests.projects.handover_world import ALL_SECTIONS, handover_world, proposed

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize("second", ["accept", "return"])
def test_of_two_answers_at_once_one_counts(
    tenant: Tenant, make_member: Callable[..., Membership], second: str
) -> None:
    with tenant_scope(tenant.id):
        world = handover_world(tenant, make_member)
        handover = proposed(world)
        members = [world.sue, make_member(tenant, "ada@acme.example", "admin")]
    start = Barrier(2)

    def answer(turn: int) -> str:
        try:
            with tenant_scope(tenant.id):
                found = Handover.objects.get(pk=handover.pk)
                member = Membership.objects.select_related("user").get(pk=members[turn].pk)
                start.wait(10)
                if turn == 0 or second == "accept":
                    accept_handover(
                        handover=found, seen=found.version, sections=ALL_SECTIONS,
                        membership=member, tenant=tenant,
                    )  # fmt: skip
                else:
                    return_handover(
                        handover=found, seen=found.version, reason="Too thin",
                        membership=member, tenant=tenant,
                    )  # fmt: skip
        except ValidationError as error:
            return " ".join(error.messages)
        else:
            return "won"
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        results = list(pool.map(answer, range(2)))
    assert results.count("won") == 1
    (told,) = [text for text in results if text != "won"]
    assert "meanwhile" in told
    with tenant_scope(tenant.id):
        found = HandoverAnswer.objects.get()
        assert found.by_id == members[results.index("won")].user_id
        is_accepted = found.outcome == "accepted"
        assert Handover.objects.get().state == found.outcome
        assert (Project.objects.get().handed_over_on is not None) == is_accepted
