"""A stored report as JSON for other programs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from reports.compute.slots import words_of

FIGURE = ("key", "value", "unit", "formula", "as_of", "night", "rules")


def report_json(
    document: Mapping[str, Any],
    texts: Mapping[str, str],
    *,
    report: int | str,
    version: int,
    status: str,
) -> dict[str, Any]:
    """The published shape. Absent facts have a value of null and a reason.

    ``sections`` are those of the stored document with people's words in their slots and figures
    in the words.
    """
    return {
        "report": report,
        "kind": document["kind"],
        "period": document["period"],
        "customer": document.get("customer") or None,
        "language": document["language"],
        "version": version,
        "status": status,
        "figures": [_figure(one) for one in document["figures"]],
        "sections": [
            {**section, "blocks": [_worded(block, texts) for block in section["blocks"]]}
            for section in document["sections"]
        ],
    }


def _figure(figure: Mapping[str, Any]) -> dict[str, Any]:
    found = {key: figure.get(key) for key in FIGURE}
    if found["value"] is None:
        found["reason"] = figure.get("reason", "")
    return found


def _worded(block: Mapping[str, Any], texts: Mapping[str, str]) -> dict[str, Any]:
    if block["type"] != "text":
        return dict(block)
    said = {name: value for name, value in block.items() if name != "tokens"}
    return {**said, "text": words_of(block, texts)}
