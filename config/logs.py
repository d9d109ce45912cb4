"""Structured logs: one JSON object a line, with the tenant and the night or load it is about.

No personal data and no secrets: paths are logged without their query, people by id.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from typing import Any

import structlog
from django.http import HttpRequest, HttpResponse

log = structlog.get_logger("tenure.web")
# Opened so often by probes that they would drown the rest.
QUIET_PATHS = ("/healthz", "/readyz", "/static/")


def logging_configuration(*, level: str, as_json: bool) -> dict[str, Any]:
    """The ``LOGGING`` dictionary; standard-library records go through the same renderer."""
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.StackInfoRenderer(),
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    renderer: Any = (
        structlog.processors.JSONRenderer(ensure_ascii=False)
        if as_json
        else structlog.dev.ConsoleRenderer(colors=False)
    )
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "structured": {
                "()": structlog.stdlib.ProcessorFormatter,
                "foreign_pre_chain": shared,
                "processors": [
                    structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                    structlog.processors.format_exc_info,
                    renderer,
                ],
            }
        },
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "structured"}},
        "root": {"handlers": ["stderr"], "level": "WARNING"},
        "loggers": {
            "tenure": {"level": level},
            "celery": {"level": "WARNING"},
            # Django says the same as our request log, with the query string in it.
            "django.request": {"level": "ERROR"},
            "django.server": {"level": "WARNING"},
        },
    }


class RequestLogMiddleware:
    """One line a request: method, path without query, status, milliseconds."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        started = time.perf_counter()
        structlog.contextvars.clear_contextvars()
        response = self.get_response(request)
        if not request.path.startswith(QUIET_PATHS):
            level = logging.INFO if response.status_code < 500 else logging.ERROR
            log.log(
                level,
                "request",
                method=request.method,
                path=_path_without_secrets(request.path),
                status=response.status_code,
                milliseconds=round((time.perf_counter() - started) * 1000, 1),
            )
        return response


def _path_without_secrets(path: str) -> str:
    """Links that carry a secret in their path are logged by their first part only."""
    for prefix in ("/r/", "/invitations/", "/accounts/password/reset/key/"):
        if path.startswith(prefix):
            return prefix + "…"
    return path
