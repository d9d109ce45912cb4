"""The figures of each kind of report, and why one may be absent."""

from reports.figure_kinds import (  # noqa: F401 - imports register
    customer,
    executive,
    operations,
    product,
    reasons,
)
