"""What the look of reports may say: colours that can be read, texts that name what there is."""

from __future__ import annotations

import re

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from reports.compute.report_templates import PLACEHOLDERS, contrast_on_white, unknown_placeholders

LEAST_CONTRAST = 4.5
LONGEST_NAME, LONGEST_TEXT = 60, 600
_HEX = re.compile(r"#[0-9a-fA-F]{6}")


def checked_accent(given: str) -> str:
    """A colour as it is kept; empty: as shipped.

    Raises:
        ValidationError: it is none, or too light.
    """
    accent = given.strip()
    if not accent:
        return ""
    if not _HEX.fullmatch(accent):
        raise ValidationError(_("A colour is written as # and six digits, like #0b6e7f."))
    contrast = contrast_on_white(accent)
    if contrast < LEAST_CONTRAST:
        words = _("Too light to be read on white: its contrast is %(contrast)s, 4.5 is needed.")
        raise ValidationError(words % {"contrast": round(contrast, 1)})
    return accent.lower()


def check_text(text: str) -> None:
    """
    Raises:
        ValidationError: it names something in braces that there is not.
    """
    if wrong := unknown_placeholders(text):
        words = _("{%(wrong)s} is not known; there are %(known)s.")
        known = ", ".join(f"{{{one}}}" for one in PLACEHOLDERS)
        raise ValidationError(words % {"wrong": wrong[0], "known": known})
