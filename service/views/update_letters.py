"""The letters of a product update before they go: how they read, and one to who writes it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.permissions import require
from accounts.requests import TenantRequest
from accounts.throttle import within_rate
from accounts.views.mail_preview import LetterPreview, preview, send_to_oneself
from service.actions.update_examples import Because, because_of, example_letter
from service.models import ProductUpdate
from service.views.updates import the_update

TESTS, SECONDS = 5, 60


@dataclass(frozen=True)
class UpdateLetter:
    """A letter that an update is told with. ``because``: to whom, a value of ``Because``."""

    language: str
    because: str
    heading: str
    preview: LetterPreview


def letters_of(request: TenantRequest, update: Any) -> list[UpdateLetter]:
    """One for each language that it is written in, to who asked and to who owns its modules.

    update: as ``queries.updates.update_for`` gives it."""
    languages = dict(settings.LANGUAGES)
    words = {
        Because.ASKED: _("To contacts who asked (%(language)s)"),
        Because.OWNS: _("To contacts of other owners (%(language)s)"),
    }
    return [
        UpdateLetter(
            code,
            because,
            words[because] % {"language": languages.get(code, code)},
            preview(
                example_letter(
                    request.tenant, update, language=code, because=because, now=timezone.now()
                )
            ),
        )
        for because in because_of(update)
        for code in update.titles
    ]


@require("send_updates")
@require_POST
def update_tests(request: TenantRequest, pk: int) -> HttpResponse:
    """A draft's letter to who writes it, as contacts would get it."""
    found = the_update(pk)
    language, because = request.POST.get("language", ""), request.POST.get("because", "")
    is_draft = found.state == ProductUpdate.State.DRAFT
    if not is_draft or language not in found.titles or because not in Because.values:
        raise Http404
    if not within_rate(request, "update-test", times=TESTS, seconds=SECONDS):
        messages.error(request, _("Wait a minute, then try again."))
        return redirect("update", pk)
    letter = example_letter(
        request.tenant, found, language=language, because=because, now=timezone.now()
    )
    sent = send_to_oneself(letter, request.membership)
    if sent is None or sent.state != sent.State.QUEUED:
        messages.error(request, _("Nothing can be sent to your own address."))
    else:
        messages.success(request, _("A test is on its way to you."))
    return redirect("update", pk)
