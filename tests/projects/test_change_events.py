"""What customers sign and decline is told to other programs."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from webhook_world import events, listening

from accounts.models import Tenant, User
from projects.actions.signing_answers import answer_by_link
from tests.projects.change_world import ChangeWorld, change_world, sent

pytestmark = pytest.mark.django_db


@pytest.fixture
def world(scope: Tenant, make_member: Any, alice: User) -> ChangeWorld:
    listening(by=alice)
    return change_world(scope, make_member)


@pytest.mark.parametrize(("outcome", "day"), [("signed", "signed_on"), ("declined", "declined_on")])
def test_an_answer_is_told_without_who_gave_it(
    world: ChangeWorld, scope: Tenant, outcome: str, day: str
) -> None:
    link, _secret = sent(world, scope)
    assert events() == []
    answer = answer_by_link(
        link=link, seen_hash=link.document_hash, outcome=outcome, name="Zhou Min",
        reason="" if outcome == "signed" else "Too dear", ip=None, tenant=scope,
    )  # fmt: skip
    ((kind, data),) = events()
    assert kind == f"change_request.{outcome}"
    assert date.fromisoformat(data.pop(day)) == scope.local_date(answer.at)
    assert data == {
        "customer": "W", "project": "W-P1", "change_request": answer.change_request.key,
        "effort_days": "7.500", "price": "15000.5000",
    }  # fmt: skip
