"""Who is new in a month, what was asked for, and what customers said, of a scope's customers."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from django.db import connection

from accounts.models import Contract, ContractLine
from accounts.tenancy import current_tenant_id
from reports.changes import number_of
from reports.compute.report_periods import ReportPeriod
from segmentation.queries.scopes import Scope
from service.compute.surveys import Answers
from service.models import Ask, Referral, Request, SurveyAnswer, SurveyKind
from service.queries.requests import TAKEN


@dataclass(frozen=True)
class Counts:
    """Of a period: new customers (first signed in it, trials apart) and how many of them were
    referred; askings received, and how many were accepted, planned or shipped since; whether anything had
    been asked for by its end; answers by kind of survey."""

    new: int
    referred: int
    received: int
    adopted: int
    has_requests: bool
    answers: Mapping[str, Answers]

    def values(self) -> dict[str, Any]:
        """By the keys of the executives' figures, which are made in the same way."""
        return {
            "new_customers": self.new,
            "referred_customers": self.referred,
            "referred_share": Fraction(self.referred, self.new) if self.new else None,
            "requests_received": self.received if self.has_requests else None,
            "requests_adopted": self.adopted if self.has_requests else None,
            "acceptance_rate": Fraction(self.adopted, self.received) if self.received else None,
            **{kind: number_of(one.plain_value) for kind, one in self.answers.items()},
        }


def counts_of(scope: Scope, period: ReportPeriod) -> Counts:
    """One statement."""
    customers = None if scope.is_whole else scope.ids
    only = "" if customers is None else "AND {}.customer_id = ANY(%(customers)s)"
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            WITH signed AS (
                SELECT k.customer_id
                  FROM {ContractLine._meta.db_table} l
                  JOIN {Contract._meta.db_table} k
                    ON k.tenant_id = %(tenant)s AND k.id = l.contract_id
                 WHERE l.tenant_id = %(tenant)s AND NOT l.is_trial {only.format("k")}
                 GROUP BY k.customer_id
                HAVING min(l.signed_on) BETWEEN %(first)s AND %(last)s
            ), asked AS (
                SELECT count(*) AS received,
                       count(*) FILTER (WHERE top.status = ANY(%(taken)s)) AS adopted
                  FROM {Ask._meta.db_table} a
                  JOIN {Request._meta.db_table} r
                    ON r.tenant_id = %(tenant)s AND r.id = a.request_id
                  JOIN {Request._meta.db_table} top
                    ON top.tenant_id = %(tenant)s AND top.id = coalesce(r.root_id, r.id)
                 WHERE a.tenant_id = %(tenant)s {only.format("a")}
                   AND a.made_on BETWEEN %(first)s AND %(last)s
            ), said AS (
                SELECT v.kind, v.score, count(*) AS answers
                  FROM {SurveyAnswer._meta.db_table} v
                 WHERE v.tenant_id = %(tenant)s {only.format("v")}
                   AND v.answered_on BETWEEN %(first)s AND %(last)s
                 GROUP BY v.kind, v.score
            )
            SELECT (SELECT jsonb_agg(jsonb_build_array(kind, score, answers)) FROM said),
                   (SELECT count(*) FROM signed),
                   (SELECT count(*) FROM signed
                     WHERE EXISTS (SELECT 1 FROM {Referral._meta.db_table} f
                                    WHERE f.tenant_id = %(tenant)s
                                      AND f.prospect_id = signed.customer_id)),
                   received, adopted,
                   EXISTS (SELECT 1 FROM {Ask._meta.db_table} a
                            WHERE a.tenant_id = %(tenant)s AND a.made_on <= %(last)s)
              FROM asked
            """,  # noqa: S608 - our names
            {
                "tenant": current_tenant_id(),
                "first": period.first,
                "last": period.last,
                "customers": customers,
                "taken": list(TAKEN),
            },
        )
        said, new, referred, received, adopted, has_requests = cursor.fetchone()
    scores: dict[str, dict[int, int]] = {kind: {} for kind in SurveyKind.values}
    for kind, score, number in json.loads(said) if isinstance(said, str) else said or ():
        scores[kind][score] = number
    answers = {kind: Answers(kind, found) for kind, found in scores.items()}
    return Counts(new, referred, received, adopted, has_requests, answers)
