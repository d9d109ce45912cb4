"""A play of the tenant's own, which the tenant does not find among the shipped ones."""

from typing import Any

from service.compute.play_documents import PlayDocument, Step
from service.models import Play, PlayVersion


def make(world: Any) -> dict[str, Any]:
    document = PlayDocument(
        names={"en": "Call"},
        purposes={},
        trigger={"kind": "handover"},
        steps=(Step({"en": "Dial"}),),
    )
    play = Play.objects.create(key="own-0", trigger_kind="handover")
    PlayVersion.objects.create(play=play, version=1, document=document.to_json())
    return {"play": play}


def _play(w: Any) -> dict[str, object]:
    return {"pk": w.further["play"].pk}


OBJECTS = {
    "play": _play,
    "edit_play": _play,
    "play_dry_run": _play,
    "play_switch_ons": _play,
    "play_switch_offs": _play,
    "play_archivals": _play,
    "play_restorals": _play,
    "play_releases": _play,
}
