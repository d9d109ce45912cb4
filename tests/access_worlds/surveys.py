"""A round of a survey with one link, for URLs that name them."""

from __future__ import annotations

from typing import Any

from accounts.models import Contact, User
from service.actions.survey_sending import ask_contact
from service.actions.surveys import keep_shipped_survey, make_survey

WORDS = {"question": "How?", "low": "Bad", "high": "Good", "why": "Why?"}


def make(world: Any) -> dict[str, Any]:
    asker = User.objects.order_by("pk").first()
    contact = Contact.objects.create(
        customer=world.customer, key="asked", name="Asked", email="asked@customer.example"
    )
    link, _secret = ask_contact(
        survey=keep_shipped_survey(key="relationship", language="en"), contact=contact,
        language="en", tenant=world.tenant, by=asker, writes=False,
    )  # fmt: skip
    survey = make_survey(name="Ours", kind="csat", document={"en": WORDS}, by=asker)
    return {"survey_link": link, "survey": survey}


def _link(world: Any) -> dict[str, Any]:
    link = world.further["survey_link"]
    return {"pk": link.round_id, "link_pk": link.pk}


OBJECTS = {
    "survey_round": lambda w: {"pk": w.further["survey_link"].round_id},
    "survey_round_closures": lambda w: {"pk": w.further["survey_link"].round_id},
    "survey_link_renewals": _link,
    "survey_link_revocations": _link,
    "edit_survey": lambda w: {"reference": w.further["survey"].reference},
    "new_contact_survey": lambda w: {"pk": w.customer.pk},
}
