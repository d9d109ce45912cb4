"""What a customer's recommendations brought."""

from django.utils.translation import gettext_lazy as _

from segmentation.catalogue import Better, Measure, Number, Unit
from segmentation.measures.known import known_rows

_REFERRED = f"""
WITH referral AS MATERIALIZED (
    SELECT referrer_id, prospect_id
      FROM ({known_rows("service_referral", "referrer_id", "prospect_id", "referred_on")}) AS told
     WHERE referred_on <= %(day)s
), line AS (
    SELECT contract.customer_id, line.kind, line.starts_on, line.ends_on, line.annual_fee
      FROM ({
    known_rows(
        "accounts_contractline",
        *("contract_id", "kind", "is_trial", "signed_on", "starts_on", "ends_on", "annual_fee"),
    )
}) AS line
      JOIN ({known_rows("accounts_contract", "id", "customer_id")}) AS contract
        ON contract.id = line.contract_id
     WHERE contract.customer_id IN (SELECT prospect_id FROM referral)
       AND NOT line.is_trial AND line.signed_on <= %(day)s
)
"""
_REFERRALS = f"""
{_REFERRED}
SELECT referrer_id,
       count(*) FILTER (WHERE prospect_id IN (SELECT customer_id FROM line))
  FROM referral GROUP BY referrer_id
"""
_REFERRED_ARR = f"""
{_REFERRED}
SELECT referral.referrer_id,
       coalesce(sum(line.annual_fee) FILTER (
           WHERE line.kind = 'subscription' AND line.starts_on <= %(day)s
             AND coalesce(line.ends_on >= %(day)s, true)), 0)
  FROM referral LEFT JOIN line ON line.customer_id = referral.prospect_id
 GROUP BY referral.referrer_id
"""

REFERRALS = (
    Measure(
        "referrals",
        _("Referrals"),
        _("Customers who came because this one referred them: of those referred by the as-of day, "
          "those with a contract signed by it."),
        Unit.COUNT,
        Number.WHOLE,
        Better.MORE,
        "referrals",
        sql=_REFERRALS,
        zero_when_absent=True,
    ),
    Measure(
        "referred_arr",
        _("ARR of referrals"),
        _("ARR on the as-of day of the customers that this one referred by then."),
        Unit.MONEY,
        Number.AMOUNT,
        Better.MORE,
        "referrals",
        sql=_REFERRED_ARR,
        zero_when_absent=True,
    ),
)  # fmt: skip
