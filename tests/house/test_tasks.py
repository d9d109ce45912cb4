"""Tasks carry ids and hold no logic: what is to be done stands in the database."""

from __future__ import annotations

import importlib
import inspect
import typing

import pytest
from celery.schedules import schedule
from django.apps import apps
from django.conf import settings

from config.celery import app

for _config in apps.get_app_configs():
    if importlib.util.find_spec(f"{_config.name}.tasks"):
        importlib.import_module(f"{_config.name}.tasks")
TASKS = sorted(name for name in app.tasks if not name.startswith("celery."))


def test_there_are_tasks() -> None:
    assert TASKS


@pytest.mark.parametrize("name", TASKS)
def test_a_task_takes_only_ids(name: str) -> None:
    function = inspect.unwrap(app.tasks[name].run)
    hints = typing.get_type_hints(function)
    for parameter in inspect.signature(function).parameters.values():
        assert parameter.kind is inspect.Parameter.POSITIONAL_OR_KEYWORD, parameter
        assert hints[parameter.name] in (int, str), parameter
    assert hints["return"] is type(None), "nobody waits for a task's result"


@pytest.mark.parametrize("entry", settings.CELERY_BEAT_SCHEDULE.values(), ids=lambda e: e["task"])
def test_beat_only_wakes_sweepers(entry: dict[str, object]) -> None:
    assert entry["task"] in TASKS
    assert str(entry["task"]).split(".")[-1].startswith("sweep_")
    assert not entry.get("args")
    assert isinstance(entry["schedule"], schedule)


def test_a_killed_worker_loses_nothing() -> None:
    assert app.conf.task_acks_late
    assert app.conf.task_reject_on_worker_lost
    assert app.conf.worker_prefetch_multiplier == 1
    assert app.conf.broker_transport_options["visibility_timeout"] > app.conf.task_time_limit
