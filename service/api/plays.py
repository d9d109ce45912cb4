"""Plays for other programs: what sets them off, what is to be done, what came of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from rest_framework import serializers

from accounts.rest import filters
from accounts.rest.problems import Conflict
from accounts.rest.views import Collection, Given, Item, Resource, Verb
from service.actions.plays import (
    PlayConflict,
    add_shipped_plays,
    answer_release,
    change_play,
    document_of,
    make_play,
    put_away,
    switch_off,
    switch_on,
)
from service.api.play_shapes import NewPlay, PlayChanges, PlayFields
from service.compute.play_documents import DocumentFaulty, End, PlayDocument
from service.forms.play_documents import document_from, faults_of
from service.models import Play, PlayVersion
from service.queries.plays import names_for, play_rows
from service.shipped.plays import shipped_plays


class PlayRows(Resource):
    noun, plural = "play", "plays"
    scope_to_read, scope_to_write = "plays:read", "plays:write"
    shape = PlayFields

    def found(self) -> QuerySet[Any]:
        shipped = shipped_plays()
        if Play.objects.filter(key__in=shipped).count() < len(shipped):
            add_shipped_plays()
        rows: QuerySet[Any] = Play.objects.all()
        return rows

    def told(self, rows: Sequence[Any]) -> Sequence[Any]:
        """With what they say and what came of them, as the screen counts it."""
        now = timezone.now()
        today = self.tenant.local_date(now)
        counted = {
            row.play.pk: row
            for are_archived in (False, True)
            for row in play_rows(today=today, now=now, are_archived=are_archived)
        }
        texts = {
            (one.play_id, one.version): one.document
            for one in PlayVersion.objects.filter(play__in=[row.pk for row in rows])
        }
        for row in rows:
            row.document = texts[row.pk, row.version]
            for name in ("fired", "open", "done", "closed", "has_newer"):
                setattr(row, name, getattr(counted[row.pk], name))
        return rows

    def document(
        self, given: Given, before: dict[str, Any], *, kind: str = ""
    ) -> PlayDocument:  # fmt: skip
        """What is given over what was.

        Raises:
            ValidationError: by path.
        """
        whole = before | given
        whole["end"] = before["end"] | dict(given.get("end") or {})
        try:
            return document_from(whole, names_for(self.tenant), kind=kind)
        except ValidationError as error:
            raise _inside(error) from error


class Plays(PlayRows, Collection):
    """Plays, by their keys."""

    sorts = {"key": "key", "changed_at": "changed_at"}
    filters = (
        filters.flag("is_on", "is_on"),
        filters.flag("is_in_use", "archived_at__isnull", help="False: those put away."),
        filters.text("trigger", "trigger_kind"),
    )
    new = NewPlay

    def make(self, given: Given) -> Any:
        """Make a play of the tenant's own, switched off."""
        blank: dict[str, Any] = {
            "names": {}, "purposes": {}, "trigger": {}, "condition": None, "steps": [],
            "end": End().to_json(),
        }  # fmt: skip
        document = self.document(given["document"], blank)
        try:
            return make_play(document=document, by=self.person)
        except DocumentFaulty as error:
            raise _inside(faults_of(error)) from error


class OnePlay(PlayRows, Item):
    """One play, by its key."""

    changes = PlayChanges

    def change(self, row: Any, given: Given) -> None:
        """Give a play another text, as its next version; work that is open keeps the one that opened
        it."""
        before = document_of(row)
        document = self.document(given.get("document", {}), before.to_json(), kind=before.kind)
        try:
            change_play(play=row, seen=row.version, document=document, by=self.person)
        except DocumentFaulty as error:
            raise _inside(faults_of(error)) from error
        except PlayConflict as error:
            raise _changed() from error


class SwitchingOff(serializers.Serializer[Any]):
    """What becomes of its open work."""

    open_work = serializers.ChoiceField(["stay", "close"])


class AnsweringRelease(serializers.Serializer[Any]):
    """Whether the newer text is taken; else the tenant's own is kept."""

    take = serializers.BooleanField()


class PlayVerb(PlayRows, Verb):
    def act(self, row: Any, given: Given) -> Any:
        try:
            self.do(row, given)
        except PlayConflict as error:
            raise _changed() from error

    def do(self, row: Any, given: Given) -> None:
        raise NotImplementedError


class PlaySwitchingOn(PlayVerb):
    verb = "switch_on"

    def act(self, row: Any, given: Given) -> Any:
        """Let nights from today on set it off; what happened before does not."""
        super().act(row, given)

    def do(self, row: Any, given: Given) -> None:
        switch_on(play=row, seen=row.version, by=self.person)


class PlaySwitchingOff(PlayVerb):
    verb = "switch_off"
    needs = SwitchingOff

    def act(self, row: Any, given: Given) -> Any:
        """Let nights set it off no longer; its open work stays, or is closed with it."""
        super().act(row, given)

    def do(self, row: Any, given: Given) -> None:
        switch_off(play=row, seen=row.version, open_work=given["open_work"], by=self.person)


class PlayPuttingAway(PlayVerb):
    verb = "put_away"

    def act(self, row: Any, given: Given) -> Any:
        """Take a play that is off out of the list; its history stays."""
        super().act(row, given)

    def do(self, row: Any, given: Given) -> None:
        put_away(play=row, seen=row.version, is_away=True, by=self.person)


class PlayBringingBack(PlayVerb):
    verb = "bring_back"

    def act(self, row: Any, given: Given) -> Any:
        """Bring a play back that was put away."""
        super().act(row, given)

    def do(self, row: Any, given: Given) -> None:
        put_away(play=row, seen=row.version, is_away=False, by=self.person)


class PlayAnsweringRelease(PlayVerb):
    verb = "answer_release_of"
    needs = AnsweringRelease

    def act(self, row: Any, given: Given) -> Any:
        """Take the text that a newer release ships as the next version, or keep the tenant's own."""
        super().act(row, given)

    def do(self, row: Any, given: Given) -> None:
        answer_release(play=row, seen=row.version, take=given["take"], by=self.person)


def _inside(error: ValidationError) -> serializers.ValidationError:
    """The same faults, below ``document``."""
    return serializers.ValidationError(
        {f"document.{path}": messages for path, messages in error.message_dict.items()}
    )


def _changed() -> Conflict:
    return Conflict(_("Somebody changed the play meanwhile. Read it again."))
