"""Projects: what was sold, booked and changed."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from config.bi.columns import View, attributes, day, effort, moment, money, text, told, who, whole

PROJECT = "JOIN [projects_project] p ON p.id = {}.project_id"
# As projects.frames.delivery reads it, on the day of the tenant's zone that it is asked on.
_TODAY = "(SELECT (now() AT TIME ZONE timezone)::date AS today FROM [tenant] z) d"
_BASELINE = (
    "(SELECT DISTINCT ON (w.project_id) w.project_id, b.id, b.version, b.starts_on, b.due_on, "
    f"b.effort_days FROM [projects_baseline] b JOIN [projects_sow] w ON w.id = b.sow_id, {_TODAY} "
    "WHERE coalesce(b.valid_from <= d.today, true) ORDER BY w.project_id, b.version DESC)"
)
_WORK = (
    "(SELECT e.project_id, sum(e.days) AS actual, "
    "sum(e.days) FILTER (WHERE g.id IS NULL AND (e.item_id IS NULL OR i.item_id IS NOT NULL)) AS within, "
    "sum(e.days) FILTER (WHERE g.signed_on <= d.today) AS approved, "
    "sum(e.days) FILTER (WHERE (g.id IS NOT NULL AND NOT coalesce(g.signed_on <= d.today, false)) "
    "OR (g.id IS NULL AND e.item_id IS NOT NULL AND i.item_id IS NULL)) AS unapproved, "
    "sum(e.days) FILTER (WHERE g.id IS NULL AND e.item_id IS NULL) AS unclassified "
    f"FROM [projects_effort] e CROSS JOIN {_TODAY} "
    f"LEFT JOIN {_BASELINE} f ON f.project_id = e.project_id "
    "LEFT JOIN [projects_baselineitem] i ON i.baseline_id = f.id AND i.item_id = e.item_id "
    "LEFT JOIN [projects_changerequest] g ON g.id = e.change_request_id "
    "WHERE e.worked_on <= d.today GROUP BY e.project_id)"
)

VIEWS = (
    View(
        "projects",
        _("Projects"),
        (
            text("customer", "c.key"),
            text("key", "p.key"),
            text("name", "p.name"),
            who("manager", "m.key"),
            day("starts_on", "p.starts_on"),
            day("due_on", "p.due_on"),
            day("accepted_on", "p.accepted_on"),
            day("handed_over_on", "p.handed_over_on"),
            text("template", "p.template"),
            day("baseline_starts_on", "b.starts_on"),
            day("baseline_due_on", "b.due_on"),
            effort("baseline_effort", "b.effort_days"),
            effort("actual_effort", "coalesce(w.actual, 0)"),
            effort("in_scope_effort", "CASE WHEN b.id IS NOT NULL THEN coalesce(w.within, 0) END"),
            effort("approved_change_effort", "coalesce(w.approved, 0)"),
            effort("unapproved_effort", "coalesce(w.unapproved, 0)"),
            effort("unclassified_effort", "coalesce(w.unclassified, 0)"),
            effort("effort_variance", "coalesce(w.actual, 0) - b.effort_days"),
            attributes("p.attributes"),
            moment("known_from", "p.known_from"),
        ),
        "[projects_project] p JOIN [accounts_customer] c ON c.id = p.customer_id "
        "LEFT JOIN [accounts_colleague] m ON m.id = p.manager_id "
        f"LEFT JOIN {_BASELINE} b ON b.project_id = p.id LEFT JOIN {_WORK} w ON w.project_id = p.id",
        note="Efforts in person-days up to today, as the command `delivery` prints them. The scope creep "
        "index is `unapproved_effort / baseline_effort`. Working days need the calendar and are not "
        "here: `delivery` has them.",
        order="customer, key",
    ),
    View(
        "sow_items",
        _("SOW items"),
        (
            text("project", "p.key"),
            text("key", "i.key"),
            text("title", "i.title"),
            effort("effort_days", "i.effort_days"),
            text("module", "m.key"),
            text("phase", "i.phase"),
            moment("known_from", "i.known_from"),
        ),
        "[projects_sowitem] i JOIN [projects_sow] s ON s.id = i.sow_id "
        + PROJECT.format("s")
        + " LEFT JOIN [accounts_module] m ON m.id = i.module_id",
        order="project, key",
    ),
    View(
        "effort",
        _("Effort"),
        (
            text("project", "p.key"),
            text("key", "e.key"),
            who("person", "w.key"),
            day("worked_on", "e.worked_on"),
            effort("days", "e.days"),
            text("item", "i.key"),
            text("change_request", "g.key"),
            moment("known_from", "e.known_from"),
        ),
        "[projects_effort] e " + PROJECT.format("e") + " "
        "JOIN [accounts_colleague] w ON w.id = e.person_id "
        "LEFT JOIN [projects_sowitem] i ON i.id = e.item_id "
        "LEFT JOIN [projects_changerequest] g ON g.id = e.change_request_id",
        note="`days`: person-days.",
        moment="worked_on",
        order="worked_on, project, key",
    ),
    View(
        "change_requests",
        _("Change requests"),
        (
            text("project", "p.key"),
            text("key", "g.key"),
            text("title", "g.title"),
            text("state", "g.state"),
            effort("effort_days", "g.effort_days"),
            money("price", "g.price"),
            whole("days_later", "g.days_later"),
            day("raised_on", "g.raised_on"),
            day("decided_on", "g.decided_on"),
            day("signed_on", "g.signed_on"),
            told("text", "g.text"),
            moment("known_from", "g.known_from"),
        ),
        "[projects_changerequest] g " + PROJECT.format("g"),
        order="project, key",
    ),
)
