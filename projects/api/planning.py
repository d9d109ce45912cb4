"""Plans of projects for other programs: made from a template, their dates locked."""

from __future__ import annotations

from typing import Any

from accounts.rest.views import Given, Verb
from projects.actions.plans import lock_dates, make_plan
from projects.api.project_shapes import FromTemplate, version_of
from projects.api.projects import ProjectRows


class ProjectPlanning(ProjectRows, Verb):
    verb = "plan"
    needs = FromTemplate

    def act(self, row: Any, given: Given) -> Any:
        """Make the plan of a project that has none, dated from its first day by the working
        calendar; the project's own days stay as they are."""
        version = version_of(given["template"], given["language"])
        make_plan(project=row, template_version=version, language=given["language"], by=self.person)


class ProjectLocking(ProjectRows, Verb):
    verb = "lock_dates_of"

    def act(self, row: Any, given: Given) -> Any:
        """Keep the days and the effort of every task as agreed with the signed SOW: once for each
        version of the baseline, and only a signed change request brings another one."""
        lock_dates(project=row, by=self.person)
