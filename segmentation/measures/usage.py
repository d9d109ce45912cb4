"""What customers and their people use."""

from django.utils.translation import gettext_lazy as _

from segmentation.catalogue import Better, Measure, Number, Unit

USAGE = (
    Measure(
        "active_days_30",
        _("Active days (30)"),
        _("Days with usage among the last 30. Empty while the tenant has no usage facts."),
        Unit.DAYS,
        Number.WHOLE,
        Better.MORE,
        "usage",
    ),
    Measure(
        "active_days_90",
        _("Active days (90)"),
        _("Days with usage among the last 90. Empty while the tenant has no usage facts."),
        Unit.DAYS,
        Number.WHOLE,
        Better.MORE,
        "usage",
    ),
    Measure(
        "active_users_30",
        _("Active persons (30)"),
        _(
            "Different persons who used something in the last 30 days. Empty when usage does not "
            "say who."
        ),
        Unit.COUNT,
        Number.WHOLE,
        Better.MORE,
        "usage",
    ),
    Measure(
        "events_30",
        _("Events (30)"),
        _("Usage events of the last 30 days. Empty while the tenant has no usage facts."),
        Unit.COUNT,
        Number.WHOLE,
        Better.MORE,
        "usage",
    ),
    Measure(
        "events_previous_30",
        _("Events (30 days before)"),
        _(
            "Usage events of the 30 days before the last 30. Empty while the tenant has no usage "
            "facts."
        ),
        Unit.COUNT,
        Number.WHOLE,
        Better.NEITHER,
        "usage",
    ),
    Measure(
        "usage_trend",
        _("Usage trend"),
        _(
            "Events per working day of the tenant's calendar in the last 30 days, divided by the "
            "same of the 30 days before: 1 is unchanged. Empty without events in the 30 days before."
        ),
        Unit.TIMES,
        Number.RATIO,
        Better.MORE,
        "usage",
    ),
    Measure(
        "modules_used_30",
        _("Modules used (30)"),
        _(
            "Different modules used in the last 30 days. Empty when usage does not say which "
            "module."
        ),
        Unit.COUNT,
        Number.WHOLE,
        Better.MORE,
        "usage",
    ),
    Measure(
        "breadth",
        _("Breadth of use"),
        _("Owned modules that were used in the last 30 days, divided by modules owned."),
        Unit.SHARE,
        Number.RATIO,
        Better.MORE,
        "usage",
    ),
    Measure(
        "seat_utilisation",
        _("Seats used"),
        _("Active persons of the last 30 days, divided by seats."),
        Unit.SHARE,
        Number.RATIO,
        Better.MORE,
        "usage",
    ),
    Measure(
        "days_since_usage",
        _("Days since last use"),
        _("As-of day minus the day of the last usage, over all time. Empty without usage."),
        Unit.DAYS,
        Number.WHOLE,
        Better.LESS,
        "usage",
    ),
    Measure(
        "dau_rate",
        _("Daily active rate"),
        _(
            "Persons active on a day, divided by the persons known by the as-of day: the mean of "
            "the last 30 days. Empty when usage does not say who."
        ),
        Unit.SHARE,
        Number.RATIO,
        Better.MORE,
        "usage",
    ),
)

CONTACTS = (
    Measure(
        "key_user_coverage",
        _("Key-user coverage"),
        _(
            "Share of the key users of the as-of day who were active or touched in the last 90 "
            "days. Empty without key users."
        ),
        Unit.SHARE,
        Number.RATIO,
        Better.MORE,
        "contacts",
    ),
)
