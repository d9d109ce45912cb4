"""What the demo's people expect of renewals, why customers left, who recommended whom and what was
suggested. By draws that are the same every time."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.db import connection

from accounts.models import Membership, Role, Tenant
from accounts.tenancy import tenant_scope
from service.actions.renewal_upkeep import (
    call_renewals,
    keep_month,
    months_to_keep,
    refresh_renewals,
)
from service.models import Referral, RenewalCall

_DRAW = "abs(hashtext({key} || '{salt}')::bigint) %% {of}"

# Who is responsible says so two weeks before the quarter begins, and again when the end is near; what
# they say comes true more often than not.
_CALLS = f"""
INSERT INTO service_renewalcall (contract_id, stage, percent, amount, note, said_on, said_at,
       said_by_id)
SELECT r.contract_id, told.stage,
       CASE WHEN r.renewed_on IS NOT NULL THEN 62 + 5 * ({_DRAW.format(key="k.key", salt="a", of=8)})
            WHEN r.due_on < %(until)s - 90 THEN 20 + 5 * ({_DRAW.format(key="k.key", salt="b", of=9)})
            ELSE 45 + 5 * ({_DRAW.format(key="k.key", salt="c", of=11)}) END,
       CASE WHEN told.round = 2
            THEN round(r.arr * (90 + {_DRAW.format(key="k.key", salt="d", of=26)}) / 100, -2) END,
       CASE WHEN told.round = 2 THEN
            (ARRAY['已和决策人确认预算，等待内部审批。', '对方希望按人数重新报价。',
                   '关键用户换人，需要重新介绍产品价值。', '采购要求提供近一年的使用报告。'])
            [1 + {_DRAW.format(key="k.key", salt="e", of=4)}] ELSE '' END,
       told.said_on, (told.said_on + time '10:00') AT TIME ZONE %(zone)s, m.user_id
  FROM service_renewal r
  JOIN accounts_contract k ON k.tenant_id = %(tenant)s AND k.id = r.contract_id
  JOIN accounts_customer c ON c.tenant_id = %(tenant)s AND c.id = r.customer_id
  LEFT JOIN accounts_colleague p ON p.tenant_id = %(tenant)s AND p.id = c.service_manager_id
  LEFT JOIN accounts_membership m ON m.tenant_id = %(tenant)s AND m.id = p.membership_id
 CROSS JOIN LATERAL (
       VALUES (1, date_trunc('quarter', r.due_on)::date - 14, 'talking'),
              (2, r.due_on - 40,
               (ARRAY['offered', 'committed', 'offered', 'talking'])
               [1 + {_DRAW.format(key="k.key", salt="f", of=4)}]))
       AS told (round, said_on, stage)
 WHERE r.tenant_id = %(tenant)s AND r.due_on BETWEEN %(until)s - 720 AND %(until)s + 200
   AND told.said_on <= %(until)s
   AND {_DRAW.format(key="k.key", salt="g", of=10)} < CASE told.round WHEN 1 THEN 7 ELSE 5 END
 ORDER BY told.said_on, r.contract_id
"""  # noqa: S608 - our names

_OUTCOMES = f"""
INSERT INTO service_renewaloutcome (contract_id, kind, arr_before, arr_after, churn_reason, note,
       shortened, said_on, said_at)
SELECT r.contract_id, 'churned', r.arr, 0,
       (ARRAY['function', 'response', 'incentive', 'price', 'organisation', 'price', 'function',
              'other'])[1 + {_DRAW.format(key="k.key", salt="h", of=8)}],
       (ARRAY['', '总部统一换了系统。', '新任人力资源总监另有选择。', ''])
       [1 + {_DRAW.format(key="k.key", salt="i", of=4)}],
       '{{}}', r.due_on - 7, ((r.due_on - 7) + time '16:00') AT TIME ZONE %(zone)s
  FROM service_renewal r
  JOIN accounts_contract k ON k.tenant_id = %(tenant)s AND k.id = r.contract_id
 WHERE r.tenant_id = %(tenant)s AND r.renewed_on IS NULL AND r.due_on < %(until)s - 90
   AND r.due_on > %(until)s - 720
"""  # noqa: S608 - our names

# Of every fifth customer who came lately it is known who of the same industry recommended us; and of
# some who have not signed yet.
_REFERRALS = f"""
WITH came AS (
    SELECT k.customer_id, min(l.signed_on) FILTER (WHERE NOT l.is_trial) AS signed_on
      FROM accounts_contractline l
      JOIN accounts_contract k ON k.tenant_id = %(tenant)s AND k.id = l.contract_id
     WHERE l.tenant_id = %(tenant)s GROUP BY k.customer_id
), prospect AS (
    SELECT c.id, c.key, c.name, c.industry, coalesce(came.signed_on, %(until)s) AS signed_on
      FROM accounts_customer c LEFT JOIN came ON came.customer_id = c.id
     WHERE c.tenant_id = %(tenant)s AND {_DRAW.format(key="c.key", salt="j", of=5)}
           < CASE WHEN came.signed_on IS NULL THEN 3 ELSE 1 END
       AND coalesce(came.signed_on > %(until)s - 700, true)
)
INSERT INTO service_referral (referrer_id, contact_id, prospect_id, prospect_name, referred_on, state,
       note, version, known_from)
SELECT who.customer_id, who.contact_id, p.id, p.name, p.signed_on - 45,
       CASE WHEN p.signed_on = %(until)s AND {_DRAW.format(key="p.key", salt="k", of=3)} = 0
            THEN 'declined' ELSE 'open' END,
       (ARRAY['人力资源总监在行业沙龙上引荐。', '老客户微信介绍，已建群。', ''])
       [1 + {_DRAW.format(key="p.key", salt="l", of=3)}],
       1, ((p.signed_on - 44) + time '09:00') AT TIME ZONE %(zone)s
  FROM prospect p
 CROSS JOIN LATERAL (
       SELECT old.customer_id, (
              SELECT t.id FROM accounts_contact t
               WHERE t.tenant_id = %(tenant)s AND t.customer_id = old.customer_id
               ORDER BY t.id LIMIT 1) AS contact_id
         FROM came old
         JOIN accounts_customer o ON o.tenant_id = %(tenant)s AND o.id = old.customer_id
        WHERE o.industry = p.industry AND o.id <> p.id AND old.signed_on < p.signed_on - 200
        ORDER BY hashtext(o.key || p.key) LIMIT 1) who
"""  # noqa: S608 - our names

# What was bought later had been suggested to half of its buyers; others were suggested what they
# have not bought.
_SUGGESTIONS = f"""
INSERT INTO service_suggestion (customer_id, module_id, kind, why, shown_on, known_from)
SELECT found.customer_id, found.module_id, 'buy', '{{}}', found.shown_on,
       (found.shown_on + time '18:00') AT TIME ZONE %(zone)s
  FROM (
       SELECT k.customer_id, l.module_id, min(l.starts_on) - 60 AS shown_on, min(c.key) AS key
         FROM accounts_contractline l
         JOIN accounts_contract k ON k.tenant_id = %(tenant)s AND k.id = l.contract_id
         JOIN accounts_customer c ON c.tenant_id = %(tenant)s AND c.id = k.customer_id
        WHERE l.tenant_id = %(tenant)s AND l.kind = 'subscription' AND NOT l.is_trial
        GROUP BY k.customer_id, l.module_id
       HAVING min(l.starts_on) > (SELECT min(x.starts_on) + 90 FROM accounts_contractline x
                              JOIN accounts_contract y ON y.tenant_id = %(tenant)s
                                                      AND y.id = x.contract_id
                             WHERE x.tenant_id = %(tenant)s AND y.customer_id = k.customer_id
                               AND NOT x.is_trial)
        UNION ALL
       SELECT c.id, m.id, %(until)s - 20 - 7 * ({_DRAW.format(key="c.key", salt="m", of=40)})::int,
              c.key
         FROM accounts_customer c
         JOIN LATERAL (
              SELECT id FROM accounts_module own WHERE own.tenant_id = %(tenant)s
                 AND NOT EXISTS (
                     SELECT FROM accounts_contractline l
                       JOIN accounts_contract k ON k.tenant_id = %(tenant)s AND k.id = l.contract_id
                      WHERE l.tenant_id = %(tenant)s AND k.customer_id = c.id
                        AND l.module_id = own.id)
               ORDER BY hashtext(own.key || c.key) LIMIT 1) m ON true
        WHERE c.tenant_id = %(tenant)s AND {_DRAW.format(key="c.key", salt="n", of=4)} = 0
          AND EXISTS (SELECT FROM accounts_contract k
                       WHERE k.tenant_id = %(tenant)s AND k.customer_id = c.id)
       ) found
 WHERE found.shown_on BETWEEN %(until)s - 720 AND %(until)s
   AND {_DRAW.format(key="found.key", salt="o", of=2)} = 0
    ON CONFLICT DO NOTHING
"""  # noqa: S608 - our names


def make_example_renewals(tenant: Tenant) -> None:
    """Make them once, as of the day up to which the demo was filled; before its nights."""
    until = tenant.last_ended_day(tenant.created_at)
    with tenant_scope(tenant.id):
        admin = Membership.objects.filter(roles__contains=[Role.ADMIN], is_active=True).first()
        if admin is None or RenewalCall.objects.exists() or Referral.objects.exists():
            return
        refresh_renewals()
        told: dict[str, Any] = {"tenant": tenant.id, "until": until, "zone": tenant.timezone}
        with connection.cursor() as cursor:
            for statement in (_CALLS, _OUTCOMES, _REFERRALS, _SUGGESTIONS):
                cursor.execute(statement, told)
        refresh_renewals()


def forecast_example_renewals(tenant: Tenant) -> None:
    """What the latest night says of renewals, and the forecasts before each quarter, which are held
    against what came; after the nights. The sweeper keeps those of the other months."""
    with tenant_scope(tenant.id):
        call_renewals()
        for as_of in months_to_keep():
            if (as_of + timedelta(days=1)).month % 3 == 1:
                keep_month(as_of)
