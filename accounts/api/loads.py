"""Loads for other programs: any kind of fact is written as a file would bring it."""

from __future__ import annotations

import io
from typing import Any, ClassVar

from django.db import OperationalError, connection
from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiResponse, extend_schema
from psycopg2.errors import LockNotAvailable
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.actions.loads import (
    NotPossible,
    ask_for_check,
    ask_for_run_unseen,
    ask_for_undo,
    load_file,
    receive_file,
    undo_load,
)
from accounts.api.load_rows import KIND_NAMES, Asked, NewLoad, read_given
from accounts.api.load_shapes import (
    OPTIONS,
    SHOWN_ERRORS,
    LoadAnswer,
    LoadFields,
    WholeLoad,
)
from accounts.loads.dependants import CannotUndo
from accounts.loads.running import Result, in_words
from accounts.models import Load
from accounts.queries.loads import loads
from accounts.rest import filters
from accounts.rest.base import KEPT
from accounts.rest.problems import CONTENT_TYPE, Conflict, problem
from accounts.rest.schema import IDEMPOTENCY, Problem, refusals
from accounts.rest.shapes import Shaped
from accounts.rest.views import Collection, Given, Item, Resource, Verb, given_to
from accounts.tasks import enqueue_load

# What is larger goes to a worker; so does the undoing of so many rows.
MOST_BYTES_HERE = 512 * 1024
MOST_ROWS_HERE = 5000
# For another load of the tenant to be written.
LONGEST_WAIT = "5s"


class LoadRows(Resource):
    noun, plural = "load", "loads"
    scope_to_read, scope_to_write = "loads:read", "loads:write"
    shape: ClassVar[type[Shaped]] = LoadFields

    def found(self) -> QuerySet[Any]:
        return loads()


class Loads(LoadRows, Collection):
    """Loads of files and of programs, the latest first."""

    sorts = {"-id": "pk", "made_at": "created_at"}
    filters = (
        filters.choice("kind", "kind", KIND_NAMES),
        filters.choice("state", "state", Load.State.choices),
        filters.moment("made_since", "created_at__gte", help="Made at this moment or later."),
    )
    new = NewLoad

    def make(self, given: Given) -> Response:
        """Load rows, or the text of a CSV file, as a file with these columns would be loaded.

        Nothing is kept when a row is refused, unless `skip_bad`; the refused load itself stays to be
        read. The same rows again change nothing. More than 512 KB are loaded by a worker (202): read
        the load until its state is `done` or `refused`.
        """
        asked = read_given(given)
        if len(asked.data) > MOST_BYTES_HERE:
            return self._later(asked)
        try:
            load, result = self._now(asked)
        except OperationalError as error:
            if not isinstance(error.__cause__, LockNotAvailable):
                raise
            # A large load is being written: this one waits its turn.
            return self._later(asked)
        answer = _said(result, load, asked)
        if result.refused and not asked.dry_run:
            return _refusal(answer)
        return Response(
            answer,
            status=status.HTTP_201_CREATED if load else status.HTTP_200_OK,
            headers={"Location": self._address(load)} if load else {},
        )

    @extend_schema(
        parameters=[IDEMPOTENCY],
        responses={
            200: OpenApiResponse(LoadAnswer, description="A dry run: what would happen."),
            201: LoadAnswer,
            202: OpenApiResponse(LoadFields, description="A worker loads it; read it again."),
            (422, CONTENT_TYPE): OpenApiResponse(
                Problem,
                description="Rows were refused and nothing was saved; `load` holds the answer.",
            ),
            **refusals(400, 401, 403, 409, 413, 429),
        },
    )
    def post(self, request: Request, **names: str) -> Response:
        filters.refuse_unknown(request, ())
        return self.make(given_to(NewLoad, request))

    def _now(self, asked: Asked) -> tuple[Load | None, Result]:
        with connection.cursor() as cursor:
            cursor.execute("SELECT set_config('lock_timeout', %s, true)", [LONGEST_WAIT])
        try:
            return load_file(
                handle=io.BytesIO(asked.data),
                filename=f"{self.token.name}.csv",
                kind=asked.kind,
                options=asked.options,
                tenant=self.tenant,
                by=self.person,
                dry_run=asked.dry_run,
            )
        finally:
            with connection.cursor() as cursor:
                cursor.execute("SET LOCAL lock_timeout = DEFAULT")

    def _later(self, asked: Asked) -> Response:
        load = receive_file(
            kind=asked.kind, filename=f"{self.token.name}.csv", chunks=[asked.data], by=self.person
        )
        ask = ask_for_check if asked.dry_run else ask_for_run_unseen
        ask(load=load, options=asked.options, by=self.person)
        enqueue_load(self.tenant.pk, load.pk)
        return Response(
            LoadFields(load).data,
            status=status.HTTP_202_ACCEPTED,
            headers={"Location": self._address(load)},
        )

    def _address(self, load: Load) -> str:
        return self.request.build_absolute_uri(reverse("api_load", args=[load.pk]))


class OneLoad(LoadRows, Item):
    """One load with the first hundred of its errors."""

    shape = WholeLoad

    def found(self) -> QuerySet[Any]:
        return Load.objects.select_related("created_by").defer("preview")


class UndoLoad(LoadRows, Verb):
    """Takes a load back."""

    verb = "undo"
    shape = WholeLoad

    def found(self) -> QuerySet[Any]:
        return Load.objects.select_related("created_by").defer("preview")

    def act(self, row: Any, given: Given) -> None:
        """Take a load back: what it created goes, and what it changed is as it was.

        Of more than 5,000 written rows a worker does it: read the load until its state is `undone`.
        Refused where something depends on what it created.
        """
        try:
            if row.created + row.updated > MOST_ROWS_HERE:
                ask_for_undo(load=row, by=self.person)
                enqueue_load(self.tenant.pk, row.pk)
            else:
                undo_load(load=row, by=self.person)
        except NotPossible as error:
            raise Conflict(
                _("Load %(id)s is “%(state)s” and cannot be taken back.")
                % {"id": row.pk, "state": row.get_state_display()}
            ) from error
        except CannotUndo as error:
            raise Conflict(
                _("Load %(id)s cannot be taken back: %(why)s.") % {"id": row.pk, "why": error}
            ) from error


def _said(result: Result, load: Load | None, asked: Asked) -> dict[str, Any]:
    """What the command prints, with the place of each error among the rows that were sent."""
    answer = result.as_json(load.pk if load else None)
    errors = [in_words(one, options=OPTIONS) for one in result.errors()[:SHOWN_ERRORS]]
    return answer | {
        "refused": result.refused,
        "errors": [one | {"row": asked.row_of(one["line"])} for one in errors],
    }


def _refusal(answer: dict[str, Any]) -> Response:
    """A problem that names each value; the load itself is kept, refused as it is."""
    errors = [
        {"field": _place(one), "message": f"{one['reason']} ({one['value']})"}
        for one in answer["errors"]
    ]
    detail = _("Refused, nothing was saved.")
    refused = Response(
        problem(422, detail, code="load_refused", errors=errors) | {"load": answer},
        status=status.HTTP_422_UNPROCESSABLE_ENTITY,
        content_type=CONTENT_TYPE,
    )
    setattr(refused, KEPT, True)
    return refused


def _place(error: dict[str, Any]) -> str:
    where = f"rows.{error['row']}" if error["row"] is not None else f"line {error['line'] or 1}"
    return f"{where}.{error['column']}" if error["column"] else where
