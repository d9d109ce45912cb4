"""Words for what files and the audit say of requests and product updates."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from accounts.loads.dependants import NOUNS
from accounts.loads.labels import COLUMNS
from accounts.loads.reasons import TEXTS

COLUMNS.update({"made_on": _("Made on"), "status": _("State"), "text": _("Text")})
TEXTS["request_of_another"] = _("The request belongs to another customer.")
NOUNS.update(
    {
        "service.ask": _("askings of customers"),
        "service.productupdate": _("product updates"),
        "service.request": _("requests"),
        "service.requestanswer": _("answers to requests"),
        "service.requestdecision": _("decisions on requests"),
        "service.requestpagelink": _("links to pages of requests"),
        "service.updatemodule": _("product updates"),
        "service.updaterecipient": _("recipients of product updates"),
        "service.updaterequest": _("product updates"),
        "service.vote": _("votes for requests"),
    }
)
