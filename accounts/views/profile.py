"""What people set for themselves, and the list of where they work. Outside every tenant."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from accounts.actions.profile import change_profile
from accounts.forms.profile import ProfileForm
from accounts.models import DirectoryEntry, User
from accounts.requests import PersonRequest


@login_required
@require_http_methods(["GET", "POST"])
def profile(request: PersonRequest) -> HttpResponse:
    """Name, language, time zone and appearance."""
    # A copy: what is typed must not show in the frame before it is kept.
    person = User.objects.get(pk=request.user.pk)
    form = ProfileForm(request.POST or None, instance=person)
    if request.method == "POST" and form.is_valid():
        change_profile(user=User.objects.get(pk=person.pk), **form.cleaned_data)
        with translation.override(form.cleaned_data["language"] or translation.get_language()):
            messages.success(request, _("Saved."))
        return redirect("profile")
    return render(request, "accounts/profile.html", {"form": form})


@login_required
@require_GET
def choose_tenant(request: PersonRequest) -> HttpResponse:
    """Where the person works, to go there."""
    entries = list(DirectoryEntry.objects.filter(user=request.user.pk))
    return render(request, "accounts/choose_tenant.html", {"entries": entries})
