"""What is done to work (CTAs) by other programs: put off, handed on, closed, opened again."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from rest_framework import serializers

from accounts.rest.problems import Conflict
from accounts.rest.values import Named, colleagues
from accounts.rest.views import Given, Verb
from service.actions.cta_changes import Changed, WorkConflict
from service.actions.cta_steps import complete_step, reopen_step
from service.actions.cta_work import LONGEST_NOTE, close, reassign, reopen, snooze
from service.api.ctas import CtaRows
from service.models import Cta, CtaStep


class Snoozing(serializers.Serializer[Any]):
    """Until which day; null: back at once."""

    until = serializers.DateField(allow_null=True)


class HandingOn(serializers.Serializer[Any]):
    """To whom, by the key of a colleague; null: to nobody."""

    owner = Named(among=colleagues)


class Completing(serializers.Serializer[Any]):
    """With one of the reasons that the tenant offers, or none."""

    reason = serializers.CharField(max_length=60, required=False, allow_blank=True, default="")
    note = serializers.CharField(
        max_length=LONGEST_NOTE, required=False, allow_blank=True, default=""
    )


class Dismissing(serializers.Serializer[Any]):
    """Why: one of the reasons that the tenant offers."""

    reason = serializers.CharField(max_length=60)
    note = serializers.CharField(
        max_length=LONGEST_NOTE, required=False, allow_blank=True, default=""
    )


class Stepping(serializers.Serializer[Any]):
    """Which step, by its number."""

    step = serializers.IntegerField(min_value=0, max_value=32767)


class CtaVerb(CtaRows, Verb):
    """What is done to one piece of work; who does it may lose sight of it by that."""

    is_done = False

    def found(self) -> QuerySet[Any]:
        return self.whole(Cta.objects.all()) if self.is_done else super().found()

    def do(self, change: Callable[[dict[int, int]], Changed], row: Any) -> None:
        """
        Raises:
            Conflict: it is open, or closed, and would have to be the other.
        """
        try:
            change({row.pk: row.version_seen})
        except WorkConflict as error:
            words = _("This does not go with its state: %(state)s.")
            raise Conflict(words % {"state": error.cta.get_state_display()}) from error
        self.is_done = True


class CtaSnooze(CtaVerb):
    verb = "snooze"
    needs = Snoozing

    def act(self, row: Any, given: Given) -> Any:
        """Put it off until a day, on which it comes back."""
        self.do(
            lambda seen: snooze(
                seen=seen, until=given["until"], today=self.today, by=self.person
            ),
            row,
        )  # fmt: skip


class CtaHandOn(CtaVerb):
    verb = "hand_on"
    needs = HandingOn

    def act(self, row: Any, given: Given) -> Any:
        """Hand it on to a colleague, with the open steps of who had it."""
        self.do(lambda seen: reassign(seen=seen, owner=given["owner"], by=self.person), row)


class CtaComplete(CtaVerb):
    verb = "complete"
    needs = Completing

    def act(self, row: Any, given: Given) -> Any:
        """Say that it is done."""
        self.do(lambda seen: close(seen=seen, ending="done", by=self.person, **given), row)


class CtaDismiss(CtaVerb):
    verb = "dismiss"
    needs = Dismissing

    def act(self, row: Any, given: Given) -> Any:
        """Say that it need not be done."""
        self.do(lambda seen: close(seen=seen, ending="dismissed", by=self.person, **given), row)


class CtaReopen(CtaVerb):
    verb = "reopen"

    def act(self, row: Any, given: Given) -> Any:
        """Open closed work again."""
        self.do(lambda seen: reopen(seen=seen, by=self.person), row)


class CtaCompleteStep(CtaVerb):
    verb = "complete_step_of"
    needs = Stepping

    def act(self, row: Any, given: Given) -> Any:
        """Tick a step off; with the last one the work is done."""
        step = _step(row, given["step"])
        self.do(
            lambda seen: complete_step(step=step, seen=seen[row.pk], by=self.person), row
        )  # fmt: skip


class CtaReopenStep(CtaVerb):
    verb = "reopen_step_of"
    needs = Stepping

    def act(self, row: Any, given: Given) -> Any:
        """Say that a step is not done after all."""
        step = _step(row, given["step"])
        self.do(lambda seen: reopen_step(step=step, seen=seen[row.pk], by=self.person), row)


def _step(row: Any, number: int) -> CtaStep:
    """
    Raises:
        ValidationError: the work has no such step.
    """
    found = next((step for step in row.steps.all() if step.position == number), None)
    if found is None:
        raise serializers.ValidationError({"step": [_("There is no such step.")]})
    step: CtaStep = found
    return step
