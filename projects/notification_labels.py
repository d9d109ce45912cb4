"""What project managers and service managers are told of projects, in words."""

from __future__ import annotations

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from accounts.notification_kinds import NotificationKind, Topic, register_kind, register_topic
from projects.models import ManagerNotice

register_topic(
    Topic("project_answers", _("What customers answer to gates and change requests"), 20)
)
register_topic(Topic("handovers", _("Handovers"), 25))

ICONS = {
    ManagerNotice.Kind.CHANGE_DECLINED: "x",
    ManagerNotice.Kind.CHANGE_QUESTION: "circle-help",
    ManagerNotice.Kind.GATE_RETURNED: "undo-2",
    ManagerNotice.Kind.GATE_OVERDUE: "clock",
}
for _kind in ManagerNotice.Kind:
    register_kind(
        NotificationKind(
            f"project.{_kind.value}",
            "project_answers",
            format_lazy("{kind}: %(title)s · %(project)s", kind=_kind.label),
            ICONS.get(_kind, "signature"),
        )
    )

for _name, _text, _icon in (
    ("proposed", _("%(project)s of %(customer)s is proposed for handover."), "arrow-right-left"),
    ("returned", _("The handover of %(project)s was returned: %(reason)s"), "undo-2"),
    ("accepted", _("The handover of %(project)s was accepted."), "check"),
):
    register_kind(NotificationKind(f"handover.{_name}", "handovers", _text, _icon))
