"""What touchpoints and cases say of a customer."""

from django.utils.translation import gettext_lazy as _

from segmentation.catalogue import Better, Measure, Number, Unit
from segmentation.measures.known import known_rows

# Who is a decision maker on the day; whom one touched last year and who has left since is none.
_DECISION_MAKER_TOUCHES = f"""
SELECT touch.customer_id, %(day)s::date - max(touch.happened_on)
  FROM ({known_rows("accounts_touchpoint", "customer_id", "contact_id", "happened_on")}) AS touch
 WHERE touch.happened_on <= %(day)s AND touch.contact_id IN (
       SELECT role.contact_id
         FROM ({known_rows("accounts_contactrole", "contact_id", "role", "from_on", "to_on")}) AS role
        WHERE role.role = 'decision_maker' AND coalesce(role.from_on <= %(day)s, true)
          AND coalesce(role.to_on >= %(day)s, true))
 GROUP BY touch.customer_id
"""

_OPEN_CASES = f"""
SELECT customer_id, count(*) FILTER (WHERE coalesce(closed_at >= %(end)s, true))
  FROM ({known_rows("accounts_case", "customer_id", "opened_at", "closed_at")}) AS brought
 WHERE opened_at < %(end)s
 GROUP BY customer_id
"""

# Summed exactly, so that the order of the rows does not matter.
_RESPONSE_HOURS = f"""
SELECT customer_id,
       sum(extract(epoch FROM first_response_at - opened_at)) / (count(*) * 3600)
  FROM ({known_rows("accounts_case", "customer_id", "opened_at", "first_response_at")}) AS answered
 WHERE opened_at < %(end)s AND first_response_at < %(end)s
 GROUP BY customer_id
"""

SERVICE = (
    Measure(
        "decision_maker_touch_days",
        _("Days since a decision maker was touched"),
        _("As-of day minus the day of the last touchpoint with a decision maker."),
        Unit.DAYS,
        Number.WHOLE,
        Better.LESS,
        "touchpoints",
        sql=_DECISION_MAKER_TOUCHES,
    ),
    Measure(
        "open_cases",
        _("Open cases"),
        _("Cases opened on or before the as-of day and not closed by it."),
        Unit.COUNT,
        Number.WHOLE,
        Better.LESS,
        "cases",
        sql=_OPEN_CASES,
        zero_when_absent=True,
    ),
    Measure(
        "case_response_hours",
        _("Hours to first response"),
        _("Mean hours from opening a case to the first response."),
        Unit.HOURS,
        Number.RATIO,
        Better.LESS,
        "cases",
        sql=_RESPONSE_HOURS,
    ),
)
