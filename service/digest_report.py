"""Where the month of requests stands as a report: the app that makes reports says it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass
class DigestReport:
    """path: inside the tenant, with ``%s`` for the month as 2026-10; empty: nobody makes one."""

    path: str = ""


digest_report = DigestReport()
