"""What people are told of work and cases, in words."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from accounts.notification_kinds import NotificationKind, Topic, register_kind, register_topic

register_topic(Topic("work", _("Work that is handed on"), 10, for_channels=False))
register_topic(Topic("cases", _("Cases: reported, late, passed on"), 15))
register_topic(Topic("surveys", _("Surveys: who advises against us or is dissatisfied"), 17))

register_kind(
    NotificationKind(
        "survey.detractor",
        "surveys",
        _("%(contact)s of %(customer)s answered %(score)s of 10."),
        "message-square-warning",
    )
)
register_kind(
    NotificationKind(
        "survey.dissatisfied",
        "surveys",
        _("%(contact)s of %(customer)s is dissatisfied: %(survey)s %(score)s of %(most)s."),
        "message-square-warning",
    )
)
register_kind(
    NotificationKind(
        "work.handed_on",
        "work",
        _("%(by)s handed on to you: %(title)s · %(customer)s"),
        "list-todo",
    )
)
register_kind(
    NotificationKind(
        "work.handed_on_many", "work", _("%(by)s handed on %(count)s pieces of work to you."),
        "list-todo",
    )
)  # fmt: skip

for _kind, _text in (
    ("assigned", _("You look after this case from now on: %(title)s · %(customer)s")),
    ("reported", _("%(customer)s reports: %(title)s")),
    ("words", _("%(customer)s has written about: %(title)s")),
    ("reopened", _("Opened again: %(title)s · %(customer)s")),
    ("soon", _("Due soon: %(title)s · %(customer)s")),
    ("late_response", _("Not answered in time: %(title)s · %(customer)s")),
    ("late_resolution", _("Not solved in time: %(title)s · %(customer)s")),
    ("escalated_response", _("Not answered in time, passed on: %(title)s · %(customer)s")),
    ("escalated_resolution", _("Not solved in time, passed on: %(title)s · %(customer)s")),
    ("escalated_by_hand", _("Passed on: %(title)s · %(customer)s")),
    ("escalation_answered", _("The department has answered: %(title)s · %(customer)s")),
):
    register_kind(
        NotificationKind(
            f"case.{_kind}", "cases", _text, "life-buoy", for_channels=_kind != "assigned"
        )
    )
