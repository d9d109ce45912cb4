"""The days on which work on a task began and ended, as its state needs them."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

from django.utils.translation import gettext as _

from projects.models import Task


def days_of_state(
    *,
    state: str | None,
    is_milestone: bool,
    planned: date | None,
    started: date | None,
    finished: date | None,
    today: date,
    said: Collection[str],
) -> tuple[date | None, date | None, dict[str, str]]:
    """What is not given is taken from the plan where it can have been so, else from today.

    Args:
        planned: the day on which it is planned to start.
        said: which of ``started_on`` and ``finished_on`` somebody says now; the other only stood
            there.

    Returns when it started and when it finished, and why a day is not taken, by its name.
    """
    faults = {}
    if state == Task.State.DONE:
        finished = finished or today
        started = finished if is_milestone else started or min(planned or finished, finished)
    else:
        if finished and "finished_on" in said:
            faults["finished_on"] = _("Only what is done has finished.")
        finished = None
        if state == Task.State.DOING:
            started = started or today
        elif state == Task.State.TODO:
            if started and "started_on" in said:
                faults["started_on"] = _("What is to do has not started.")
            started = None
        elif is_milestone:
            started = None
    if started and finished and finished < started:
        faults["finished_on"] = _("It finished before it started.")
    return started, finished, faults
