"""Who does what with reports, as the screens allow it, and how their refusals are told."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.utils.translation import gettext as _
from rest_framework.exceptions import PermissionDenied

from accounts.models import User
from accounts.rest.problems import Conflict
from accounts.rest.views import Resource
from reports.actions.report_changes import Changed, ReportConflict
from reports.models import Report
from reports.queries import reports as queries


class ByPerson(Resource):
    """Done by a person, who may do it with this report."""

    def person_who(self, may: Callable[[Any, Report], bool], row: Report) -> User:
        """
        Raises:
            PermissionDenied: the token is of no person, or of one who may not do this.
        """
        person = self.somebody()
        if not may(self.member, row):
            raise PermissionDenied(_("The person of this token may not do this."))
        return person

    def done(self, made: Changed) -> None:
        """
        Raises:
            Conflict: the report is in no state for this.
        """
        if not made.count:
            raise Conflict(_("A report in this state does not go this way."))


def may_edit(member: Any, row: Report) -> bool:
    seen = queries.only_approvable(member, {row.pk: row.revision})
    return bool(seen and queries.only_editable(member, seen))


def may_approve(member: Any, row: Report) -> bool:
    return bool(queries.only_approvable(member, {row.pk: row.revision}))


def heard(do: Callable[[], Any]) -> Any:
    """
    Raises:
        Conflict: somebody changed the report meanwhile.
    """
    try:
        return do()
    except ReportConflict as error:
        raise Conflict(_("This was changed since you read it. Read it again.")) from error
