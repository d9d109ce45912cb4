"""Surveys."""

from __future__ import annotations

from accounts.loads import registry
from segmentation import (
    catalogue,
    registrations,  # noqa: F401 - announces the measures that get their facts here
)
from service.labels import surveys  # noqa: F401 - words for the audit
from service.loads.surveys import KINDS
from service.measures.surveys import SURVEYS

for kind in KINDS:
    registry.register(kind)
for measure in SURVEYS:
    catalogue.register(measure)
