"""The pages of the settings, in their order. Apps above add theirs."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

# URL name → what its tab says.
settings_pages: dict[str, str | Promise] = {
    "tenant_settings": _("General"),
    "calendar": _("Working calendar"),
    "mail_settings": _("Letters"),
    "channels": _("Channels"),
    "load_sources": _("Load sources"),
    "api_tokens": _("API tokens"),
    "webhooks": _("Webhooks"),
}
