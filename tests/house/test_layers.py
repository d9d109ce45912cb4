"""Foreign keys point downward between apps: lazy references are invisible to import contracts."""

from __future__ import annotations

import pytest
from django.apps import apps
from django.db import models

# From the top of the house to its ground.
LAYERS = ("config", "reports", "service", "segmentation", "projects", "accounts", "ui")
OURS = [model for model in apps.get_models() if model._meta.app_label in LAYERS]


@pytest.mark.parametrize("model", OURS, ids=lambda model: model._meta.label)
def test_foreign_keys_point_downward(model: type[models.Model]) -> None:
    for field in model._meta.get_fields():
        if not field.is_relation or field.auto_created:
            continue
        target = field.related_model._meta.app_label
        if target in LAYERS:
            assert LAYERS.index(target) >= LAYERS.index(model._meta.app_label), field


def test_every_app_of_ours_has_its_layer() -> None:
    ours = {config.label for config in apps.get_app_configs() if "." not in config.name}
    assert ours - {"allauth", "account", "mfa", "lucide"} <= set(LAYERS) | {
        "django_htmx",
        "django_filters",
        "drf_spectacular",
    }
