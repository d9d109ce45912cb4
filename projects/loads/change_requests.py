"""Change requests: `project,key,title[,effort_days,price,currency,state,raised_on,…]`.

What was changed before Tenure came, as it stood then: their own workflow is on screen. `state` is a
draft unless it says otherwise; `raised_on` is, where the file does not say it, the first day that is
known of it.
"""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from accounts.loads.checks import reject_repeats, reject_where, resolve
from accounts.loads.kinds.common import CURRENCY, KEY, NAME
from accounts.loads.reading import Column
from accounts.loads.reading.values import Amount, Choice, Day, Quantity
from accounts.loads.registry import TableKind
from accounts.loads.stage import Stage
from accounts.loads.upsert import Field, Upsert
from projects.loads.called import CHANGE_REQUESTS as CALLED
from projects.loads.common import OF_PROJECT, PROJECT
from projects.models import ChangeRequest

STATE = Choice(
    tuple(ChangeRequest.State.values),
    also=(
        ("approved", "approved_internally"),
        ("accepted", "signed"),
        ("rejected", "declined"),
        ("cancelled", "withdrawn"),
        ("canceled", "withdrawn"),
        ("草稿", "draft"),
        ("已内审", "approved_internally"),
        ("已签署", "signed"),
        ("已签字", "signed"),
        ("已拒绝", "declined"),
        ("已撤回", "withdrawn"),
    ),
)
DECIDED = "('declined', 'withdrawn')"


class ChangeRequests(TableKind):
    """Work outside the SOW that customers were asked to sign."""

    name = "change_requests"
    label = _("Change requests")
    order = 47
    columns = (
        PROJECT,
        Column("key", KEY, required=True, filled=True, synonyms=CALLED["key"]),
        Column("title", NAME, required=True, filled=True, synonyms=CALLED["title"]),
        Column("effort_days", Quantity(most=99_999), synonyms=CALLED["effort_days"]),
        Column("price", Amount(), synonyms=CALLED["price"]),
        CURRENCY,
        Column("state", STATE, synonyms=CALLED["state"]),
        Column("raised_on", Day(), synonyms=CALLED["raised_on"]),
        Column("decided_on", Day(), synonyms=CALLED["decided_on"]),
        Column("signed_on", Day(), synonyms=CALLED["signed_on"]),
    )
    upsert = Upsert(
        table="projects_changerequest",
        plan="load_change",
        key={"project_id": "s.project_id", "key": "s.key"},
        fields=(
            Field("title", "s.title", "title"),
            Field("effort_days", "s.effort_days", "effort_days"),
            Field("price", "s.price", "price"),
            Field("state", "s.state", "state", empty="'draft'"),
            Field(
                "raised_on",
                "coalesce(s.raised_on, known.raised_on, LEAST(s.signed_on, s.decided_on), s.known_on)",
                "raised_on",
            ),
            Field("decided_on", "s.decided_on", "decided_on"),
            Field("signed_on", "s.signed_on", "signed_on"),
        ),
        joins="LEFT JOIN projects_changerequest known ON known.tenant_id = %(tenant)s "
        "AND known.project_id = s.project_id AND known.key = s.key",
        attributes=True,
    )

    def plan(self, stage: Stage) -> None:
        resolve(stage, OF_PROJECT)
        stage.run("ALTER TABLE load_row ADD COLUMN known_on date")
        stage.run(
            "UPDATE load_row SET known_on = (%(now)s::timestamptz AT TIME ZONE %(zone)s)::date",
            zone=stage.zone,
        )
        reject_repeats(stage, ["project", "key"], code="repeated_change_request")
        stage.drop_rejected("load_row")
        self.upsert.make_plan(stage)
        for column, code, condition in (
            ("signed_on", "signed_without_day", "new_state = 'signed' AND new_signed_on IS NULL"),
            (
                "signed_on",
                "signed_by_nobody",
                "new_state <> 'signed' AND new_signed_on IS NOT NULL",
            ),
            (
                "decided_on",
                "decided_without_day",
                f"new_state IN {DECIDED} AND new_decided_on IS NULL",
            ),
            (
                "decided_on",
                "decided_by_nobody",
                f"new_state NOT IN {DECIDED} AND new_decided_on IS NOT NULL",
            ),
        ):
            reject_where(
                stage, column, code, f"s.line IN (SELECT line FROM load_change WHERE {condition})"
            )
        stage.drop_rejected("load_row")
        stage.drop_rejected("load_change")
