"""Blocks name the functions that feed them; none is named that is not there."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.utils.module_loading import import_string

from ui.registry import (
    Block,
    customer_badges,
    customer_panels,
    my_customers_blocks,
    overview_blocks,
)

BLOCKS = [*customer_panels, *customer_badges, *my_customers_blocks, *overview_blocks]


@pytest.mark.parametrize("block", BLOCKS, ids=lambda block: block.key)
def test_the_function_that_feeds_a_block_is_there(block: Block) -> None:
    assert callable(import_string(block.feed))


def test_starting_the_apps_imports_no_views_and_no_pandas() -> None:
    """Every command waits for what the apps import when they start."""
    code = (
        "import django, sys; django.setup(); "
        "print([name for name in sys.modules "
        "if name.endswith('.views') and name.split('.')[0] in "
        "('accounts', 'projects', 'segmentation', 'reports') "
        "or name in ('pandas', 'openpyxl', 'xlsxwriter')])"
    )
    printed = subprocess.run(
        [sys.executable, "-c", code],
        cwd=Path(__file__).resolve().parents[2],
        env={**os.environ, "DJANGO_SETTINGS_MODULE": "config.settings"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert printed.stdout.strip() == "[]"
