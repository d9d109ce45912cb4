"""Words of renewals: for the audit, for the reasons of a call and for what holds a load back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import get_language, gettext_lazy, ngettext
from django.utils.translation import gettext as _

from accounts.labels import FIELDS, VALUES, VERBS
from accounts.loads.dependants import NOUNS
from segmentation.labels import TIERS
from service.compute.renewal_classes import LIKELY, UNCERTAIN, UNLIKELY
from service.models import RenewalOutcome, RenewalStage
from service.shipped.churn_reasons import REASONS as CHURN_REASONS
from ui.formats import percent, signed_percent

Word = str | Promise

VERBS.update(
    {
        "churn_reason.added": gettext_lazy("Churn reason added"),
        "churn_reason.changed": gettext_lazy("Churn reason changed"),
        "contract.ends_restored": gettext_lazy("Last days of a contract restored"),
        "contract.removed": gettext_lazy("Contract taken away"),
        "contract.shortened": gettext_lazy("Contract shortened"),
        "contract.written": gettext_lazy("Contract written"),
        "suggestion.shown": gettext_lazy("Modules suggested"),
        "referral.changed": gettext_lazy("Referral changed"),
        "referral.recorded": gettext_lazy("Referral noted"),
        "referral.removed": gettext_lazy("Referral taken away"),
        "renewal.called": gettext_lazy("Renewal forecast by hand"),
        "renewal.decided": gettext_lazy("Outcome of a renewal told"),
        "renewal.outcome_undone": gettext_lazy("Outcome of a renewal taken back"),
        "renewal.weights_set": gettext_lazy("Weights of renewal risks set"),
    }
)
FIELDS.update(
    {
        "amount": gettext_lazy("Amount"),
        "archived": gettext_lazy("No longer offered"),
        "arr_after": gettext_lazy("ARR after"),
        "arr_before": gettext_lazy("ARR before"),
        "churn_reason": gettext_lazy("Churn reason"),
        "contract": gettext_lazy("Contract"),
        "last_day": gettext_lazy("Last day"),
        "lines": gettext_lazy("Lines"),
        "outcome": gettext_lazy("Outcome"),
        "percent": gettext_lazy("How likely (%)"),
        "prospect": gettext_lazy("Prospect"),
        "prospect_name": gettext_lazy("Referred to us"),
        "referral": gettext_lazy("Referral"),
        "referred_on": gettext_lazy("Referred on"),
        "renewal": gettext_lazy("Renewal"),
        "renewal_of": gettext_lazy("Renews"),
        "stage": gettext_lazy("Stage"),
        "suggestion": gettext_lazy("Suggestion"),
    }
)
VALUES.update({("stage", stage.value): stage.label for stage in RenewalStage})
VALUES.update({("outcome", kind.value): kind.label for kind in RenewalOutcome.Kind})
VALUES.update({("churn_reason", key): name for key, name in CHURN_REASONS.items()})
NOUNS.update(
    {
        "service.renewalcall": gettext_lazy("calls of renewals"),
        "service.renewaloutcome": gettext_lazy("outcomes of renewals"),
        "service.referral": gettext_lazy("referrals"),
        "service.suggestion": gettext_lazy("suggestions"),
    }
)

CLASSES: Mapping[str, Word] = {
    LIKELY: gettext_lazy("Likely"),
    UNCERTAIN: gettext_lazy("Uncertain"),
    UNLIKELY: gettext_lazy("Unlikely"),
}

# Reason → what it is, as the screen of weights lists it.
REASONS: Mapping[str, Word] = {
    "silent": gettext_lazy("No usage for 30 days, or dormant"),
    "usage_collapsed": gettext_lazy("Usage down by more than half against the 30 days before"),
    "usage_falls": gettext_lazy("Usage down by a fifth to a half against the 30 days before"),
    "tier_low": gettext_lazy("In the lowest tier, or lost"),
    "tier_fell": gettext_lazy("Fell to a lower tier within 90 days"),
    "long_overdue": gettext_lazy("A payment is overdue for 60 days or more"),
    "overdue": gettext_lazy("A payment is overdue for less than 60 days"),
    "sponsor_lost": gettext_lazy("The decision maker has left"),
    "sponsor_untouched": gettext_lazy("No decision maker touched for 90 days"),
    "seats_idle": gettext_lazy("Fewer than half of the seats used"),
    "many_cases": gettext_lazy("Three open cases or more"),
    "breached_cases": gettext_lazy("Cases answered or solved late within 90 days"),
    "change_requests": gettext_lazy("Open change requests"),
    "unsigned_scope": gettext_lazy("Work out of scope that nobody signed"),
}


def reason_words(reason: Mapping[str, Any]) -> str:
    """A reason of a call with its fact."""
    key, fact = str(reason["key"]), str(reason["fact"])
    told = _FACTS[key](fact) if fact and key in _FACTS else ""
    return told or str(REASONS.get(key, key))


def _days(fact: str) -> int:
    return int(float(fact))


def _silent(fact: str) -> str:
    days = _days(fact)
    return ngettext("No usage for %(days)s day", "No usage for %(days)s days", days) % {
        "days": days
    }


def _usage(fact: str) -> str:
    change = signed_percent(float(fact) - 1, get_language() or "en", 0)
    return _("Usage %(change)s against the 30 days before") % {"change": change}


def _tier(fact: str) -> str:
    return _("Tier: %(tier)s") % {"tier": TIERS.get(fact, fact)}


def _fall(fact: str) -> str:
    old, _arrow, new = fact.partition(">")
    return _("Tier fell from %(old)s to %(new)s within 90 days") % {
        "old": TIERS.get(old, old),
        "new": TIERS.get(new, new),
    }


def _overdue(fact: str) -> str:
    days = _days(fact)
    words = ngettext("Payment overdue for %(days)s day", "Payment overdue for %(days)s days", days)
    return words % {"days": days}


def _untouched(fact: str) -> str:
    return _("No decision maker touched for %(days)s days") % {"days": _days(fact)}


def _seats(fact: str) -> str:
    share = percent(float(fact), get_language() or "en", 0)
    return _("%(share)s of the seats used") % {"share": share}


def _cases(fact: str) -> str:
    return _("%(count)s open cases") % {"count": _days(fact)}


def _breached(fact: str) -> str:
    count = _days(fact)
    words = ngettext(
        "%(count)s case answered or solved late within 90 days",
        "%(count)s cases answered or solved late within 90 days",
        count,
    )
    return words % {"count": count}


def _changes(fact: str) -> str:
    count = _days(fact)
    words = ngettext("%(count)s open change request", "%(count)s open change requests", count)
    return words % {"count": count}


def _scope(fact: str) -> str:
    return _("%(days)s person-days out of scope that nobody signed") % {"days": fact}


_FACTS = {
    "silent": _silent,
    "usage_collapsed": _usage,
    "usage_falls": _usage,
    "tier_low": _tier,
    "tier_fell": _fall,
    "long_overdue": _overdue,
    "overdue": _overdue,
    "sponsor_untouched": _untouched,
    "seats_idle": _seats,
    "many_cases": _cases,
    "breached_cases": _breached,
    "change_requests": _changes,
    "unsigned_scope": _scope,
}
