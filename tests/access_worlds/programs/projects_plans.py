from __future__ import annotations

API: dict[str, tuple[str, ...]] = {}

SCREEN_ONLY: dict[str, str] = {}
