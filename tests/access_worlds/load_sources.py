"""A load source with a file that was refused."""

from __future__ import annotations

from typing import Any

from accounts.actions.load_source_values import RuleValues, SourceValues
from accounts.actions.load_sources import make_source
from accounts.models import LoadSourceFile


def make(world: Any) -> dict[str, Any]:
    rules = [RuleValues("*.csv", "customers")]
    source = make_source(
        values=SourceValues(name="Night", place="folder", rules=rules), by=world.member.user
    )
    file = LoadSourceFile.objects.create(
        source=source, name="a.csv", mark="1:1", size=1, kind="customers", state="refused"
    )
    return {"load_source": source, "load_source_file": file}


OBJECTS = {
    name: lambda w: {"pk": w.further["load_source"].pk}
    for name in (
        "load_source", "edit_load_source", "load_source_trial", "load_source_looks",
        "load_source_activations", "load_source_deactivations", "load_source_removal",
    )
} | {
    "load_source_file_tries": lambda w: {
        "pk": w.further["load_source"].pk, "file_pk": w.further["load_source_file"].pk,
    },
}  # fmt: skip
