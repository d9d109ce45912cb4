"""Links to sign-offs: sent again, revoked."""

from __future__ import annotations

from typing import Any

from django.http import Http404

from accounts.rest.views import Given, Verb
from projects.actions.sign_off_links import revoke_sign_off_link, send_again
from projects.api.gate_verbs import asked
from projects.api.ground import LinkVerb
from projects.api.sign_offs import AskedFields, SignOffRecord
from projects.models import SignOffLink


class SignOffLinks(SignOffRecord, LinkVerb):
    verb = "send_again"
    makes = AskedFields

    def act(self, row: Any, given: Given) -> Any:
        """Send a contact a further link to the same sign-off; no secret is kept, so the first cannot
        be sent again."""
        self.must_see_project(row)
        link, secret = send_again(sign_off=row, tenant=self.tenant, by=self.person)
        return asked(row, link, secret, self)


class SignOffLinkRevocation(SignOffRecord, Verb):
    verb = "revoke_link_of"

    def act(self, row: Any, given: Given) -> None:
        """End a link that nobody has answered."""
        self.must_see_project(row)
        link = (
            SignOffLink.objects.filter(sign_off=row, pk=self.kwargs["link"])
            .select_related("sign_off__gate")
            .first()
        )
        if link is None:
            raise Http404
        revoke_sign_off_link(link=link, by=self.person)
