"""Putting words into reports, reading their figures anew, and correcting what was sent."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from accounts.actions.audit import record
from accounts.models import Tenant, User
from reports.actions.production import Order, ReportRefused, compose_one, make_figures
from reports.actions.report_changes import check_seen, locked
from reports.compute.digests import document_digest
from reports.compute.documents import ReportKind
from reports.compute.report_periods import period_of
from reports.compute.slots import LONGEST, as_correction, kept_texts, slots_of, unknown_tokens
from reports.labels.reports import unknown_words
from reports.models import Report
from ui import formats

State = Report.State


@transaction.atomic
def edit_texts(*, report: Report, seen: int, texts: Mapping[str, str], by: User) -> bool:
    """Put words in the slots of a report; an empty one is left empty. Figures cannot be changed. What
    was approved has to be approved again. Returns whether anything changed.

    Raises:
        ReportConflict: its revision is another than ``seen``.
        ValidationError: it was sent, a text is too long, or names a figure that is none of its own.
    """
    current = locked(report.pk, seen)
    for slot in slots_of(current.document):
        if unknown := unknown_tokens(slot, texts.get(slot.key, "")):
            raise ValidationError(unknown_words(slot, unknown))
    if any(len(text) > LONGEST for text in texts.values()):
        raise ValidationError(_("A text is longer than %(most)s characters.") % {"most": LONGEST})
    found = kept_texts(current.document, {**current.texts, **texts})
    if found == current.texts:
        return False
    changed = sorted(
        key for key in {*found, *current.texts} if found.get(key) != current.texts.get(key)
    )
    current.texts = found
    if current.state == State.APPROVED:
        current.state, current.approved_at, current.approved_by = State.REVIEWED, None, None
    _save(current)
    record("report.edited", by=by, about=current, period=current.period, slots=changed)
    report.refresh_from_db()
    return True


@transaction.atomic
def refresh_report(
    *, report: Report, seen: int, tenant: Tenant, by: User, now: datetime | None = None
) -> bool:
    """Read the figures of a report anew; people's words stay. Where they say something else it is a
    draft again. Returns whether they do.

    Raises:
        ReportConflict: its revision is another than ``seen``.
        ValidationError: it was sent, or cannot be made.
    """
    read, moment = (
        Report.objects.select_related("customer").get(pk=report.pk),
        now or timezone.now(),
    )
    check_seen(read, seen)
    # Before it is held, as production does: two never wait for one another.
    document, figures = _composed(read, tenant, moment)
    digest = document_digest(document)
    if digest == read.document_hash:
        return False
    current = locked(report.pk, seen)
    current.document, current.document_hash, current.figure_set = document, digest, figures
    current.made_at, current.state = moment, State.DRAFT
    current.reviewed_at = current.reviewed_by = None
    current.approved_at = current.approved_by = None
    _save(current)
    record("report.refreshed", by=by, about=current, period=current.period)
    report.refresh_from_db()
    return True


@transaction.atomic
def correct_report(
    *, report: Report, tenant: Tenant, by: User, now: datetime | None = None
) -> Report:
    """A further version of a report that was sent, as a draft: its figures read anew, its words as they
    were, and a place for what is corrected. The one that was sent stays.

    Raises:
        ValidationError: it was not sent, a correction was begun, or it cannot be made.
    """
    latest = _latest(report)
    if not latest.is_sent:
        raise ValidationError(_("There is a draft of this report already."))
    moment = now or timezone.now()
    made = Report(
        kind=latest.kind,
        period=latest.period,
        last_day=latest.last_day,
        customer=latest.customer,
        language=latest.language,
        version=latest.version + 1,
        correction_of=latest,
        texts={key: text for key, text in latest.texts.items() if key != "correction"},
        made_at=moment,
    )
    made.document, made.figure_set = _composed(made, tenant, moment)
    made.document_hash = document_digest(made.document)
    # Two who begin a correction begin one: the second waits here.
    Report.objects.select_for_update().get(pk=latest.pk)
    if _latest(report) != latest:
        raise ValidationError(_("There is a draft of this report already."))
    made.save()
    record("report.correction_begun", by=by, about=made, period=made.period, version=made.version)
    return made


@transaction.atomic
def discard_correction(*, report: Report, seen: int, by: User) -> None:
    """Drop the draft of a correction.

    Raises:
        ReportConflict: its revision is another than ``seen``.
        ValidationError: it was sent, or is the first version, which is made again and again.
    """
    current = locked(report.pk, seen)
    if current.correction_of_id is None:
        raise ValidationError(_("Only a correction can be dropped."))
    record("report.discarded", by=by, about=current, period=current.period)
    current.delete()


def _latest(report: Report) -> Report:
    found = Report.objects.filter(
        kind=report.kind, customer=report.customer_id, period=report.period,
        language=report.language,
    )  # fmt: skip
    latest: Report = found.select_related("customer").latest("version")
    return latest


def _composed(report: Report, tenant: Tenant, now: datetime) -> tuple[dict[str, Any], Any]:
    order = Order(tenant, report.kind, period_of(report.period), now)
    try:
        with transaction.atomic():
            one = [report.customer_id] if report.customer_id is not None else None
            make_figures(order, one if report.kind == ReportKind.CUSTOMER else None)
            document, figures = compose_one(order, report.customer_id, report.language)
    except ReportRefused as refusal:
        raise ValidationError(str(refusal)) from refusal
    if report.correction_of is not None:
        with translation.override(report.language):
            sent_at = report.correction_of.sent_at
            day = tenant.local_date(sent_at) if sent_at else None
            document = as_correction(
                document,
                title=_("Correction"),
                notice=_("This is version %(version)s. It corrects the report sent on %(day)s.")
                % {
                    "version": report.version,
                    "day": formats.long_date(day, report.language),
                },
                label=_("What is corrected"),
            )
    return document, figures


def _save(report: Report) -> None:
    report.revision += 1
    report.save()
