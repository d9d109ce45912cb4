"""What customers ask of the product."""

from django.utils.translation import gettext_lazy as _

from segmentation.catalogue import Better, Measure, Number, Unit
from segmentation.measures.known import known_rows

# A customer that asked before is known to have asked for nothing since.
_ASKS = f"""
SELECT customer_id, count(*) FILTER (WHERE made_on > %(day)s::date - 90)
  FROM ({known_rows("service_ask", "customer_id", "made_on")}) AS ask
 WHERE made_on <= %(day)s
 GROUP BY customer_id
"""

REQUESTS = (
    Measure(
        "requests_90",
        _("Requests (90)"),
        _("Requests made in the last 90 days."),
        Unit.COUNT,
        Number.WHOLE,
        Better.MORE,
        "requests",
        sql=_ASKS,
        zero_when_absent=True,
    ),
)
