"""What customers pay, owe and are bound to, as queries with a row per customer."""

from __future__ import annotations

from collections.abc import Mapping

from projects.models.projects import handover_day_of
from segmentation.frames.facts import Revisions, any_version, known, taken_back

_HANDOVER_DAY = handover_day_of("project")


def payments(revised: Revisions) -> Mapping[str, str]:
    """``payments``: what is seen; ``paid``: recency, frequency and money per customer.

    A payment of zero is a payment; a refund lowers the sum and is no payment otherwise.
    """
    return {
        "payments": f"SELECT * FROM ({known('accounts_payment', revised)}) AS payment "
        "WHERE paid_on <= %(day)s",
        "paid": """
            SELECT customer_id,
                   max(paid_on) FILTER (WHERE amount >= 0) AS last_on,
                   count(*) FILTER (WHERE amount >= 0 AND paid_on >= %(window_from)s) AS times,
                   sum(amount) FILTER (WHERE paid_on >= %(window_from)s) AS money,
                   bool_or(paid_on > %(earlier_day)s) AS is_changed,
                   bool_or(known_from > %(earlier_known_at)s AND paid_on <= %(earlier_day)s)
                       AS is_late
              FROM payments GROUP BY customer_id
            """,
        "paid_before": f"""
            SELECT DISTINCT customer_id FROM ({taken_back("accounts_payment", revised)}) AS payment
             WHERE paid_on <= %(earlier_day)s
            """,
    }


def contracts(revised: Revisions) -> Mapping[str, str]:
    """``lines``: contract lines signed or started by the day; ``bound``: a row per customer.

    A trial is no contract. A renewal is due at the last end of the lines of one contract and module,
    unless the contract is renewed already: then that of the renewal counts.
    """
    return {
        "contracts": known("accounts_contract", revised),
        "lines": f"""
            SELECT line.contract_id, contract.customer_id, contract.renewal_of_id, line.module_id,
                   line.kind = 'subscription' AS is_subscription, line.signed_on, line.starts_on,
                   line.ends_on, line.annual_fee, line.seats, line.is_trial,
                   line.starts_on <= %(day)s AND coalesce(line.ends_on >= %(day)s, true)
                       AND NOT line.is_trial AS is_active,
                   GREATEST(line.known_from, contract.known_from) AS known_from
              FROM ({known("accounts_contractline", revised)}) AS line
              JOIN contracts AS contract ON contract.id = line.contract_id
             WHERE LEAST(line.signed_on, line.starts_on) <= %(day)s
            """,
        "bound": """
            SELECT customer_id,
                   bool_or(NOT is_trial) AS has_signed,
                   bool_or(is_active) AS is_active,
                   bool_or(NOT is_trial AND starts_on > %(day)s) AS is_to_start,
                   bool_or(NOT is_trial AND renewal_of_id IS NOT NULL) AS has_renewed,
                   count(DISTINCT contract_id)
                       FILTER (WHERE NOT is_trial AND renewal_of_id IS NOT NULL) AS renewals,
                   min(starts_on) FILTER (WHERE NOT is_trial) AS first_start,
                   sum(annual_fee) FILTER (WHERE is_active AND is_subscription) AS arr,
                   bool_or(signed_on > %(earlier_day)s AND signed_on <= %(day)s
                           OR starts_on > %(earlier_day)s AND starts_on <= %(day)s
                           OR ends_on >= %(earlier_day)s AND ends_on < %(day)s) AS is_changed,
                   bool_or(known_from > %(earlier_known_at)s
                           AND LEAST(signed_on, starts_on) <= %(earlier_day)s) AS is_late
              FROM lines GROUP BY customer_id
            """,
        "owned": """
            SELECT customer_id, module_id, sum(seats) AS seats
              FROM lines WHERE is_active AND is_subscription GROUP BY customer_id, module_id
            """,
        "ownership": """
            SELECT customer_id, count(*) AS modules, max(seats) AS seats
              FROM owned GROUP BY customer_id
            """,
        "terms": """
            SELECT customer_id, contract_id, min(starts_on) AS starts_on,
                   NULLIF(max(coalesce(ends_on, 'infinity')), 'infinity') AS ends_on,
                   bool_or(renewal_of_id IS NOT NULL) AS is_renewal
              FROM lines WHERE is_subscription AND NOT is_trial
             GROUP BY customer_id, contract_id, module_id
            """,
        "renewals": """
            SELECT customer_id, min(ends_on) AS next_on
              FROM terms
             WHERE ends_on >= %(day)s AND (starts_on <= %(day)s OR is_renewal)
               AND contract_id NOT IN (SELECT renewal_of_id FROM lines
                                        WHERE renewal_of_id IS NOT NULL AND NOT is_trial)
             GROUP BY customer_id
            """,
        "bound_before": f"""
            SELECT DISTINCT contract.customer_id
              FROM ({taken_back("accounts_contractline", revised)}) AS line
              JOIN ({any_version("accounts_contract")}) AS contract
                ON contract.id = line.contract_id
             WHERE LEAST(line.signed_on, line.starts_on) <= %(earlier_day)s
            """,
    }


def instalments(revised: Revisions) -> Mapping[str, str]:
    """``due``: per customer the next instalment, and what is overdue; ``due_before``: whose
    instalments were corrected or taken away since the earlier night.

    Paid is what a payment seen by now has paid. Instalments of a contract that is not signed yet are
    not seen.
    """
    return {
        "instalments": f"""
            SELECT contract.customer_id, instalment.contract_id, instalment.due_on,
                   instalment.amount, instalment.known_from, instalment.paid_by_id,
                   payment.id IS NOT NULL AS is_paid, payment.paid_on
              FROM ({known("accounts_instalment", revised)}) AS instalment
              JOIN contracts AS contract ON contract.id = instalment.contract_id
              LEFT JOIN payments AS payment ON payment.id = instalment.paid_by_id
             WHERE instalment.contract_id IN (SELECT contract_id FROM lines)
            """,
        "signed_before": """
            SELECT DISTINCT contract_id FROM lines
             WHERE LEAST(signed_on, starts_on) <= %(earlier_day)s
            """,
        # A payment after the earlier night that pays an instalment revises its row in good time.
        "due": """
            SELECT customer_id,
                   min(due_on) FILTER (WHERE NOT is_paid AND due_on > %(day)s) AS next_on,
                   min(due_on) FILTER (WHERE NOT is_paid AND due_on <= %(day)s) AS overdue_since,
                   sum(amount) FILTER (WHERE NOT is_paid AND due_on <= %(day)s) AS overdue,
                   bool_or(due_on > %(earlier_day)s AND due_on <= %(day)s
                           OR paid_on > %(earlier_day)s) AS is_changed,
                   bool_or(known_from > %(earlier_known_at)s
                           AND (paid_by_id IS NULL OR paid_on <= %(earlier_day)s)
                           AND signed_before.contract_id IS NOT NULL) AS is_late
              FROM instalments LEFT JOIN signed_before USING (contract_id) GROUP BY customer_id
            """,
        "due_before": f"""
            SELECT DISTINCT contract.customer_id
              FROM ({taken_back("accounts_instalment", revised)}) AS was
              JOIN ({any_version("accounts_contract")}) AS contract ON contract.id = was.contract_id
             WHERE NOT EXISTS (SELECT 1 FROM instalments
                                WHERE instalments.contract_id = was.contract_id
                                  AND instalments.due_on = was.due_on
                                  AND instalments.amount = was.amount)
            """,
    }


def projects(revised: Revisions) -> Mapping[str, str]:
    """``delivered``: per customer, whether a project runs and when the first was accepted: by the
    customer and, where it awaits a handover, by the service manager as well."""
    return {
        "delivered": f"""
            SELECT customer_id,
                   bool_or(starts_on <= %(day)s AND coalesce(passed_on > %(day)s, true))
                       AS is_running,
                   min(passed_on) FILTER (WHERE passed_on <= %(day)s) AS first_accepted,
                   bool_or(starts_on > %(earlier_day)s AND starts_on <= %(day)s
                           OR passed_on > %(earlier_day)s AND passed_on <= %(day)s)
                       AS is_changed,
                   bool_or(known_from > %(earlier_known_at)s AND starts_on <= %(earlier_day)s)
                       AS is_late
              FROM (SELECT customer_id, starts_on, known_from, {_HANDOVER_DAY} AS passed_on
                      FROM ({known("projects_project", revised)}) AS project) AS passed
             GROUP BY customer_id
            """,
        "delivered_before": f"""
            SELECT DISTINCT customer_id FROM ({taken_back("projects_project", revised)}) AS project
             WHERE starts_on <= %(earlier_day)s
            """,
    }
