"""The fonts that reports on paper are set in."""

from __future__ import annotations

from pathlib import Path

from django.conf import settings

try:
    from noto_cjk_sans_otc import FONT_PATH
except ModuleNotFoundError:  # the optional wheel `pdf-cjk`
    FONT_PATH = None

# The first that has a letter draws it; the last comes with the compiler.
FAMILIES = ["Noto Sans CJK SC", "Source Han Sans SC", "Libertinus Serif"]


def font_directories() -> list[Path]:
    """Where fonts lie: the folder of the setting REPORT_FONTS, if there is one, then the wheel's."""
    found = []
    if settings.REPORT_FONTS:
        found.append(Path(settings.REPORT_FONTS))
    if FONT_PATH is not None:
        found.append(Path(FONT_PATH).parent)
    return found
