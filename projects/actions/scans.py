"""Keeping stamped scans."""

from __future__ import annotations

import hashlib

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from projects.compute.scans import scan_type
from projects.models import SignedScan

MOST_SCAN_BYTES = 10 * 1024 * 1024


def keep_scan(filename: str, data: bytes) -> SignedScan:
    """Keep an uploaded file as it is.

    Raises:
        ValidationError: empty, above 10 MB, or neither PDF nor JPEG nor PNG by its content.
    """
    content_type = scan_type(data[:16])
    if len(data) > MOST_SCAN_BYTES:
        raise ValidationError({"scan": _("The file is larger than 10 MB.")})
    if not content_type:
        raise ValidationError({"scan": _("Only PDF, JPEG and PNG files can be uploaded.")})
    kept: SignedScan = SignedScan.objects.create(
        filename=filename[-200:],
        content_type=content_type,
        size_bytes=len(data),
        sha256=hashlib.sha256(data).hexdigest(),
        data=data,
    )
    return kept
