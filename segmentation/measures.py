"""The measures that payments, contracts, usage and contacts give, and those announced for later.

"Last n days" are the as-of day D and the n − 1 days before it.
"""

from django.utils.translation import gettext_lazy as _

from segmentation.catalogue import Better, Measure, Number, Unit, register


def register_measures() -> None:
    """Fill the catalogue; called once, from the app's registrations."""
    for measure in (*PAYMENTS, *CONTRACTS, *USAGE, *CONTACTS, *ANNOUNCED):
        register(measure)


PAYMENTS = (
    Measure(
        "recency_days",
        _("Days since last payment"),
        _(
            "As-of day minus the day of the last payment, over all time. A payment of zero counts, "
            "a refund does not. Empty without a payment."
        ),
        Unit.DAYS,
        Number.WHOLE,
        Better.LESS,
        "payments",
    ),
    Measure(
        "frequency",
        _("Payments"),
        _(
            "Number of payments in the look-back window (all up to the as-of day unless set). "
            "Refunds are not counted. Empty without a payment in the window."
        ),
        Unit.COUNT,
        Number.WHOLE,
        Better.MORE,
        "payments",
    ),
    Measure(
        "monetary",
        _("Amount paid"),
        _(
            "Sum of the payments in the look-back window, refunds subtracted. Empty without a "
            "payment in the window."
        ),
        Unit.MONEY,
        Number.AMOUNT,
        Better.MORE,
        "payments",
    ),
)

CONTRACTS = (
    Measure(
        "arr",
        _("ARR"),
        _(
            "Annual fees of the subscription lines that run on the as-of day; trials and one-off "
            "lines never count. Zero when all have ended, empty when there never was one."
        ),
        Unit.MONEY,
        Number.AMOUNT,
        Better.MORE,
        "contracts",
        "commercial",
    ),
    Measure(
        "tenure_days",
        _("Tenure"),
        _(
            "As-of day minus the first start of a contract, trials apart. Empty before it or "
            "without one."
        ),
        Unit.DAYS,
        Number.WHOLE,
        Better.MORE,
        "contracts",
        "calendar",
    ),
    Measure(
        "days_to_renewal",
        _("Days to renewal"),
        _(
            "Days until the first end of a running contract that is not renewed yet. Empty when "
            "none runs or none ends."
        ),
        Unit.DAYS,
        Number.WHOLE,
        Better.NEITHER,
        "contracts",
        "calendar",
    ),
    Measure(
        "days_to_payment",
        _("Days to next payment"),
        _("Days until the next unpaid instalment falls due. Empty when none is to come."),
        Unit.DAYS,
        Number.WHOLE,
        Better.NEITHER,
        "instalments",
        "calendar",
    ),
    Measure(
        "payment_overdue_days",
        _("Payment overdue"),
        _(
            "Days since the oldest unpaid instalment fell due; zero when none is overdue. Empty "
            "without instalments."
        ),
        Unit.DAYS,
        Number.WHOLE,
        Better.LESS,
        "instalments",
    ),
    Measure(
        "overdue_amount",
        _("Overdue amount"),
        _(
            "Sum of the unpaid instalments that fell due before the as-of day. Empty without "
            "instalments."
        ),
        Unit.MONEY,
        Number.AMOUNT,
        Better.LESS,
        "instalments",
    ),
    Measure(
        "modules_owned",
        _("Modules owned"),
        _("Modules of the subscription lines that run on the as-of day. Empty without a contract."),
        Unit.COUNT,
        Number.WHOLE,
        Better.MORE,
        "contracts",
        "commercial",
    ),
    Measure(
        "seats",
        _("Seats"),
        _(
            "Seats of the subscription lines that run on the as-of day. Empty when no line says "
            "how many."
        ),
        Unit.COUNT,
        Number.WHOLE,
        Better.MORE,
        "contracts",
        "commercial",
    ),
)

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
            "Events per working day of the last 30 days, divided by the same of the 30 days "
            "before: 1 is unchanged. Empty without events in the 30 days before."
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
            "Persons active on a day, divided by the persons known up to then: the mean of the "
            "last 30 days. Empty when usage does not say who."
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


ANNOUNCED = (
    Measure(
        "decision_maker_touch_days",
        _("Days since a decision maker was touched"),
        _("As-of day minus the day of the last touchpoint with a decision maker."),
        Unit.DAYS,
        Number.WHOLE,
        Better.LESS,
        "touchpoints",
        has_facts=False,
    ),
    Measure(
        "trained_share",
        _("Trained persons"),
        _("Share of the contacts who took part in a training session."),
        Unit.SHARE,
        Number.RATIO,
        Better.MORE,
        "training",
        has_facts=False,
    ),
    Measure(
        "requests_90",
        _("Requests (90)"),
        _("Requests made in the last 90 days."),
        Unit.COUNT,
        Number.WHOLE,
        Better.MORE,
        "requests",
        has_facts=False,
    ),
    Measure(
        "survey_responses_180",
        _("Survey answers (180)"),
        _("Surveys answered in the last 180 days."),
        Unit.COUNT,
        Number.WHOLE,
        Better.MORE,
        "surveys",
        has_facts=False,
    ),
    Measure(
        "referrals",
        _("Referrals"),
        _("Customers who came because this one referred them."),
        Unit.COUNT,
        Number.WHOLE,
        Better.MORE,
        "referrals",
        has_facts=False,
    ),
    Measure(
        "nps",
        _("NPS"),
        _("Share of promoters minus share of detractors, in points from -100 to 100."),
        Unit.POINTS,
        Number.RATIO,
        Better.MORE,
        "surveys",
        has_facts=False,
    ),
    Measure(
        "csat",
        _("CSAT"),
        _("Mean satisfaction of the answers."),
        Unit.POINTS,
        Number.RATIO,
        Better.MORE,
        "surveys",
        has_facts=False,
    ),
    Measure(
        "ces",
        _("Customer effort"),
        _("Mean effort that customers say it took them."),
        Unit.POINTS,
        Number.RATIO,
        Better.LESS,
        "surveys",
        has_facts=False,
    ),
    Measure(
        "open_cases",
        _("Open cases"),
        _("Cases opened on or before the as-of day and not closed by it."),
        Unit.COUNT,
        Number.WHOLE,
        Better.LESS,
        "cases",
        has_facts=False,
    ),
    Measure(
        "case_response_hours",
        _("Hours to first response"),
        _("Mean hours from opening a case to the first response."),
        Unit.HOURS,
        Number.RATIO,
        Better.LESS,
        "cases",
        has_facts=False,
    ),
    Measure(
        "open_change_requests",
        _("Open change requests"),
        _("Change requests that are neither signed nor declined on the as-of day."),
        Unit.COUNT,
        Number.WHOLE,
        Better.NEITHER,
        "projects",
        "project",
        has_facts=False,
    ),
    Measure(
        "unapproved_scope_days",
        _("Unapproved scope"),
        _("Days of work done out of scope without a signed change request."),
        Unit.DAYS,
        Number.RATIO,
        Better.LESS,
        "projects",
        "project",
        has_facts=False,
    ),
)
