"""Touchpoints: `customer,key,kind,happened_on[,contact,by,note]`."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from accounts.loads.checks import CONTACT as OF_CONTACT
from accounts.loads.checks import CUSTOMER as OF_CUSTOMER
from accounts.loads.checks import reject_moved, reject_repeats, resolve
from accounts.loads.kinds.called import TOUCHPOINTS as CALLED
from accounts.loads.kinds.common import CONTACT, CUSTOMER, KEY
from accounts.loads.named import make_colleagues
from accounts.loads.reading import Column
from accounts.loads.reading.values import Day, Person, Text
from accounts.loads.registry import TableKind
from accounts.loads.stage import Stage
from accounts.loads.upsert import Field, Upsert


class Touchpoints(TableKind):
    """Where the vendor's people met those of customers."""

    name = "touchpoints"
    label = _("Touchpoints")
    order = 80
    columns = (
        CUSTOMER,
        Column("key", KEY, required=True, filled=True, synonyms=CALLED["key"]),
        Column("kind", Text(60), required=True, filled=True, synonyms=CALLED["kind"]),
        Column("happened_on", Day(), required=True, filled=True, synonyms=CALLED["happened_on"]),
        CONTACT,
        Column("by", Person(), synonyms=CALLED["by"]),
        Column("note", Text(10_000), synonyms=CALLED["note"]),
    )
    upsert = Upsert(
        table="accounts_touchpoint",
        plan="load_touchpoint",
        key={"key": "s.key"},
        fields=(
            Field("customer_id", "s.customer_id"),
            Field("kind", "s.kind", "kind"),
            Field("happened_on", "s.happened_on", "happened_on"),
            Field("contact_id", "s.contact_id", "contact", refers_to="accounts_contact"),
            Field("colleague_id", "colleague.id", "by", refers_to="accounts_colleague"),
            Field("note", "s.note", "note", empty="''"),
        ),
        joins="LEFT JOIN accounts_colleague colleague "
        'ON colleague.tenant_id = %(tenant)s AND colleague.key = s."by"',
        attributes=True,
    )

    def plan(self, stage: Stage) -> None:
        resolve(stage, OF_CUSTOMER, OF_CONTACT)
        reject_moved(stage, self.upsert.table, "touchpoint_of_another")
        reject_repeats(stage, ["key"])
        stage.drop_rejected("load_row")
        make_colleagues(stage, "by")
        self.upsert.make_plan(stage)
