"""The catalogue of measures."""

from __future__ import annotations

from dataclasses import replace

import pytest
from django.db import models

from segmentation import catalogue
from segmentation.catalogue import Number, Unit
from segmentation.compute.exact import MONEY_PLACES
from segmentation.compute.origins import CAUSES
from segmentation.frames.gathering import STAGE_FACTS
from segmentation.models import MeasureRow

NAMED_IN_THE_DESIGN = """
    recency_days frequency monetary arr tenure_days days_to_renewal days_to_payment
    payment_overdue_days active_days_30 active_days_90 active_users_30 events_30 usage_trend
    modules_used_30 modules_owned breadth seat_utilisation days_since_usage dau_rate
    key_user_coverage decision_maker_touch_days trained_share requests_90 survey_responses_180
    referrals nps csat ces open_cases case_response_hours open_change_requests
    unapproved_scope_days
"""


@pytest.fixture
def fresh_catalogue(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a test registers is gone after it."""
    monkeypatch.setattr(catalogue, "_measures", dict(catalogue._measures))


def test_every_measure_of_the_field_may_be_named() -> None:
    assert set(NAMED_IN_THE_DESIGN.split()) <= set(catalogue.names())


@pytest.mark.parametrize("measure", catalogue.all_measures(), ids=lambda measure: measure.key)
def test_every_measure_says_what_it_is(measure: catalogue.Measure) -> None:
    assert str(measure.title)
    assert str(measure.definition).endswith(".")
    assert measure.facts in catalogue.FACTS
    assert measure.cause in CAUSES
    assert (measure.unit is Unit.MONEY) == (measure.number is Number.AMOUNT)


def test_every_kept_measure_is_in_the_catalogue() -> None:
    numbers = (models.IntegerField, models.FloatField, models.DecimalField)
    kept = {field.name for field in MeasureRow._meta.fields if isinstance(field, numbers)}
    kept -= {"id", "tenant_id", "r", "f", "m", *STAGE_FACTS}
    assert "arr" in kept
    assert kept <= set(catalogue.names())


def test_money_is_held_exactly() -> None:
    assert catalogue.places() == {
        "monetary": MONEY_PLACES,
        "arr": MONEY_PLACES,
        "overdue_amount": MONEY_PLACES,
        "referred_arr": MONEY_PLACES,
    }


@pytest.mark.usefixtures("fresh_catalogue")
def test_another_app_gives_an_announced_measure_its_facts() -> None:
    announced = replace(catalogue.get("nps"), key="later", has_facts=False)
    catalogue.register(announced)
    assert not catalogue.get("later").has_facts
    catalogue.register(replace(announced, has_facts=True))
    assert catalogue.get("later").has_facts
    with pytest.raises(ValueError, match="twice"):
        catalogue.register(replace(announced, has_facts=True))


@pytest.mark.usefixtures("fresh_catalogue")
def test_another_app_adds_a_measure_of_its_own() -> None:
    catalogue.register(replace(catalogue.get("nps"), key="plays_90"))
    assert "plays_90" in catalogue.names()
    assert catalogue.origins()["plays_90"].facts == "surveys"
