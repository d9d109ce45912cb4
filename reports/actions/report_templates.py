"""Setting how reports look and who gets them. What was made keeps the look that it was made with."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.actions.audit import record
from accounts.models import User
from reports.compute.report_rules import read_rule
from reports.models import ReportLogo, ReportSettings, ReportTemplate
from reports.queries.report_templates import latest_template
from reports.rendering.images import drawable, image_size, image_type
from segmentation.actions.turns import Turn, take_turn

MOST_LOGO_BYTES, LEAST_SIDE, MOST_SIDE = 200_000, 16, 2_000
LOGO_TYPES = ("image/png", "image/jpeg")


class TemplateConflict(Exception):
    """Somebody has set something else meanwhile."""


def check_logo(content: bytes) -> tuple[str, int, int]:
    """Media type, width and height of an image that reports can bear.

    Raises:
        ValidationError: it is none, or too large or small.
    """
    try:
        mime = image_type(content)
    except ValueError:
        mime = ""
    if mime not in LOGO_TYPES:
        raise ValidationError({"logo": _("This is neither a PNG nor a JPEG.")})
    if len(content) > MOST_LOGO_BYTES:
        words = _("The image has %(size)s KB; at most %(most)s are taken.")
        told = {"size": len(content) // 1000, "most": MOST_LOGO_BYTES // 1000}
        raise ValidationError({"logo": words % told})
    size = image_size(content)
    if size is None or not drawable(content):
        raise ValidationError({"logo": _("This image is damaged.")})
    width, height = size
    if not all(LEAST_SIDE <= side <= MOST_SIDE for side in size):
        words = _(
            "The image is %(width)s × %(height)s; each side has %(least)s to %(most)s pixels."
        )
        told = {"width": width, "height": height, "least": LEAST_SIDE, "most": MOST_SIDE}
        raise ValidationError({"logo": words % told})
    return mime, width, height


@transaction.atomic
def set_template(
    *, look: Mapping[str, Any], logo: bytes | None, seen: int, by: User | None
) -> ReportTemplate:
    """Add a version; one that says what the latest says adds none.

    Args:
        look: as of reports.compute.report_templates; its ``logo`` stays unless ``logo`` is given.
        seen: version that it was made from; 0: as shipped.

    Raises:
        TemplateConflict: another version was added since.
        ValidationError: the image cannot be taken.
    """
    take_turn(Turn.REPORTS)
    latest = latest_template()
    if (latest.version if latest else 0) != seen:
        raise TemplateConflict
    chosen = dict(look)
    if logo is not None:
        chosen["logo"] = keep_logo(logo, by=by)
    if latest is not None and latest.look == chosen:
        return latest
    made: ReportTemplate = ReportTemplate.objects.create(version=seen + 1, look=chosen, made_by=by)
    record("report_template.changed", by=by, about=made, version=made.version)
    return made


def keep_logo(content: bytes, *, by: User | None) -> str:
    """The image's SHA-256; the same image is kept once."""
    mime, width, height = check_logo(content)
    digest = hashlib.sha256(content).hexdigest()
    ReportLogo.objects.bulk_create(
        [
            ReportLogo(
                hash=digest, content=content, mime=mime, width=width, height=height, added_by=by
            )
        ],
        ignore_conflicts=True,
    )
    return digest


@transaction.atomic
def set_report_rule(*, rule: Mapping[str, Any], seen: int, by: User | None) -> ReportSettings:
    """Set who gets reports, and when they are made.

    Args:
        rule: of `ReportSettings.rule`; what it leaves out stays as it was.
        seen: the version that was read; 0: nothing was set yet.

    Raises:
        TemplateConflict: somebody changed it since.
        ValueError: the rule is of another shape.
    """
    take_turn(Turn.REPORTS)
    kept: ReportSettings | None = ReportSettings.objects.first()
    if (kept.version if kept else 0) != seen:
        raise TemplateConflict
    wanted = {**(kept.rule if kept else {}), **rule}
    read_rule(wanted)
    if kept is None:
        kept = ReportSettings.objects.create(rule=wanted)
    elif kept.rule == wanted:
        return kept
    else:
        kept.rule, kept.version = wanted, kept.version + 1
        kept.save(update_fields=["rule", "version"])
    record("report_settings.changed", by=by, about=kept, version=kept.version)
    return kept
