"""How shipped plays are written down: Chinese first, as the texts they are drawn from."""

from __future__ import annotations

from typing import Any

from service.compute.play_documents import End, PlayDocument, Step

ZH, EN = "zh-hans", "en"


def step(zh: str, en: str, *, due: int, owner: str = "face", survey: str = "") -> Step:
    """``due``: working days from the morning after the night."""
    return Step({ZH: zh, EN: en}, owner, due, "survey" if survey else "task", survey=survey)


def play(
    zh: str,
    en: str,
    purpose_zh: str,
    purpose_en: str,
    trigger: dict[str, Any],
    *steps: Step,
    expires: int,
    ends_when_gone: bool = True,
) -> PlayDocument:
    """``expires``: calendar days; ``ends_when_gone``: closed when what set it off holds no longer."""
    return PlayDocument(
        names={ZH: zh, EN: en},
        purposes={ZH: purpose_zh, EN: purpose_en},
        trigger=trigger,
        steps=steps,
        end=End(trigger_gone=ends_when_gone, expires_days=expires),
    )


def enters_tier(scheme: str, tier: str) -> dict[str, Any]:
    return {"kind": "tier", "way": "enters", "scheme": scheme, "value": tier}


def enters_stage(stage: str) -> dict[str, Any]:
    return {"kind": "stage", "way": "enters", "value": stage}
