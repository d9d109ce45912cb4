"""Commands where the terminal or the caller does not speak UTF-8."""

from __future__ import annotations

import io
import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings

from accounts.management.progress import CommandProgress
from accounts.management.tenant_command import Refused, find_tenant

MANAGE = str(Path(settings.BASE_DIR) / "manage.py")


def manage(*arguments: bytes | str, **environment: str) -> subprocess.CompletedProcess[bytes]:
    """A command that needs no server, in an environment with another locale."""
    return subprocess.run(
        [sys.executable, MANAGE, *arguments],
        capture_output=True,
        env={**os.environ, "PYTHONUTF8": "0", **environment},
        check=False,
    )


@pytest.mark.parametrize("locale", ["C.UTF-8", "POSIX"])
def test_an_argument_that_is_not_text_is_refused(locale: str) -> None:
    answer = manage("tiers", "--tenant", b"\377\376", LC_ALL=locale)
    assert answer.returncode == 1
    assert answer.stderr.decode() == "This argument is not valid text: '\\udcff\\udcfe'\n"


def test_what_programs_read_is_utf8_in_every_locale() -> None:
    answer = manage("help", "tiers", PYTHONIOENCODING="latin-1")
    assert answer.returncode == 0
    code = "from config.command_line import speak_utf8\nspeak_utf8()\nprint('“客户”')\n"
    said = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        cwd=settings.BASE_DIR,
        env={**os.environ, "PYTHONIOENCODING": "latin-1"},
        check=True,
    )
    assert said.stdout.decode() == "“客户”\n"


@pytest.mark.parametrize("slug", ["\udcff\udcfe", "a\0b", "客户", "nobody"])
def test_an_unknown_tenant_is_refused_whatever_it_is_called(slug: str, db: None) -> None:
    with pytest.raises(Refused, match="There is no tenant") as refused:
        find_tenant(slug)
    str(refused.value).encode()


def test_progress_ends_its_lines() -> None:
    stream = io.StringIO()
    with CommandProgress(stream, {"reading": "Reading"}) as progress:
        progress("reading", 0, 2)
        progress("reading", 1, 2)
        progress("writing", 0, 2)
    assert stream.getvalue() == "Reading …\nwriting …\n"
