"""Files that people uploaded: no word is replaced in them, so they are named."""

from __future__ import annotations

from django.db import models

from accounts.tenancy import TenantModel
from config.erasing.texts import searched_models
from config.moving.tables import columns_of
from segmentation.models import IngestInbox


def files_left() -> dict[str, list[str]]:
    """Table → the names of the files that its rows hold, each with its row; a file without a name has
    the day on which it came."""
    found = {
        model._meta.db_table: _names(model)
        for model in searched_models()
        if model is not IngestInbox
        and any(isinstance(field, models.BinaryField) for field in columns_of(model).values())
    }
    return {table: names for table, names in found.items() if names}


def _names(model: type[TenantModel]) -> list[str]:
    row, name = "pk", ""
    for field in model._meta.concrete_fields:
        if field.name == "filename":
            name = "filename"
        elif field.is_relation and hasattr(field.related_model, "filename"):
            # Parts of a file, whose name stands with the whole.
            row, name = f"{field.name}_id", f"{field.name}__filename"
        elif isinstance(field, models.DateTimeField) and not name:
            name = field.name
    rows = model.objects.order_by(row).values_list(row, name).distinct()
    return [f"{pk}: {told}" for pk, told in rows]
