"""The figures of each kind of report, and why one may be absent."""

from reports.figure_kinds import customer, executive, reasons  # noqa: F401 - imports register
