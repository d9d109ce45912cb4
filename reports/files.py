"""A report as a file: drawn from what is stored of it, whatever has become of its facts."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from threading import Lock

from reports.compute.documents import Audience, ReportKind
from reports.compute.exact_json import ExactEncoder
from reports.models import Report
from reports.queries.report_templates import logo_of
from reports.rendering.html import standalone_html
from reports.rendering.pdf import pdf_bytes
from reports.rendering.plain import report_json
from reports.rendering.xlsx import workbook_bytes

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
FORMATS = ("html", "pdf", "xlsx", "json")
REMEMBERED = 32
_REMEMBERING = Lock()


@dataclass(frozen=True)
class ReportFile:
    name: str
    content: bytes
    mime: str


# In the order in which they were asked for.
_remembered: dict[tuple[object, ...], ReportFile] = {}


def report_file(
    report: Report, format_: str, audience: str = "", *, answer_url: str = ""
) -> ReportFile:
    """
    Args:
        format_: one of ``FORMATS``.
        audience: of customers' reports whose; "" for the key users', which is the full one.
        answer_url: where its QR code leads.

    Raises:
        KeyError: there is no such format.
    """
    make, mime = _MAKERS[format_]
    whose = audience_of(report, audience)
    return ReportFile(f"{file_name(report)}.{format_}", make(report, whose, answer_url), mime)


def remembered_pdf(report: Report, audience: str, *, answer_url: str) -> ReportFile:
    """The PDF of a report that does not change any more, drawn once for who asks for it repeatedly.

    Each process remembers as many as ``REMEMBERED``, of some 100 KB, whichever were asked for last.
    """
    told = json.dumps(report.texts, sort_keys=True, ensure_ascii=False)
    key = (report.tenant_id, report.pk, report.document_hash, told, audience, answer_url)
    with _REMEMBERING:
        found = _remembered.pop(key, None)
    if found is None:
        found = report_file(report, "pdf", audience, answer_url=answer_url)
    with _REMEMBERING:
        _remembered[key] = found
        while len(_remembered) > REMEMBERED:
            del _remembered[next(iter(_remembered))]
    return found


def audience_of(report: Report, asked: str) -> str:
    """The audience that a report is drawn for: customers' have two, others one (``""``)."""
    if report.kind != ReportKind.CUSTOMER:
        return ""
    return asked or Audience.KEY_USER


def file_name(report: Report) -> str:
    """Without an ending: what it is, whose, and of when, e.g. ``report-2026-10-acme-v2``."""
    about = report.customer.key if report.customer else report.kind
    safe = "".join(letter if letter.isalnum() or letter in "-_." else "-" for letter in about)
    version = f"-v{report.version}" if report.version > 1 else ""
    return f"report-{report.period}-{safe}{version}"


def _html(report: Report, audience: str, answer_url: str) -> bytes:
    logo = logo_of(report.document)
    made = standalone_html(
        report.document, report.texts, audience, logo=logo, answer_url=answer_url
    )
    return made.encode()


def _pdf(report: Report, audience: str, answer_url: str) -> bytes:
    logo = logo_of(report.document)
    return pdf_bytes(report.document, report.texts, audience, logo=logo, answer_url=answer_url)


def _xlsx(report: Report, audience: str, answer_url: str) -> bytes:
    return workbook_bytes(report.document, report.texts, audience)


def _json(report: Report, audience: str, answer_url: str) -> bytes:
    plain = report_json(
        report.document, report.texts, report=report.pk, version=report.version,
        status=report.state,
    )  # fmt: skip
    return (json.dumps(plain, cls=ExactEncoder, ensure_ascii=False) + "\n").encode()


_MAKERS: Mapping[str, tuple[Callable[[Report, str, str], bytes], str]] = {
    "html": (_html, "text/html; charset=utf-8"),
    "pdf": (_pdf, "application/pdf"),
    "xlsx": (_xlsx, XLSX),
    "json": (_json, "application/json"),
}
