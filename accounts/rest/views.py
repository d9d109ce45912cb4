"""A list, one of its records, and what can be done to it: resources say what they are, the rest is
here. Every part of the API derives from :class:`Collection`, :class:`Item` and :class:`Verb`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, cast

from django.db.models import Model, QuerySet
from django.http import Http404
from django.utils.translation import gettext as _
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import ApiAnswer
from accounts.rest.base import ApiView, without
from accounts.rest.filters import FIELDS, Filter, narrowed, refuse_unknown
from accounts.rest.keyset import page_of
from accounts.rest.shapes import Shaped, check_match, fields_asked, names_tag, tag_of

Given = dict[str, Any]


class Resource(ApiView):
    """What a list and its records share.

    ``shape`` is how a record is said, ``found()`` the records that the token sees.
    """

    shape: ClassVar[type[Shaped]]
    # What the schema calls one of them and several, e.g. ``product_update``, ``product_updates``.
    noun: ClassVar[str]
    plural: ClassVar[str]

    def found(self) -> QuerySet[Any]:
        raise NotImplementedError

    def told(self, rows: Sequence[Any]) -> Sequence[Any]:
        """The rows of a page with what their shape needs and no query holds; override at need."""
        return rows

    def said(self, row: Any, only: list[str] | None = None) -> Mapping[str, Any]:
        return cast(Mapping[str, Any], self.shape(self.told([row])[0], only=only).data)


class Collection(Resource):
    """``GET``: a page of records. ``POST``: a new one, where ``new`` says what it needs."""

    filters: ClassVar[Sequence[Filter]] = ()
    # Name in ?sort= → column; the first is the usual order, falling with - in front.
    sorts: ClassVar[Mapping[str, str]] = {"key": "key"}
    # By what rows of equal values are told apart: a number or a text of theirs that nobody shares.
    tie: ClassVar[str] = "pk"
    # That it answers 404 for what leads nowhere; lists of another record do so anyway.
    may_be_missing: ClassVar[bool] = False
    new: ClassVar[type[serializers.BaseSerializer[Any]] | None] = None
    # How a new record is said where that is more than it is ever said again.
    makes: ClassVar[type[Shaped] | None] = None

    def make(self, given: Given) -> Any:
        """The new record."""
        raise NotImplementedError

    def get(self, request: Request, **names: str) -> Response:
        only = fields_asked(request, self.shape)
        found = narrowed(self.found(), request, self.filters)
        page = page_of(found, request, sorts=self.sorts, tie=self.tie)
        rows = self.shape(self.told(page.rows), many=True, only=only).data
        return Response({"next": page.next, "previous": page.previous, "results": rows})

    def _post(self, request: Request, **names: str) -> Response:
        refuse_unknown(request, ())
        assert self.new is not None
        self.made = self.make(given_to(self.new, request))
        said = self.said(self.made)
        whole = self.makes(self.made).data if self.makes else said
        # As it is read from now on.
        tag = tag_of(without(said, self.told_once))
        return Response(whole, status=status.HTTP_201_CREATED, headers={"ETag": tag})

    def record_made(self) -> int | None:
        made = getattr(self, "made", None)
        if not isinstance(made, Model) or not isinstance(made.pk, int):
            return None
        # What is made may be told by another list.
        is_of_list = isinstance(made, self.found().model)
        return made.pk if is_of_list and self._shows(made.pk) else None

    def refuse_replay(self, answer: ApiAnswer) -> None:
        super().refuse_replay(answer)
        if answer.record is not None and not self._shows(answer.record):
            raise Http404

    def _shows(self, number: int) -> bool:
        """Whether the list has this record for the token."""
        return self.found().filter(pk=number).exists()

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if cls.new is not None and not hasattr(cls, "post"):
            cls.post = cls._post  # type: ignore[attr-defined]


class Record(Resource):
    """One record of a list, by its address."""

    def names(self) -> Mapping[str, Any]:
        """From the address to columns."""
        return self.kwargs

    def row(self, *, locked: bool = False) -> Any:
        """The record that the address names; ``locked``: nobody changes it until we are done.

        Raises:
            Http404: there is none, or not for this token.
        """
        row = self.found().filter(**self.names()).first()
        if row is not None and locked:
            type(row).objects.select_for_update().filter(pk=row.pk).first()
            # What it is now that nobody else has it in hand.
            row = self.found().filter(pk=row.pk).first()
        if row is None:
            raise Http404
        return row

    def refuse_replay(self, answer: ApiAnswer) -> None:
        super().refuse_replay(answer)
        if answer.body is not None:
            # An answer without words tells nothing of a record that is seen no more.
            self.row()

    def as_it_is_now(self) -> Response:
        """The record after what was done to it; without words where the token sees it no more, being
        somebody else's now."""
        try:
            row = self.row()
            said = self.said(row)
        except Http404:
            return Response(status=status.HTTP_204_NO_CONTENT)
        return Response(said, headers={"ETag": self.tag(row, said)})

    def tag(self, row: Any, said: Mapping[str, Any]) -> str:
        """The entity tag of the record as ``GET`` tells it; ``said``: as it is told here."""
        return tag_of(said)


class Item(Record):
    """``GET``: one record, with an ETag. ``PATCH`` where ``changes`` says what may, ``DELETE`` where
    ``removable``; both only against the state that the program has read."""

    changes: ClassVar[type[serializers.BaseSerializer[Any]] | None] = None
    removable: ClassVar[bool] = False

    def change(self, row: Any, given: Given) -> None:
        """Give it the new values; what was not sent stays."""
        raise NotImplementedError

    def remove(self, row: Any) -> None:
        raise NotImplementedError

    def get(self, request: Request, **names: str) -> Response:
        refuse_unknown(request, (FIELDS,))
        only = fields_asked(request, self.shape)
        said = self.said(self.row())
        tag = tag_of(said)
        if names_tag(request.headers.get("If-None-Match", ""), tag):
            return Response(status=status.HTTP_304_NOT_MODIFIED, headers={"ETag": tag})
        if only is not None:
            said = {name: said[name] for name in only}
        return Response(said, headers={"ETag": tag})

    def _patch(self, request: Request, **names: str) -> Response:
        refuse_unknown(request, ())
        row = self.row(locked=True)
        check_match(request, tag_of(self.said(row)), needed=True)
        assert self.changes is not None
        self.change(row, given_to(self.changes, request, partial=True))
        return self.as_it_is_now()

    def _delete(self, request: Request, **names: str) -> Response:
        refuse_unknown(request, ())
        row = self.row(locked=True)
        check_match(request, tag_of(self.said(row)), needed=True)
        self.remove(row)
        return Response(status=status.HTTP_204_NO_CONTENT)

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if cls.changes is not None and not hasattr(cls, "patch"):
            cls.patch = cls._patch  # type: ignore[attr-defined]
        if cls.removable and not hasattr(cls, "delete"):
            cls.delete = cls._delete  # type: ignore[attr-defined]


class Verb(Record):
    """``POST`` to ``…/<record>/<verb>``: something done to a record, which is said as it then is.

    ``needs`` says what is told with it; If-Match is heeded where it is sent. ``makes`` is the shape
    of what comes of it where that is another record.
    """

    verb: ClassVar[str]
    needs: ClassVar[type[serializers.BaseSerializer[Any]] | None] = None
    makes: ClassVar[type[Shaped] | None] = None
    # How ``GET`` tells the record where that is more than is told here: If-Match names its tag.
    read_as: ClassVar[type[Shaped] | None] = None

    def tag(self, row: Any, said: Mapping[str, Any]) -> str:
        if self.read_as is None:
            return super().tag(row, said)
        return tag_of(self.read_as(self.told([row])[0]).data)

    def act(self, row: Any, given: Given) -> Any:
        """Do it; returns the new record where ``makes`` says its shape."""
        raise NotImplementedError

    def post(self, request: Request, **names: str) -> Response:
        refuse_unknown(request, ())
        row = self.row(locked=True)
        check_match(request, self.tag(row, self.said(row)), needed=False)
        made = self.act(row, given_to(self.needs, request) if self.needs else {})
        if self.makes is not None:
            return Response(self.makes(made).data, status=status.HTTP_201_CREATED)
        return self.as_it_is_now()


def given_to(
    shape: type[serializers.BaseSerializer[Any]], request: Request, *, partial: bool = False
) -> Given:
    """The values of a request's body.

    Raises:
        ValidationError: a value that is none, or a field that is not known: what was misspelt must
            not be dropped in silence.
    """
    data = request.data
    reader: Any = shape(data=data, partial=partial)
    if partial:
        _ask_for_whole_elements(reader)
    reader.is_valid(raise_exception=True)
    if misspelt := _misspelt(reader, data):
        raise serializers.ValidationError(misspelt)
    return dict(reader.validated_data)


def _misspelt(reader: Any, data: Any) -> Any:
    """Errors of the fields that a shape does not know, however deep, by the place where they stand."""
    if isinstance(reader, serializers.ListSerializer | serializers.ListField):
        if not isinstance(data, list) or not hasattr(reader.child, "fields"):
            return {}
        found = [_misspelt(reader.child, one) for one in data]
        return found if any(found) else {}
    if not isinstance(reader, serializers.Serializer) or not isinstance(data, Mapping):
        return {}
    fields = reader.fields
    errors: dict[str, Any] = {
        str(name): [_("There is no such field here.")] for name in sorted(set(data) - set(fields))
    }
    for name in fields.keys() & data.keys():
        if inner := _misspelt(fields[name], data[name]):
            errors[name] = inner
    return errors


def _ask_for_whole_elements(reader: Any) -> None:
    """Of a change what was not sent stays; but an element of a list is sent whole, since there is
    nothing that it could stay as. Its shape therefore stands by itself, and is not told that all of
    this is a change."""
    for field in reader.fields.values():
        child = getattr(field, "child", None)
        is_list = isinstance(field, serializers.ListField | serializers.ListSerializer)
        if is_list and isinstance(child, serializers.Serializer):
            child.parent = None  # type: ignore[assignment]
        elif isinstance(field, serializers.Serializer):
            _ask_for_whole_elements(field)
