"""An answer to a survey."""

# Statements are put together from names that stand in the code; values are parameters.
# ruff: noqa: S608
from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Contact
from service.models import SurveyAnswer, SurveyKind
from service.triggers.base import Asked, Names, Sql, Trigger, Values
from service.triggers.dates import shown_day

ANSWERS, CONTACTS = SurveyAnswer._meta.db_table, Contact._meta.db_table
AT_MOST, AT_LEAST = "at_most", "at_least"


class SurveyTrigger(Trigger):
    """A score at or beyond a mark. An answer that is changed is the same answer."""

    key = "survey"
    label = gettext_lazy("A survey is answered")

    def events(self, values: Values, asked: Asked) -> Sql:
        day = asked.noticed("a.answered_on", "a.known_from")
        sign = "<=" if values["way"] == AT_MOST else ">="
        return (
            "SELECT a.customer_id, d.as_of, 'survey:' || a.id AS event_key, "
            "jsonb_build_object('kind', 'survey', 'answer', a.id, 'survey', a.kind, 'score', "
            "a.score, 'contact', o.id, 'name', coalesce(o.name, ''), 'day', a.answered_on) AS reason, "
            f"NULL::numeric AS amount FROM {ANSWERS} a JOIN days d ON d.day = {day} "
            f"LEFT JOIN {CONTACTS} o ON o.tenant_id = a.tenant_id AND o.id = a.contact_id "
            f"WHERE a.tenant_id = %s AND a.kind = %s AND a.score {sign} %s",
            [asked.tenant_id, values["survey"], int(values["score"])],
        )

    def form_fields(self, names: Names) -> dict[str, forms.Field]:
        return {
            "survey": forms.ChoiceField(label=gettext_lazy("Survey"), choices=SurveyKind.choices),
            "way": forms.ChoiceField(
                label=gettext_lazy("When the score is"),
                choices=[
                    (AT_MOST, gettext_lazy("at most")),
                    (AT_LEAST, gettext_lazy("at least")),
                ],
            ),
            "score": forms.IntegerField(label=gettext_lazy("Score"), min_value=0, max_value=10),
        }

    def words(self, values: Values, names: Names) -> str:
        told = {"survey": _label(values["survey"]), "score": values["score"]}
        if values["way"] == AT_MOST:
            return _("A survey %(survey)s is answered with at most %(score)s") % told
        return _("A survey %(survey)s is answered with at least %(score)s") % told

    def why(self, reason: Mapping[str, Any], names: Names) -> str:
        told = {
            "survey": _label(reason["survey"]),
            "score": reason["score"],
            "name": reason.get("name", ""),
            "day": shown_day(reason["day"]),
        }
        if told["name"]:
            return _("%(name)s answered %(survey)s with %(score)s on %(day)s") % told
        return _("%(survey)s was answered with %(score)s on %(day)s") % told


def _label(kind: str) -> str:
    return str(dict(SurveyKind.choices).get(kind, kind))
