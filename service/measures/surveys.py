"""What customers say of themselves: answers to surveys."""

from django.utils.translation import gettext_lazy as _

from segmentation.catalogue import Better, Measure, Number, Unit
from segmentation.measures.known import known_rows

WINDOW_DAYS = 365

_ANSWERS = known_rows("service_surveyanswer", "customer_id", "kind", "score", "answered_on")

# A customer that answered before is known to have answered none since.
_RESPONSES = f"""
SELECT customer_id, count(*) FILTER (WHERE answered_on > %(day)s::date - 180)
  FROM ({_ANSWERS}) AS answer
 WHERE answered_on <= %(day)s
 GROUP BY customer_id
"""


def _over_a_year(kind: str, value: str) -> str:
    """Per customer a value over its answers of the kind in the last 365 days. Whole numbers are
    summed, so the order of the rows does not matter."""
    return f"""
SELECT customer_id, {value}
  FROM ({_ANSWERS}) AS answer
 WHERE kind = '{kind}' AND answered_on <= %(day)s
   AND answered_on > %(day)s::date - {WINDOW_DAYS}
 GROUP BY customer_id
"""


_NPS = _over_a_year(
    "nps",
    "100.0 * (count(*) FILTER (WHERE score >= 9) - count(*) FILTER (WHERE score <= 6)) / count(*)",
)
_MEAN = "sum(score)::double precision / count(*)"

SURVEYS = (
    Measure(
        "survey_responses_180",
        _("Survey answers (180)"),
        _("Surveys answered in the last 180 days, of every kind."),
        Unit.COUNT,
        Number.WHOLE,
        Better.MORE,
        "surveys",
        sql=_RESPONSES,
        zero_when_absent=True,
    ),
    Measure(
        "nps",
        _("NPS"),
        _(
            "Share of promoters (9 and 10) minus share of detractors (0 to 6), in points from -100 "
            "to 100, over the answers of the last 365 days."
        ),
        Unit.POINTS,
        Number.RATIO,
        Better.MORE,
        "surveys",
        sql=_NPS,
    ),
    Measure(
        "csat",
        _("CSAT"),
        _("Mean satisfaction, 1 to 5, over the answers of the last 365 days."),
        Unit.POINTS,
        Number.RATIO,
        Better.MORE,
        "surveys",
        sql=_over_a_year("csat", _MEAN),
    ),
    Measure(
        "ces",
        _("Customer effort"),
        _(
            "Mean effort that customers say it took them, 1 (very little) to 7 (very much), over the "
            "answers of the last 365 days."
        ),
        Unit.POINTS,
        Number.RATIO,
        Better.LESS,
        "surveys",
        sql=_over_a_year("ces", _MEAN),
    ),
)
