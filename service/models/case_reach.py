"""Whose customers are seen because of their cases."""

from __future__ import annotations

from django.db import models

from accounts.models import Colleague
from accounts.models.reach import involvements
from service.models.cases import CaseEscalation, CaseWork


def cases_of(colleagues: models.QuerySet) -> models.QuerySet:
    """Ids of the customers of whose running cases these colleagues take care."""
    return (
        CaseWork.objects.filter(state__in=CaseWork.UNDONE, owner__in=colleagues)
        .order_by()
        .values("customer_id")
    )


def escalated_to(colleagues: models.QuerySet) -> models.QuerySet:
    """Ids of the customers of whose cases one lies, unanswered, with a department that these colleagues
    lead: who is told of it opens it."""
    leads = Colleague.objects.filter(pk__in=colleagues).order_by().values("membership")
    return (
        CaseEscalation.objects.filter(answered_at=None, department__lead__in=leads)
        .order_by()
        .values("case__customer_id")
    )


involvements["cases"] = cases_of
involvements["escalations"] = escalated_to
