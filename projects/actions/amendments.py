"""What a signed change request does to the baseline."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from accounts.actions.facts import keep_versions, note_creation
from accounts.queries.calendars import working_calendar
from projects.models import Baseline, BaselineItem, ChangeRequest, Project, Sow, SowItem


def enter_baseline(change: ChangeRequest, *, at: datetime) -> Baseline | None:
    """The next version of the baseline: the items before it and the change's own, the due day moved
    by its working days, and the project's own with it. The versions before it stay as they are. None
    without a signed SOW.

    The change request is signed and locked by the caller, in one transaction.
    """
    # Two change requests of a project signed at once: the second stands on the first's version.
    sow = Sow.objects.select_for_update().filter(project=change.project_id).first()
    if sow is None or change.signed_on is None:
        return None
    before = Baseline.objects.filter(sow=sow).order_by("-version").first()
    if before is None:
        return None
    kept = list(BaselineItem.objects.filter(baseline=before))
    added = [
        SowItem.objects.create(sow=sow, key=key, title=title, effort_days=days, known_from=at)
        for key, title, days in _items(change, sow)
    ]
    baseline = Baseline.objects.create(
        sow=sow,
        version=before.version + 1,
        starts_on=before.starts_on,
        due_on=working_calendar().add_working_days(before.due_on, change.days_later)
        if change.days_later
        else before.due_on,
        effort_days=before.effort_days + sum(item.effort_days for item in added),
        change_request=change,
        # A scan may bear an earlier day than the version before; versions count one after another.
        valid_from=max(change.signed_on, before.valid_from or change.signed_on),
        known_from=at,
    )
    items = BaselineItem.objects.bulk_create(
        [
            BaselineItem(
                baseline=baseline, item_id=row.item_id, effort_days=row.effort_days, known_from=at
            )
            for row in kept
        ]
        + [
            BaselineItem(baseline=baseline, item=item, effort_days=item.effort_days, known_from=at)
            for item in added
        ]
    )
    for row in (*added, baseline, *items):
        note_creation(row, at=at)
    _move_due_day(change, at=at)
    return baseline


def _move_due_day(change: ChangeRequest, *, at: datetime) -> None:
    """The project is due as much later as the customer signed, so that nobody calls it late for what
    was agreed. An accepted project stays as it was delivered."""
    project = Project.objects.select_for_update().get(pk=change.project_id)
    if not change.days_later or project.accepted_on is not None:
        return
    keep_versions([project], until=at)
    project.due_on = working_calendar().add_working_days(project.due_on, change.days_later)
    project.known_from = at
    project.save(update_fields=["due_on", "known_from"])


def _items(change: ChangeRequest, sow: Sow) -> list[tuple[str, str, Decimal | None]]:
    """(key, title, person-days) of the items to add; without any the change itself is one."""
    taken = set(SowItem.objects.filter(sow=sow).values_list("key", flat=True))
    listed = [(item.title, item.effort_days) for item in change.items.all()]
    several = len(listed) > 1
    found = []
    for place, (title, days) in enumerate(listed or [(change.title, change.effort_days)], 1):
        stem = key = f"{change.key[:180]}-{place}" if several else change.key
        further = 2
        while key in taken:
            key, further = f"{stem}.{further}", further + 1
        taken.add(key)
        found.append((key, title, days))
    return found
