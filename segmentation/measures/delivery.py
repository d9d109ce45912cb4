"""What projects say of a customer's wishes beyond the scope."""

from django.utils.translation import gettext_lazy as _

from segmentation.catalogue import Better, Measure, Number, Unit
from segmentation.measures.known import known_rows

_PROJECTS = known_rows("projects_project", "id", "customer_id")
_CHANGES = known_rows(
    "projects_changerequest", "id", "project_id", "raised_on", "decided_on", "signed_on"
)

_OPEN_CHANGE_REQUESTS = f"""
SELECT project.customer_id,
       count(*) FILTER (WHERE coalesce(change.signed_on > %(day)s, true)
                          AND coalesce(change.decided_on > %(day)s, true))
  FROM ({_CHANGES}) AS change
  JOIN ({_PROJECTS}) AS project ON project.id = change.project_id
 WHERE change.raised_on <= %(day)s
 GROUP BY project.customer_id
"""

# As projects.compute.delivery classifies effort: a change request decides, else the item, which an
# amendment may have taken out of the baseline.
_UNAPPROVED_SCOPE = f"""
WITH baseline AS (
    SELECT DISTINCT ON (sow_id) id
      FROM ({known_rows("projects_baseline", "id", "sow_id", "version", "valid_from")}) AS version
     WHERE coalesce(valid_from <= %(day)s, true)
     ORDER BY sow_id, version DESC
), in_force AS (
    SELECT promised.item_id
      FROM ({known_rows("projects_baselineitem", "baseline_id", "item_id")}) AS promised
      JOIN baseline ON baseline.id = promised.baseline_id
), booked AS (
    SELECT project_id, item_id, change_request_id, sum(days) AS days
      FROM ({
    known_rows(
        "projects_effort",
        *("project_id", "item_id", "change_request_id", "worked_on", "days"),
    )
}) AS entry
     WHERE worked_on <= %(day)s
     GROUP BY project_id, item_id, change_request_id
)
SELECT project.customer_id,
       coalesce(sum(booked.days) FILTER (
           WHERE CASE WHEN booked.change_request_id IS NULL
                      THEN booked.item_id IS NOT NULL AND in_force.item_id IS NULL
                      ELSE coalesce(change.signed_on > %(day)s, true) END), 0)
  FROM booked
  JOIN ({_PROJECTS}) AS project ON project.id = booked.project_id
  LEFT JOIN in_force ON in_force.item_id = booked.item_id
  LEFT JOIN ({_CHANGES}) AS change ON change.id = booked.change_request_id
 GROUP BY project.customer_id
"""

DELIVERY = (
    Measure(
        "open_change_requests",
        _("Open change requests"),
        _("Change requests that are neither signed nor declined on the as-of day."),
        Unit.COUNT,
        Number.WHOLE,
        Better.NEITHER,
        "projects",
        "project",
        sql=_OPEN_CHANGE_REQUESTS,
        zero_when_absent=True,
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
        sql=_UNAPPROVED_SCOPE,
        zero_when_absent=True,
    ),
)
