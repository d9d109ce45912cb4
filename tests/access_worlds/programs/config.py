from __future__ import annotations

API: dict[str, tuple[str, ...]] = {}

SCREEN_ONLY: dict[str, str] = {
    "bi_access": "tells people how to connect to the database, which itself tells a program its views",
}
