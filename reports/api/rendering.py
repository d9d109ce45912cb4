"""How figures are written for programs: the digits that are stored, neither text nor rounded."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rest_framework.renderers import JSONRenderer

from reports.compute.exact_json import ExactEncoder


class ExactRenderer(JSONRenderer):
    """JSON whose decimals are numbers with all their places."""

    def render(
        self,
        data: Any,
        accepted_media_type: str | None = None,
        renderer_context: Mapping[str, Any] | None = None,
    ) -> bytes:
        return b"" if data is None else ExactEncoder(ensure_ascii=False).encode(data).encode()
