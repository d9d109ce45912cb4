"""Requests and product updates."""

from __future__ import annotations

from accounts.loads import registry
from segmentation import (
    catalogue,
    registrations,  # noqa: F401 - announces the measure that gets its facts here
)
from service.labels import requests  # noqa: F401 - words for loads and the audit
from service.loads.requests import Requests
from service.measures.requests import REQUESTS

registry.register(Requests())
for measure in REQUESTS:
    catalogue.register(measure)
