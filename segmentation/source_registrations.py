"""What the sources of usage contribute to the registries."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from accounts.models import Role
from accounts.settings_pages import settings_pages
from segmentation import source_labels  # noqa: F401 - words for the audit
from ui.registry import Block, overview_blocks

settings_pages["sources"] = _("Sources")
overview_blocks.register(
    Block(
        "sources",
        "segmentation/sources/notice.html",
        "segmentation.views.source_notice.overview_notice",
        8,
        _("Sources"),
        roles=(Role.ADMIN,),
    )
)
