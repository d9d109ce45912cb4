"""Load sources for other programs: set up, tried, looked at, and what became of their files."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db.models import Prefetch, QuerySet
from django.http import Http404
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework.exceptions import Throttled
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.actions import load_sources as actions
from accounts.actions.load_source_trials import try_source
from accounts.api.load_source_file_shapes import STATES, LoadSourceFileFields, LoadSourceTrial
from accounts.api.load_source_shapes import (
    LoadSourceFields,
    NewLoadSource,
    values_given,
    values_now,
)
from accounts.load_places import BadPlace, Unreachable
from accounts.load_source_labels import trouble_words
from accounts.models import LoadSource, LoadSourceRule
from accounts.queries.load_sources import files_of, sources
from accounts.rest import filters
from accounts.rest.filters import refuse_unknown
from accounts.rest.problems import Conflict
from accounts.rest.schema import refusals
from accounts.rest.views import Collection, Given, Item, Record, Resource, Verb
from accounts.throttle import within_rate_of

TRIALS, SECONDS = 4, 60


class LoadSourceRows(Resource):
    noun, plural = "load_source", "load_sources"
    scope_to_read, scope_to_write = "load-sources:read", "load-sources:write"
    shape = LoadSourceFields

    def found(self) -> QuerySet[Any]:
        rules = LoadSourceRule.objects.select_related("mapping")
        return sources().prefetch_related(Prefetch("rules", queryset=rules))


class LoadSources(LoadSourceRows, Collection):
    """Folders and buckets that are looked at by themselves."""

    sorts = {"name": "name", "id": "pk"}
    filters = (
        filters.choice("place", "place", LoadSource.Place.choices),
        filters.flag("active", "is_active"),
    )
    new = NewLoadSource

    def make(self, given: Given) -> LoadSource:
        """Set up a folder or bucket from which files are loaded by themselves, each content once.

        A bucket needs `endpoint`, `bucket`, `access_key` and `secret`; a folder is below that of the
        tenant on the server. Files are only read there. It is off unless `active`.
        """
        made = actions.make_source(values=values_given(given), by=self.person)
        if given["active"]:
            actions.switch_source_on(source=made, by=self.person)
        row: LoadSource = self.found().get(pk=made.pk)
        return row


class OneLoadSource(LoadSourceRows, Item):
    """One load source, how it stands, and its rules."""

    changes = NewLoadSource
    removable = True

    def change(self, row: Any, given: Given) -> None:
        """Change a load source, or switch it off and on.

        `rules` are replaced as a whole. Without `secret` the one that was entered stays, unless the
        endpoint is another one: it is not sent to an address that it was not entered for.
        """
        active = given.pop("active", None)
        if given:
            values = values_given({**values_now(row), **given})
            actions.change_source(source=row, values=values, by=self.person)
        if active is not None:
            switch = actions.switch_source_on if active else actions.switch_source_off
            switch(source=row, by=self.person)

    def remove(self, row: Any) -> None:
        """Take a load source away, with what is known of its files. Files and loads stay."""
        actions.remove_source(source=row, by=self.person)


class LookAtLoadSource(LoadSourceRows, Verb):
    """Has a load source looked at."""

    verb = "look"

    def act(self, row: Any, given: Given) -> None:
        """Have a load source looked at now instead of later; a worker does it in a moment.

        Refused where it is off. At most four a minute, trials included.
        """
        if not row.is_active:
            raise Conflict(_("It is switched off."))
        _within_rate(self.tenant.pk)
        actions.ask_for_look(source=row, by=self.person)


class LoadSourceTrials(LoadSourceRows, Record):
    """What lies there now."""

    @extend_schema(
        operation_id="try_load_source",
        tags=["load_sources"],
        responses={
            200: OpenApiResponse(LoadSourceTrial),
            **refusals(400, 401, 403, 404, 409, 429),
        },
    )
    def get(self, request: Request, **names: str) -> Response:
        """What lies in a folder or bucket now, and what a look would do with each file.

        Nothing is changed or loaded. 409 says why it cannot be looked at. At most four a minute.
        """
        refuse_unknown(request, ())
        row = self.row()
        _within_rate(self.tenant.pk)
        try:
            tried = try_source(source=row, tenant=self.tenant)
        except (BadPlace, Unreachable) as trouble:
            raise Conflict(trouble_words(trouble.code, trouble.detail)) from None
        said = {
            "total": tried.total,
            "cut": tried.is_cut,
            "links": tried.links,
            "files": [
                {
                    "name": one.found.name,
                    "size": one.found.size,
                    "modified_at": one.found.modified_at,
                    "kind": one.rule.kind if one.rule else None,
                    "would": one.what.value,
                }
                for one in tried.shown
            ],
        }
        return Response(LoadSourceTrial(said).data)


class LoadSourceFileRows(Resource):
    noun, plural = "load_source_file", "load_source_files"
    scope_to_read, scope_to_write = "load-sources:read", "load-sources:write"
    shape = LoadSourceFileFields

    def found(self) -> QuerySet[Any]:
        source = LoadSource.objects.filter(pk=self.kwargs["source"]).first()
        if source is None:
            raise Http404
        return files_of(source).select_related("load", "source")


class LoadSourceFiles(LoadSourceFileRows, Collection):
    """Files that were seen in a load source, the latest first; each content apart."""

    sorts = {"-id": "pk", "name": "name"}
    filters = (
        filters.choice("state", "state", STATES),
        filters.flag("current", "is_current", help="Only the latest content of each file."),
        filters.moment("seen_since", "seen_at__gte", help="Seen at this moment or later."),
    )
    may_be_missing = True


class TryLoadSourceFile(LoadSourceFileRows, Verb):
    """Loads a file again."""

    verb = "try"

    def names(self) -> Mapping[str, Any]:
        return {"pk": self.kwargs["pk"]}

    def act(self, row: Any, given: Given) -> None:
        """Load a file again that was refused, could not be taken, or whose load was taken back.

        Refused for other files, for contents that were replaced, and where the source is off.
        """
        if not actions.can_be_tried_again(row, row.source):
            raise Conflict(_("This file cannot be tried again now."))
        actions.try_file_again(file=row, by=self.person)


def _within_rate(tenant_id: int) -> None:
    """By hand and by programs together: whoever asks again and again would have us knock at another's
    door.

    Raises:
        Throttled: more than four a minute, of the whole tenant.
    """
    if not within_rate_of(str(tenant_id), "load-source-by-hand", times=TRIALS, seconds=SECONDS):
        raise Throttled(SECONDS, _("Wait a minute, then try again."))
