"""Facts of delivery and service from the staged frames into the tenant's tables."""

from __future__ import annotations

from config.demo.versions import earlier_versions

# Written with the projects, whose frame has their ids.
SOWS = """
INSERT INTO projects_sow (project_id, known_from)
SELECT s.id, s.first_known_from FROM seed_projects s
 WHERE s.has_sow
"""

SOW_ITEMS = """
INSERT INTO projects_sowitem (id, sow_id, key, title, effort_days, module_id, phase, attributes,
       known_from)
SELECT s.id, w.id, s.key, s.title, s.effort_days::numeric, m.id, s.phase, '{}', s.known_from
  FROM seed_sow s
  JOIN seed_projects p ON p.key = s.project
  JOIN projects_sow w ON w.tenant_id = %(tenant)s AND w.project_id = p.id
  LEFT JOIN accounts_module m ON m.tenant_id = %(tenant)s AND m.key = s.module
"""

BASELINES = """
INSERT INTO projects_baseline (sow_id, version, starts_on, due_on, effort_days, known_from)
SELECT w.id, 1, p.starts_on, p.due_on, i.effort_days, w.known_from
  FROM seed_projects p
  JOIN projects_sow w ON w.tenant_id = %(tenant)s AND w.project_id = p.id
  JOIN (SELECT project, sum(effort_days::numeric) AS effort_days FROM seed_sow GROUP BY project) i
    ON i.project = p.key
"""

BASELINE_ITEMS = """
INSERT INTO projects_baselineitem (baseline_id, item_id, effort_days, known_from)
SELECT b.id, s.id, s.effort_days::numeric, s.known_from
  FROM seed_sow s
  JOIN seed_projects p ON p.key = s.project
  JOIN projects_sow w ON w.tenant_id = %(tenant)s AND w.project_id = p.id
  JOIN projects_baseline b ON b.tenant_id = %(tenant)s AND b.sow_id = w.id
"""

CHANGE_REQUESTS = """
INSERT INTO projects_changerequest (id, project_id, key, title, effort_days, price, state, raised_on,
       decided_on, signed_on, attributes, known_from)
SELECT s.id, p.id, s.key, s.title, s.effort_days::numeric, s.price, s.state, s.raised_on,
       s.decided_on, s.signed_on, '{}', s.known_from
  FROM seed_change_requests s
  JOIN seed_projects p ON p.key = s.project
"""

EFFORT = """
INSERT INTO projects_effort (project_id, key, person_id, worked_on, days, item_id,
       change_request_id, attributes, known_from)
SELECT p.id, s.key, g.id, s.worked_on, s.days::numeric, i.id, c.id, '{}', s.known_from
  FROM seed_effort s
  JOIN seed_projects p ON p.key = s.project
  JOIN accounts_colleague g ON g.tenant_id = %(tenant)s AND g.key = s.person
  LEFT JOIN seed_sow i ON i.project = s.project AND i.key = s.item
  LEFT JOIN seed_change_requests c ON c.project = s.project AND c.key = s.change_request
"""

TOUCHPOINTS = """
INSERT INTO accounts_touchpoint (customer_id, key, kind, happened_on, contact_id, colleague_id, note,
       attributes, known_from)
SELECT c.id, s.key, s.kind, s.happened_on, p.id, g.id, '', '{}', s.known_from
  FROM seed_touchpoints s
  JOIN seed_customers c ON c.key = s.customer
  LEFT JOIN seed_contacts p ON p.key = s.contact
  LEFT JOIN accounts_colleague g ON g.tenant_id = %(tenant)s AND g.key = s.colleague
"""

CASES = """
INSERT INTO accounts_case (id, customer_id, key, title, contact_id, priority, opened_at,
       first_response_at, closed_at, satisfaction, attributes, known_from)
SELECT s.id, c.id, s.key, s.title, p.id, s.priority, s.opened_at, s.first_response_at, s.closed_at,
       s.satisfaction::smallint, '{}', s.known_from
  FROM seed_cases s
  JOIN seed_customers c ON c.key = s.customer
  LEFT JOIN seed_contacts p ON p.key = s.contact
"""

# As `statements.FACTS`.
DELIVERY_FACTS: dict[str, tuple[str, tuple[str, ...]]] = {
    "sow": ("projects_sowitem", (SOW_ITEMS, BASELINES, BASELINE_ITEMS)),
    "change_requests": (
        "projects_changerequest",
        (
            CHANGE_REQUESTS,
            earlier_versions(
                "change_requests",
                "projects_changerequest",
                "decided_on",
                "signed_on",
                state="draft",
            ),
        ),
    ),
    "effort": ("", (EFFORT,)),
    "touchpoints": ("", (TOUCHPOINTS,)),
    "cases": (
        "accounts_case",
        (CASES, earlier_versions("cases", "accounts_case", "closed_at", "satisfaction")),
    ),
}
