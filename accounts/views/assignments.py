"""Taking back that a person was named for many customers."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from accounts.actions.assignments import undo_assignment
from accounts.labels import ASSIGNED
from accounts.models import AuditRecord, Role
from accounts.permissions import require
from accounts.requests import TenantRequest
from ui.formats import number
from ui.links import safe_next
from ui.tags.formats import language


@require("edit_customers")
@require_POST
def undoings(request: TenantRequest, pk: int) -> HttpResponse:
    """Undo an assignment: for who made it, and for administrators."""
    assignment = AuditRecord.objects.filter(pk=pk, verb=ASSIGNED).first()
    if assignment is None or not (
        assignment.actor_id == request.user.pk or request.membership.has_role(Role.ADMIN)
    ):
        raise Http404
    try:
        count = undo_assignment(assignment=assignment, by=request.user)
    except ValidationError as error:
        messages.error(request, error.messages[0])
    else:
        told = ngettext(
            "Undone: %(shown)s customer is as before.",
            "Undone: %(shown)s customers are as before.",
            count,
        )
        messages.success(request, told % {"shown": number(count, language())})
    return redirect(safe_next(request))
