"""A report with a recipient, a change of it and a run, for URLs that name them."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

from accounts.models import Contact, User
from reports.actions.report_changes import review
from reports.compute.digests import document_digest
from reports.models import Report, ReportRecipient, ReportRun

SAMPLE = Path(__file__).parents[1] / "reports" / "samples" / "customer-month-en.json"


def make(world: Any) -> dict[str, Any]:
    document = json.loads(SAMPLE.read_text("utf-8"))["document"]
    report = Report.objects.create(
        kind="customer", period="2026-10", last_day=date(2026, 10, 31), customer=world.customer,
        language="en", document=document, document_hash=document_digest(document),
    )  # fmt: skip
    by = User.objects.order_by("pk").first()
    assert by is not None
    changed = review(seen={report.pk: report.revision}, by=by)
    contact = Contact.objects.create(
        customer=world.customer, key="reader", name="Reader", email="reader@customer.example"
    )
    recipient = ReportRecipient.objects.create(
        report=report, contact=contact, name=contact.name, address=contact.email,
        audience="key_user",
    )  # fmt: skip
    run = ReportRun.objects.create(kind="customer", period="2026-10", last_day=report.last_day)
    return {
        "report": report, "report_change": changed.change, "report_recipient": recipient,
        "report_run": run,
    }  # fmt: skip


def _report(world: Any) -> dict[str, Any]:
    return {"pk": world.further["report"].pk}


def _recipient(world: Any) -> dict[str, Any]:
    return {**_report(world), "recipient_pk": world.further["report_recipient"].pk}


def _run(world: Any) -> dict[str, Any]:
    return {"pk": world.further["report_run"].pk}


OBJECTS = {
    "product_report": lambda w: {"month": "2026-10"},
    "report": _report,
    "report_refreshes": _report,
    "report_corrections": _report,
    "report_removal": _report,
    "report_recipients": _report,
    "report_download": lambda w: {**_report(w), "format_": "json"},
    "report_recipient_letters": _recipient,
    "report_recipient_links": _recipient,
    "report_recipient_revocations": _recipient,
    "report_change_undoings": lambda w: {"pk": w.further["report_change"].pk},
    "report_run": _run,
    "report_run_retries": _run,
}
