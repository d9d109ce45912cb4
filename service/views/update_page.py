"""One product update: who gets it and who not, sending it, links by hand, its use."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.models import Customer
from accounts.permissions import may, require
from accounts.requests import TenantRequest
from accounts.views.sent_links import KEPT, not_stored, show_once, taken_once
from service.actions.update_sending import give_update_link, update_letter
from service.actions.updates import UpdateConflict, audience_of, send_update
from service.forms.updates import RecipientFilterForm
from service.models import ProductUpdate, UpdateLink
from service.queries.update_people import counted
from service.queries.update_use import users_of
from service.queries.updates import MOST_CUSTOMERS, recipient_counts, recipients_of
from service.views.update_letters import letters_of
from service.views.updates import the_update, title_of, update_crumbs, used_of
from ui.confirm import confirm_page
from ui.downloads import file_response
from ui.tables import Column, Table

RECIPIENTS = (
    Column("name", gettext_lazy("Contact"), sort="name"),
    Column("customer", gettext_lazy("Customer"), sort="customer__name"),
    Column("because", gettext_lazy("Why"), sort="because"),
    Column("state", gettext_lazy("Letter"), sort=("state", "why")),
    Column("answer", gettext_lazy("Is it what they asked for?"), sort="answer", wide=True),
    Column("link", gettext_lazy("Link")),
)


@require("view_requests")
@require_GET
def update(request: TenantRequest, pk: int) -> HttpResponse:
    """A draft with whom it would go to; what was sent with whom it went to and whether it is used."""
    found = the_update(pk)
    is_draft = found.state == ProductUpdate.State.DRAFT
    today = request.tenant.local_date(timezone.now())
    context: dict[str, Any] = {
        "found": found,
        "title": title_of(found),
        "is_draft": is_draft,
        "may_send": may(request.membership, "send_updates"),
        "breadcrumbs": update_crumbs(),
        "words": [(code, title, found.texts.get(code, "")) for code, title in found.titles.items()],
    }
    if is_draft:
        send_url = reverse("update_sendings", args=[found.pk])
        context |= {
            "counted": counted(audience_of(found), today),
            "letters": letters_of(request, found) if context["may_send"] else [],
            "send_url": f"{send_url}?seen={found.version}",
        }
        return render(request, "service/updates/update.html", context)
    form = RecipientFilterForm(request.GET)
    form.is_valid()
    people = recipients_of(found, request.membership, form.cleaned_data)
    table = Table.read(RECIPIENTS, request.GET.urlencode(), default="because", tie="pk")
    if "format" in request.GET:
        return _file(request, found, people.order_by(*table.order_by))
    table = table.counted(people.count())
    made = (request.session.get(KEPT) or {}).get("link")
    links = UpdateLink.objects.filter(recipient__update=found, pk=made) if made else ()
    sent = taken_once(request, UpdateLink, {link.pk for link in links})
    context |= {
        "form": form,
        "table": table,
        "people": people.order_by(*table.order_by)[table.slice],
        "counts": recipient_counts([found.pk]).get(found.pk, {}),
        "use": used_of(request, [found]).get(found.pk),
        "sent": sent,
        "exports": [(name.upper(), table.url(format=name)) for name in ("csv", "xlsx")],
    }
    return not_stored(render(request, "service/updates/update.html", context), sent)


@require("view_requests")
@require_GET
def update_use(request: TenantRequest, pk: int) -> HttpResponse:
    """The customers behind the figures of its use, of those that the member sees."""
    found = the_update(pk)
    if found.state == ProductUpdate.State.DRAFT:
        raise Http404
    visible = Customer.objects.visible_to(request.membership)
    rows = users_of(found, visible, zone=request.tenant.zone, most=MOST_CUSTOMERS)
    crumbs = [*update_crumbs(), (title_of(found), reverse("update", args=[found.pk]))]
    context = {
        "found": found,
        "rows": rows,
        "most": MOST_CUSTOMERS,
        "use": used_of(request, [found]).get(found.pk),
        "breadcrumbs": crumbs,
    }
    return render(request, "service/updates/use.html", context)


@require("send_updates")
@require_http_methods(["GET", "POST"])
def update_sendings(request: TenantRequest, pk: int) -> HttpResponse:
    """Asks, then sends a draft to everybody whom it is for."""
    found = the_update(pk)
    today = request.tenant.local_date(timezone.now())
    if request.method == "GET":
        people = counted(audience_of(found), today)
        body = _(
            "It goes to %(asked)s contacts who asked and %(owns)s of owners. It cannot be taken "
            "back. Its requests count as shipped."
        ) % {"asked": people.asked, "owns": people.owns}
        return confirm_page(
            request,
            title=_("Send this update?"),
            body=body,
            action=_("Send"),
            back_url=reverse("update", args=[pk]),
            kind="primary",
        )
    asked = request.GET.get("seen", "")
    seen = int(asked) if asked.isdecimal() and len(asked) < 10 else found.version
    try:
        people_count = send_update(update=found, seen=seen, today=today, by=request.user)
    except UpdateConflict:
        messages.error(request, _("Somebody changed this update meanwhile: look at it first."))
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    else:
        messages.success(
            request, _("On its way: it is for %(count)s contacts.") % {"count": people_count}
        )
    return redirect("update", found.pk)


@require("send_updates")
@require_POST
def update_links(request: TenantRequest, pk: int, recipient_pk: int) -> HttpResponse:
    """A link for one recipient to hand over by chat, where no letter reaches them."""
    found = the_update(pk)
    recipient = recipients_of(found, request.membership, {}).filter(pk=recipient_pk).first()
    if recipient is None or recipient.contact is None:
        raise Http404
    recipient.update = found
    link, secret = give_update_link(recipient=recipient, by=request.user)
    letter = update_letter(request.tenant, recipient, link, secret)
    # No letter: it is handed over.
    show_once(request, link, name=link.name, email="", letter=letter)
    return redirect("update", found.pk)


def _file(request: TenantRequest, found: ProductUpdate, people: Any) -> HttpResponse:
    return file_response(
        [_("Contact"), _("Customer"), _("Why"), _("Letter"), _("Left out"), _("Answer"),
         _("Comment")],
        (
            [
                row.name, row.customer.name, str(row.get_because_display()),
                str(row.get_state_display()), row.why, str(row.get_answer_display()), row.comment,
            ]
            for row in people.iterator(chunk_size=2000)
        ),
        format_=request.GET["format"],
        name=f"{request.tenant.slug}-update-{found.pk}",
        title=_("Product update"),
    )  # fmt: skip
