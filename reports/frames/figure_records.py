"""What was done for customers and what they asked for, as queries with a row per customer."""

from __future__ import annotations

from collections.abc import Mapping

from reports.frames.known_facts import Known

_IN_PERIOD = "BETWEEN %(first)s AND %(day)s"


def service(known: Known) -> Mapping[str, str]:
    """``met``: touchpoints; ``trained``: sessions and persons; ``cased``: cases."""
    touches = known.rows("accounts_touchpoint", "id", "customer_id", "happened_on", "occasion")
    sessions = known.rows("projects_trainingsession", "id", "customer_id", "held_on")
    attended = known.rows(
        "projects_attendance", "id", "session_id", "contact_id", "state", customer=""
    )
    cases = known.rows(
        "accounts_case", "customer_id", "opened_at", "first_response_at", "closed_at"
    )
    return {
        "met": f"""
            SELECT customer_id, count(DISTINCT coalesce(nullif(occasion, ''), id::text)) AS times
              FROM ({touches}) AS touchpoint WHERE happened_on {_IN_PERIOD} GROUP BY customer_id
            """,
        "held": f"""
            SELECT id, customer_id FROM ({sessions}) AS session WHERE held_on {_IN_PERIOD}
            """,
        # A contact that was removed took part as well, unnamed.
        "trained": f"""
            SELECT held.customer_id, count(DISTINCT held.id) AS sessions,
                   count(DISTINCT coalesce('c' || attended.contact_id, 'a' || attended.id))
                       FILTER (WHERE attended.state = 'present') AS persons
              FROM held
              LEFT JOIN ({attended}) AS attended ON attended.session_id = held.id
             GROUP BY held.customer_id
            """,
        "cased": f"""
            SELECT customer_id, count(*) FILTER (WHERE opened_at >= %(start)s) AS opened,
                   count(*) FILTER (WHERE closed_at >= %(start)s AND closed_at < %(end)s) AS solved,
                   count(*) FILTER (WHERE first_response_at >= %(start)s
                                      AND first_response_at < %(end)s) AS answered,
                   sum(extract(epoch FROM first_response_at - opened_at)) FILTER (
                       WHERE first_response_at >= %(start)s AND first_response_at < %(end)s)
                       AS seconds
              FROM ({cases}) AS brought WHERE opened_at < %(end)s GROUP BY customer_id
            """,
    }


def wishes(known: Known) -> Mapping[str, str]:
    """``wished``: requests; ``told``: product updates; ``signing``: sign-offs that wait; ``changing``:
    change requests."""
    asks = known.rows("service_ask", "customer_id", "request_id", "made_on")
    requests = known.rows(
        "service_request",
        *("id", "root_id", "status", "shipped_on", "decided_on", "raised_on"),
        customer="",
    )
    projects = known.rows("projects_project", "id", "customer_id")
    changes = known.rows(
        "projects_changerequest", "project_id", "raised_on", "signed_on", "decided_on", customer=""
    )
    # Letters and sign-offs are dated by the moment at which they became known.
    until = "LEAST(%(end)s, %(known_at)s)"
    only = "AND customer_id = ANY(%(customers)s)" if known.narrowed else ""
    return {
        "wish": f"""
            SELECT id, coalesce(root_id, id) AS top_id,
                   CASE WHEN status IN ('shipped', 'declined')
                        THEN coalesce(CASE WHEN status = 'shipped' THEN shipped_on END,
                                      decided_on, raised_on) END AS closed_on,
                   status = 'shipped' AS is_shipped
              FROM ({requests}) AS request
            """,
        "wished": f"""
            SELECT ask.customer_id, count(*) FILTER (WHERE ask.made_on {_IN_PERIOD}) AS made,
                   count(*) FILTER (WHERE coalesce(top.closed_on > %(day)s, true)) AS open,
                   count(*) FILTER (WHERE top.is_shipped AND top.closed_on {_IN_PERIOD}) AS done
              FROM ({asks}) AS ask
              JOIN wish ON wish.id = ask.request_id
              JOIN wish AS top ON top.id = wish.top_id
             WHERE ask.made_on <= %(day)s GROUP BY ask.customer_id
            """,
        "told": f"""
            SELECT customer_id, count(DISTINCT update_id) AS updates
              FROM service_updaterecipient
             WHERE tenant_id = %(tenant)s AND state = 'queued'
               AND told_at >= %(start)s AND told_at < {until} {only}
             GROUP BY customer_id
            """,
        "project": projects,
        "asked": f"""
            SELECT sign_off.id, project.customer_id, sign_off.gate_id, sign_off.round,
                   sign_off.side, sign_off.withdrawn_at,
                   max(sign_off.round) OVER (PARTITION BY sign_off.gate_id) AS last_round
              FROM projects_signoff sign_off
              JOIN projects_gate gate
                ON gate.tenant_id = %(tenant)s AND gate.id = sign_off.gate_id
              JOIN project ON project.id = gate.project_id
             WHERE sign_off.tenant_id = %(tenant)s AND sign_off.asked_at < {until}
            """,
        "answered": f"""
            SELECT sign_off_id FROM projects_signoffanswer
             WHERE tenant_id = %(tenant)s AND at < {until}
            """,
        "returned": f"""
            SELECT DISTINCT sign_off.gate_id, sign_off.round
              FROM projects_signoffanswer answer
              JOIN projects_signoff sign_off
                ON sign_off.tenant_id = %(tenant)s AND sign_off.id = answer.sign_off_id
             WHERE answer.tenant_id = %(tenant)s AND answer.at < {until}
               AND answer.outcome = 'returned'
            """,
        # What an approver returned is asked again in a further round, and nobody waits for the rest.
        "waiting": f"""
            SELECT asked.id, asked.customer_id, asked.gate_id
              FROM asked
              LEFT JOIN answered ON answered.sign_off_id = asked.id
              LEFT JOIN returned USING (gate_id, round)
             WHERE asked.side = 'customer' AND asked.round = asked.last_round
               AND coalesce(asked.withdrawn_at >= {until}, true)
               AND answered.sign_off_id IS NULL AND returned.gate_id IS NULL
            """,
        "signing": """
            SELECT customer_id, count(*) AS waiting FROM waiting GROUP BY customer_id
            """,
        "changing": f"""
            SELECT project.customer_id,
                   count(*) FILTER (WHERE coalesce(change.signed_on > %(day)s, true)
                                      AND coalesce(change.decided_on > %(day)s, true)) AS open
              FROM ({changes}) AS change JOIN project ON project.id = change.project_id
             WHERE change.raised_on <= %(day)s GROUP BY project.customer_id
            """,
    }
