"""Sending a change request for signature, and what came of it; for members."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.permissions import require
from accounts.requests import TenantRequest
from accounts.views.sent_links import show_once
from projects.actions.link_letters import signing_letter
from projects.actions.signing_answers import sign_by_scan
from projects.actions.signing_links import revoke_link, send_for_signature
from projects.actions.signing_questions import answer_question
from projects.forms.change_requests import AnswerForm, ScanForm, SendForm
from projects.models import ChangeRequest, CustomerAnswer, Project, SigningLink, SigningQuestion
from projects.queries.kept_documents import how_kept
from projects.views.change_requests import visible_change
from projects.views.plan_frame import today_of, visible_project
from projects.views.requirements import scope_crumbs
from projects.views.signing_documents import shown_document
from ui.confirm import confirm_page


@require("edit_changes")
@require_http_methods(["GET", "POST"])
def signing_links(request: TenantRequest, pk: int, change_pk: int) -> HttpResponse:
    """Send a change request to a signatory."""
    project, change = _change(request, pk, change_pk)
    if change.state != ChangeRequest.State.APPROVED_INTERNALLY:
        return redirect("change_request", project.pk, change.pk)
    form = SendForm(request.POST or None, project=project)
    if request.method == "POST" and form.is_valid():
        contact = form.contact_chosen()
        try:
            link, secret = send_for_signature(
                change=change, contact=contact, language=form.cleaned_data["language"],
                valid_days=form.cleaned_data["valid_days"], tenant=request.tenant, by=request.user,
            )  # fmt: skip
        except ValidationError as error:
            form.add_error(None, error)
        else:
            _show_once(request, link, secret, contact.email)
            return redirect("change_request", project.pk, change.pk)
    context = {"project": project, "change": change, "form": form, "title": _("Send for signature"),
               "breadcrumbs": _crumbs(project, change)}  # fmt: skip
    return render(request, "projects/change_requests/send.html", context)


@require("edit_changes")
@require_http_methods(["GET", "POST"])
def signing_link_revocations(
    request: TenantRequest, pk: int, change_pk: int, link_pk: int
) -> HttpResponse:
    """Asks, then ends a link."""
    project, change = _change(request, pk, change_pk)
    link = SigningLink.objects.filter(change_request=change, pk=link_pk).first()
    if link is None:
        raise Http404
    url = reverse("change_request", args=[project.pk, change.pk])
    if request.method == "GET":
        return confirm_page(
            request,
            title=_("Revoke the link of %(signatory)s?") % {"signatory": link.signatory},
            body=_("It stops working at once."),
            action=_("Revoke"),
            back_url=url,
        )
    try:
        revoke_link(link=link, by=request.user)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    return redirect(url)


@require("edit_changes")
@require_POST
def question_answers(
    request: TenantRequest, pk: int, change_pk: int, question_pk: int
) -> HttpResponse:
    project, change = _change(request, pk, change_pk)
    question = SigningQuestion.objects.filter(link__change_request=change, pk=question_pk).first()
    if question is None:
        raise Http404
    form = AnswerForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Write an answer."))
    else:
        try:
            answer_question(question=question, text=form.cleaned_data["answer"], by=request.user)
        except ValidationError as error:
            messages.error(request, " ".join(error.messages))
    return redirect("change_request", project.pk, change.pk)


@require("edit_changes")
@require_http_methods(["GET", "POST"])
def signed_scans(request: TenantRequest, pk: int, change_pk: int) -> HttpResponse:
    """Upload a stamped scan instead of a signature by link."""
    project, change = _change(request, pk, change_pk)
    if change.state != ChangeRequest.State.APPROVED_INTERNALLY:
        return redirect("change_request", project.pk, change.pk)
    form = ScanForm(request.POST or None, request.FILES or None, today=today_of(request))
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            sign_by_scan(
                change=change, name=given["name"], signed_on=given["signed_on"],
                filename=given["scan"].name, data=given["scan"].read(),
                language=get_language() or "en", tenant=request.tenant, by=request.user,
            )  # fmt: skip
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, _("Signed. It is part of the baseline now."))
            return redirect("change_request", project.pk, change.pk)
    context = {"project": project, "change": change, "form": form, "is_upload": True,
               "title": _("Upload a stamped scan"), "breadcrumbs": _crumbs(project, change)}  # fmt: skip
    return render(request, "projects/change_requests/send.html", context)


@require("view_projects")
@require_GET
def signed_document(request: TenantRequest, pk: int, change_pk: int) -> HttpResponse:
    """What the customer signed or declined, exactly as it was in front of them."""
    project, change = _change(request, pk, change_pk)
    answer = _answer(change)
    context = {
        "project": project,
        "change": change,
        "answer": answer,
        "document": shown_document(answer.document),
        "kept": how_kept(answer),
        "breadcrumbs": _crumbs(project, change),
    }
    return render(request, "projects/change_requests/document.html", context)


@require("view_projects")
@require_GET
def signed_document_text(request: TenantRequest, pk: int, change_pk: int) -> HttpResponse:
    """The canonical text, whose SHA-256 anybody can compute again."""
    _project, change = _change(request, pk, change_pk)
    answer = _answer(change)
    response = HttpResponse(answer.document.encode(), content_type="application/json")
    name = f"{change.key}-{answer.document_hash[:12]}.json"
    response["Content-Disposition"] = str(content_disposition_header(True, name))
    return response


@require("view_projects")
@require_GET
def signed_scan(request: TenantRequest, pk: int, change_pk: int) -> HttpResponse:
    """The scan as it was uploaded, to be kept, never run here."""
    _project, change = _change(request, pk, change_pk)
    scan = _answer(change).scan
    if scan is None:
        raise Http404
    response = HttpResponse(bytes(scan.data), content_type=scan.content_type)
    response["Content-Disposition"] = str(content_disposition_header(True, scan.filename))
    response["X-Content-Type-Options"] = "nosniff"
    return response


def _answer(change: ChangeRequest) -> CustomerAnswer:
    found = CustomerAnswer.objects.filter(change_request=change).select_related("link", "scan")
    answer: CustomerAnswer | None = found.first()
    if answer is None:
        raise Http404
    return answer


def _change(request: TenantRequest, pk: int, change_pk: int) -> tuple[Project, ChangeRequest]:
    project = visible_project(request, pk)
    change = visible_change(project, change_pk)
    change.project = project
    return project, change


def _crumbs(project: Project, change: ChangeRequest) -> list[tuple[str, str]]:
    url = reverse("change_request", args=[project.pk, change.pk])
    return [*scope_crumbs(project), (change.title, url)]


def _show_once(request: TenantRequest, link: SigningLink, secret: str, email: str) -> None:
    """The link for the next page, and the letter with it where the contact has an address."""
    letter = signing_letter(link, request.tenant, secret)
    show_once(
        request,
        link,
        name=link.signatory,
        email=email,
        letter=letter,
        about=link.change_request,
    )
