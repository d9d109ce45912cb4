"""Words for what files and the audit say of requests and product updates."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from accounts.labels import FIELDS, VALUES, VERBS
from accounts.loads.dependants import NOUNS
from accounts.loads.labels import COLUMNS
from accounts.loads.reasons import TEXTS
from service.models import Request, UpdateRecipient

VERBS.update(
    {
        "request.asked": _("Request asked for"),
        "request.changed": _("Request changed"),
        "request.decided": _("Request decided"),
        "request.joined": _("Another request merged into it"),
        "request.left": _("A merged request taken out"),
        "request.merged": _("Request merged into another one"),
        "request.separated": _("Request taken out of another one"),
        "request.vote_withdrawn": _("Vote for a request taken back"),
        "request.voted": _("Vote for a request"),
        "request.voting_closed": _("Voting of contacts closed"),
        "request.voting_opened": _("Voting of contacts opened"),
        "request_page.link_revoked": _("Link to own requests taken back"),
        "request_page.shared": _("Link to own requests given"),
        "update.answered": _("Answer to a product update"),
        "update.changed": _("Product update changed"),
        "update.drafted": _("Product update drafted"),
        "update.dropped": _("Draft of a product update thrown away"),
        "update.link_given": _("Link to a product update given"),
        "update.sent": _("Product update sent"),
    }
)
FIELDS.update(
    {
        "answered": _("Contacts answered"),
        "contacts": _("Contacts"),
        "into": _("Into"),
        "module": _("Module"),
        "planned_for": _("Planned for"),
        "request": _("Request"),
        "request_page": _("Link to own requests"),
        "requests": _("Requests"),
        "shared_titles": _("Shared titles"),
        "status": _("State"),
        "text": _("Text"),
        "update": _("Product update"),
    }
)
VALUES.update({("status", str(value)): label for value, label in Request.Status.choices})
VALUES.update({("answer", str(value)): label for value, label in UpdateRecipient.Answer.choices})
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
