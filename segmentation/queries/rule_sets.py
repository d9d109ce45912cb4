"""Versions of the rules, and drafts of the next one."""

from __future__ import annotations

from django.db.models import QuerySet

from accounts.models import Membership
from segmentation.models import RuleDraft, RuleSet


def versions() -> QuerySet[RuleSet]:
    """Every version, latest first, with who published it."""
    found: QuerySet[RuleSet] = RuleSet.objects.select_related("published_by").order_by("-version")
    return found


def version_before(rule_set: RuleSet) -> RuleSet | None:
    return RuleSet.objects.filter(version__lt=rule_set.version).order_by("-version").first()


def drafts() -> QuerySet[RuleDraft]:
    """Open drafts of everybody in the tenant, changed last first."""
    found: QuerySet[RuleDraft] = RuleDraft.objects.select_related("owner__user", "based_on")
    return found.order_by("-changed_at")


def draft_of(owner: Membership) -> RuleDraft | None:
    return drafts().filter(owner=owner).first()
