"""What customers own, pay and owe, as queries with a row per customer.

The definitions are those of the night (segmentation.frames.money): at the moment at which a night was
computed they give what it stored.
"""

from __future__ import annotations

from collections.abc import Mapping

from reports.frames.known_facts import Known


def contracts(known: Known) -> Mapping[str, str]:
    """``owned``: a row per customer and module; ``bound``, ``owning``, ``renewing``: per customer."""
    lines = known.rows(
        "accounts_contractline",
        *("contract_id", "module_id", "kind", "signed_on", "starts_on", "ends_on"),
        *("annual_fee", "seats", "is_trial"),
        customer="",
    )
    return {
        "contract": known.rows("accounts_contract", "id", "customer_id", "renewal_of_id"),
        "line": f"""
            SELECT line.contract_id, contract.customer_id, contract.renewal_of_id, line.module_id,
                   line.kind = 'subscription' AS is_subscription, line.starts_on, line.ends_on,
                   line.annual_fee, line.seats, line.is_trial,
                   line.starts_on <= %(day)s AND coalesce(line.ends_on >= %(day)s, true)
                       AND NOT line.is_trial AS is_active
              FROM ({lines}) AS line JOIN contract ON contract.id = line.contract_id
             WHERE LEAST(line.signed_on, line.starts_on) <= %(day)s
            """,
        "owned": """
            SELECT customer_id, module_id, sum(annual_fee) AS arr, sum(seats) AS seats
              FROM line WHERE is_active AND is_subscription GROUP BY customer_id, module_id
            """,
        "owning": """
            SELECT customer_id, sum(arr) AS arr, count(*) AS modules, max(seats) AS seats
              FROM owned GROUP BY customer_id
            """,
        "term": """
            SELECT customer_id, contract_id, min(starts_on) AS starts_on,
                   NULLIF(max(coalesce(ends_on, 'infinity')), 'infinity') AS ends_on,
                   bool_or(renewal_of_id IS NOT NULL) AS is_renewal
              FROM line WHERE is_subscription AND NOT is_trial
             GROUP BY customer_id, contract_id, module_id
            """,
        "renewed": """
            SELECT DISTINCT renewal_of_id AS contract_id FROM line
             WHERE renewal_of_id IS NOT NULL AND NOT is_trial
            """,
        "bound": "SELECT DISTINCT customer_id FROM line WHERE is_active",
        "renewing": """
            SELECT term.customer_id, min(term.ends_on) AS next_on
              FROM term JOIN bound USING (customer_id) LEFT JOIN renewed USING (contract_id)
             WHERE term.ends_on >= %(day)s AND (term.starts_on <= %(day)s OR term.is_renewal)
               AND renewed.contract_id IS NULL
             GROUP BY term.customer_id
            """,
    }


def payments(known: Known) -> Mapping[str, str]:
    """``paid``: per customer, of the period; ``owing``: per customer, its unpaid instalments."""
    instalments = known.rows(
        "accounts_instalment", "contract_id", "due_on", "amount", "paid_by_id", customer=""
    )
    settling = known.rows("accounts_payment", "id", "paid_on", customer="")
    return {
        "payment": f"""
            SELECT * FROM ({known.rows("accounts_payment", "id", "customer_id", "paid_on", "amount")})
                AS payment WHERE paid_on <= %(day)s
            """,
        "paid": """
            SELECT customer_id, sum(amount) AS amount FROM payment
             WHERE paid_on >= %(first)s GROUP BY customer_id
            """,
        "instalment": f"""
            SELECT contract.customer_id, instalment.due_on, instalment.amount,
                   instalment.paid_by_id
              FROM ({instalments}) AS instalment
              JOIN contract ON contract.id = instalment.contract_id
              JOIN (SELECT DISTINCT contract_id FROM line) AS signed USING (contract_id)
            """,
        # Whoever paid it: a company may pay for another one.
        "settled": f"""
            SELECT payment.id FROM ({settling}) AS payment
             WHERE paid_on <= %(day)s AND id IN (SELECT paid_by_id FROM instalment)
            """,
        "unpaid": """
            SELECT customer_id, due_on, amount,
                   min(due_on) FILTER (WHERE due_on > %(day)s)
                       OVER (PARTITION BY customer_id) AS next_on
              FROM instalment LEFT JOIN settled ON settled.id = instalment.paid_by_id
             WHERE settled.id IS NULL
            """,
        "owing": """
            SELECT customer_id, min(unpaid.next_on) AS next_on,
                   sum(unpaid.amount) FILTER (WHERE unpaid.due_on = unpaid.next_on) AS next_amount,
                   coalesce(sum(unpaid.amount) FILTER (WHERE unpaid.due_on <= %(day)s), 0) AS overdue
              FROM (SELECT DISTINCT customer_id FROM instalment) AS owing_once
              LEFT JOIN unpaid USING (customer_id)
             GROUP BY customer_id
            """,
    }
