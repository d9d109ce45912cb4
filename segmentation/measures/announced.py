"""Measures whose facts come with other apps; rules may name them already."""

from django.utils.translation import gettext_lazy as _

from segmentation.catalogue import Better, Measure, Number, Unit

ANNOUNCED = (
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
)
