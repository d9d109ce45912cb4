"""What customers pay, owe and are bound to."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from segmentation.catalogue import Better, Measure, Number, Unit

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
        pgettext_lazy("how many", "Payments"),
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
            "lines never count. Zero without one, empty while the tenant has no contracts."
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
            "Days until the first end of a running contract that is not renewed yet; of a renewed "
            "one the end of its renewal counts. Empty when none runs or none ends."
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
            "Sum of the unpaid instalments that fell due up to the as-of day; zero when none is "
            "overdue. Empty without instalments."
        ),
        Unit.MONEY,
        Number.AMOUNT,
        Better.LESS,
        "instalments",
    ),
    Measure(
        "modules_owned",
        _("Modules owned"),
        _(
            "Modules of the subscription lines that run on the as-of day. Zero without one, empty "
            "while the tenant has no contracts."
        ),
        Unit.COUNT,
        Number.WHOLE,
        Better.MORE,
        "contracts",
        "commercial",
    ),
    Measure(
        "renewals",
        _("Renewals"),
        _(
            "Contracts signed up to the as-of day that renew an earlier one, trials apart. Zero "
            "without one, empty while the tenant has no contracts."
        ),
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
            "Seats of the subscription lines that run on the as-of day, of the module that has the "
            "most: a person may use several. Empty when no line says how many."
        ),
        Unit.COUNT,
        Number.WHOLE,
        Better.MORE,
        "contracts",
        "commercial",
    ),
)
