"""What reports tell customers in lists, as queries with rows of some customers. Each gives the
customer's id first."""

from __future__ import annotations

from reports.frames.figure_records import wishes
from reports.frames.known_facts import Known

TABLES = (
    "accounts_touchpoint", "accounts_case", "accounts_contractline", "accounts_contract",
    "projects_trainingsession", "projects_attendance", "projects_project",
    "projects_changerequest", "service_ask", "service_request", "service_jointmilestone",
)  # fmt: skip
"""What they are read from, as far as it is kept as it was."""

_IN_PERIOD = "BETWEEN %(first)s AND %(day)s"

CUSTOMERS = """
    SELECT customer.id, customer.key, customer.name, coalesce(colleague.name, ''),
           coalesce(face.capacity, '')
      FROM accounts_customer customer
      LEFT JOIN LATERAL (
            SELECT colleague_id, capacity FROM accounts_responsibility
             WHERE tenant_id = %(tenant)s AND customer_id = customer.id AND from_on <= %(today)s
               AND coalesce(to_on > %(today)s, true)
             ORDER BY from_on DESC LIMIT 1) face ON true
      LEFT JOIN accounts_colleague colleague
        ON colleague.tenant_id = %(tenant)s AND colleague.id = face.colleague_id
     WHERE customer.tenant_id = %(tenant)s AND customer.id = ANY(%(customers)s)
"""
"""Who each is, and whom it turns to today."""


def happened(known: Known) -> str:
    """A row per occasion: the day, its kind, who met whom. Notes stay with us."""
    touches = known.rows(
        "accounts_touchpoint",
        *("id", "customer_id", "happened_on", "kind", "occasion", "colleague_id", "contact_id"),
    )
    return f"""
        SELECT touched.customer_id, max(touched.happened_on), min(touched.kind),
               coalesce(array_agg(DISTINCT colleague.name)
                        FILTER (WHERE colleague.name <> ''), '{{}}'),
               coalesce(array_agg(DISTINCT contact.name) FILTER (WHERE contact.name <> ''), '{{}}')
          FROM ({touches}) AS touched
          LEFT JOIN accounts_colleague colleague
            ON colleague.tenant_id = %(tenant)s AND colleague.id = touched.colleague_id
          LEFT JOIN accounts_contact contact
            ON contact.tenant_id = %(tenant)s AND contact.id = touched.contact_id
         WHERE touched.happened_on {_IN_PERIOD}
         GROUP BY touched.customer_id, coalesce(nullif(touched.occasion, ''), touched.id::text)
         ORDER BY 2 DESC, 3, min(touched.id)
    """


def trainings(known: Known) -> str:
    """Sessions of the period, and those of the weeks that follow it."""
    sessions = known.rows(
        "projects_trainingsession", "id", "customer_id", "held_on", "title"
    )  # fmt: skip
    attended = known.rows("projects_attendance", "session_id", "state", customer="")
    return f"""
        SELECT held.customer_id, held.held_on, held.title,
               coalesce((SELECT array_agg(module.name ORDER BY module.name)
                           FROM projects_sessionmodule about
                           JOIN accounts_module module
                             ON module.tenant_id = %(tenant)s AND module.id = about.module_id
                          WHERE about.tenant_id = %(tenant)s AND about.session_id = held.id), '{{}}'),
               (SELECT count(*) FROM ({attended}) AS attended
                 WHERE attended.session_id = held.id AND attended.state = 'present')
          FROM ({sessions}) AS held
         WHERE held.held_on BETWEEN %(first)s AND %(horizon)s
         ORDER BY held.held_on DESC, held.id DESC
    """


def cases(known: Known) -> str:
    """Closed in the period; ``hours`` to the first response. What was said inside stays there."""
    rows = known.rows(
        "accounts_case",
        *("id", "customer_id", "title", "opened_at", "first_response_at", "closed_at"),
    )
    return f"""
        SELECT customer_id, (closed_at AT TIME ZONE %(zone)s)::date, title,
               extract(epoch FROM first_response_at - opened_at) / 3600.0
          FROM ({rows}) AS brought WHERE closed_at >= %(start)s AND closed_at < %(end)s
         ORDER BY closed_at DESC, id DESC
    """


def asked_for(known: Known) -> str:
    """What each asked for and what was decided of it in the period; titles in its own words."""
    asks = known.rows("service_ask", "id", "customer_id", "request_id", "title", "made_on")
    requests = known.rows(
        "service_request",
        *("id", "root_id", "status", "shipped_on", "decided_on", "raised_on", "planned_for"),
        customer="",
    )
    return f"""
        WITH wish AS MATERIALIZED ({requests}),
        ask AS MATERIALIZED ({asks})
        SELECT ask.customer_id, ask.title, top.status, top.at, top.planned_for
          FROM ask JOIN wish ON wish.id = ask.request_id
          JOIN LATERAL (
                SELECT status, planned_for,
                       CASE WHEN status = 'shipped' THEN coalesce(shipped_on, decided_on, raised_on)
                            ELSE coalesce(decided_on, raised_on) END AS at
                  FROM wish AS root WHERE root.id = coalesce(wish.root_id, wish.id)) top ON true
         WHERE ask.made_on <= %(day)s AND top.at {_IN_PERIOD}
           AND top.status IN ('shipped', 'accepted', 'planned')
         ORDER BY top.at DESC, ask.id DESC
    """


def reached(known: Known) -> str:
    """Milestones and gates of the period: customer, day, title, project, whether it is a gate."""
    projects = known.rows("projects_project", "id", "customer_id", "name")
    return f"""
        WITH project AS MATERIALIZED ({projects})
        SELECT project.customer_id, gate.passed_on, gate.title, project.name, true, gate.id
          FROM projects_gate gate JOIN project ON project.id = gate.project_id
         WHERE gate.tenant_id = %(tenant)s AND gate.state = 'passed' AND gate.passed_on {_IN_PERIOD}
         UNION ALL
        SELECT project.customer_id, task.finished_on, task.title, project.name, false, task.id
          FROM projects_task task JOIN project ON project.id = task.project_id
         WHERE task.tenant_id = %(tenant)s AND task.is_milestone AND task.finished_on {_IN_PERIOD}
         ORDER BY 2 DESC, 5, 6 DESC
    """


def running(known: Known) -> str:
    """Projects not accepted on the last day, with milestones reached and all."""
    projects = known.rows(
        "projects_project", "id", "customer_id", "name", "starts_on", "due_on", "accepted_on"
    )
    return f"""
        SELECT project.customer_id, project.name, project.due_on,
               count(task.id) FILTER (WHERE task.finished_on <= %(day)s), count(task.id)
          FROM ({projects}) AS project
          LEFT JOIN projects_task task
            ON task.tenant_id = %(tenant)s AND task.project_id = project.id AND task.is_milestone
         WHERE project.starts_on <= %(day)s AND coalesce(project.accepted_on > %(day)s, true)
         GROUP BY project.customer_id, project.id, project.name, project.due_on
         ORDER BY project.due_on, project.id
    """


def waiting(known: Known) -> str:
    """What waits for the customer: sign-offs it was asked for, and change requests that were put
    before it. Drafts of ours are not among them."""
    steps = wishes(known)
    needed = ("project", "asked", "answered", "returned")
    with_ = ", ".join(f"{name} AS MATERIALIZED ({steps[name]})" for name in needed)
    changes = known.rows(
        "projects_changerequest",
        *("id", "project_id", "title", "state", "raised_on", "signed_on", "decided_on"),
        customer="",
    )
    return f"""
        WITH {with_}
        SELECT asked.customer_id, gate.title, owner.name, min(sign_off.deadline_on), false
          FROM asked
          LEFT JOIN answered ON answered.sign_off_id = asked.id
          LEFT JOIN returned USING (gate_id, round)
          JOIN projects_signoff sign_off
            ON sign_off.tenant_id = %(tenant)s AND sign_off.id = asked.id
          JOIN projects_gate gate ON gate.tenant_id = %(tenant)s AND gate.id = asked.gate_id
          JOIN projects_project owner
            ON owner.tenant_id = %(tenant)s AND owner.id = gate.project_id
         WHERE asked.side = 'customer' AND asked.round = asked.last_round
           AND coalesce(asked.withdrawn_at >= LEAST(%(end)s, %(known_at)s), true)
           AND answered.sign_off_id IS NULL AND returned.gate_id IS NULL
         GROUP BY asked.customer_id, gate.id, gate.title, owner.name
         UNION ALL
        SELECT project.customer_id, change.title, owner.name, NULL::date, true
          FROM ({changes}) AS change JOIN project ON project.id = change.project_id
          JOIN projects_project owner ON owner.tenant_id = %(tenant)s AND owner.id = project.id
         WHERE change.raised_on <= %(day)s AND coalesce(change.signed_on > %(day)s, true)
           AND coalesce(change.decided_on > %(day)s, true)
           AND EXISTS (SELECT 1 FROM projects_signinglink link
                        WHERE link.tenant_id = %(tenant)s AND link.change_request_id = change.id
                          AND link.sent_at < LEAST(%(end)s, %(known_at)s))
         ORDER BY 5, 4, 2
    """


def updates(known: Known) -> str:
    """Updates of the period that were announced: of modules that a customer owns, of the whole
    product, or of what it asked for."""
    contracts = known.rows("accounts_contract", "id", "customer_id")
    lines = known.rows(
        "accounts_contractline",
        *("contract_id", "module_id", "kind", "is_trial", "starts_on", "ends_on"),
        customer="",
    )
    asks = known.rows("service_ask", "customer_id", "request_id")
    return f"""
        WITH contract AS MATERIALIZED ({contracts}),
        news AS MATERIALIZED (
            SELECT id, shipped_on, titles, texts, language FROM service_productupdate
             WHERE tenant_id = %(tenant)s AND state <> 'draft' AND sent_at <= %(known_at)s
               AND shipped_on {_IN_PERIOD}
        ), about AS MATERIALIZED (
            SELECT about.update_id, about.module_id, module.name
              FROM service_updatemodule about
              JOIN accounts_module module
                ON module.tenant_id = %(tenant)s AND module.id = about.module_id
             WHERE about.tenant_id = %(tenant)s AND about.update_id IN (SELECT id FROM news)
        ), owned AS MATERIALIZED (
            SELECT DISTINCT contract.customer_id, line.module_id
              FROM ({lines}) AS line JOIN contract ON contract.id = line.contract_id
             WHERE line.kind = 'subscription' AND NOT line.is_trial AND line.starts_on <= %(day)s
               AND coalesce(line.ends_on >= %(day)s, true)
        ), wished AS MATERIALIZED (
            SELECT DISTINCT ask.customer_id, fulfils.update_id
              FROM ({asks}) AS ask
              JOIN service_request request
                ON request.tenant_id = %(tenant)s AND request.id = ask.request_id
              JOIN service_updaterequest fulfils ON fulfils.tenant_id = %(tenant)s
               AND fulfils.request_id IN (request.id, coalesce(request.root_id, request.id))
        )
        SELECT reader.customer_id, news.shipped_on, news.titles, news.texts, news.language,
               coalesce((SELECT array_agg(about.name ORDER BY about.name) FROM about
                          WHERE about.update_id = news.id), '{{}}'),
               wished.update_id IS NOT NULL
          FROM news CROSS JOIN unnest(%(customers)s) AS reader (customer_id)
          LEFT JOIN wished
            ON wished.customer_id = reader.customer_id AND wished.update_id = news.id
         WHERE wished.update_id IS NOT NULL
            OR NOT EXISTS (SELECT 1 FROM about WHERE about.update_id = news.id)
            OR EXISTS (SELECT 1 FROM about JOIN owned USING (module_id)
                        WHERE about.update_id = news.id
                          AND owned.customer_id = reader.customer_id)
         ORDER BY wished.update_id IS NULL, news.shipped_on DESC, news.id DESC
    """


def planned(known: Known) -> str:
    """Milestones of success plans that customers see and that are still to be reached."""
    rows = known.rows(
        "service_jointmilestone",
        *("id", "customer_id", "title", "due_on", "done_on", "is_shared"),
    )
    return f"""
        SELECT customer_id, due_on, title FROM ({rows}) AS milestone
         WHERE is_shared AND coalesce(done_on > %(day)s, true)
           AND due_on BETWEEN %(first)s AND %(horizon)s
         ORDER BY due_on, id
    """
