"""What this app contributes to the registries, and the signals that it answers."""

from __future__ import annotations

from typing import Any

from django.dispatch import receiver
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts import touchpoint_ties
from accounts.after_sent import LetterHook, letter_hooks
from accounts.contact_links import ContactPage, contact_pages
from accounts.loads import registry
from accounts.models import Role, Tenant
from accounts.models.reach import RecordKind, record_kinds
from accounts.rest import resources, scopes
from accounts.signals import customer_facts_changed
from accounts.tenancy import current_tenant_id
from projects import (  # noqa: F401 - words for the audit, scopes
    api_registrations,
    gate_labels,
    handover_labels,
    labels,
    notification_labels,
    paper_scopes,
    webhook_registrations,
    weekly_labels,
)
from projects.actions.responsibility import derive_faces
from projects.actions.sign_off_links import LETTER as SIGN_OFF_LETTER
from projects.loads import KINDS
from ui.registry import (
    Block,
    FirstScreen,
    NavigationItem,
    TimelineSource,
    customer_panels,
    customer_timeline,
    first_screens,
    my_customers_blocks,
    navigation,
)

for kind in KINDS:
    registry.register(kind)

letter_hooks[SIGN_OFF_LETTER] = LetterHook(
    sent="projects.actions.sign_off_links.letter_left",
    bounced="projects.actions.sign_off_links.letter_came_back",
)

navigation.register(
    NavigationItem(
        _("Projects"), "projects", "folder-kanban", "view_projects", 20, prefix="/projects/"
    )
)
navigation.register(
    NavigationItem(_("To sign"), "sign_offs", "signature", "sign_off", 21, prefix="/sign-offs/")
)
navigation.register(
    NavigationItem(_("My week"), "my_week", "calendar-check", "book_effort", 22, prefix="/week/")
)
navigation.register(
    NavigationItem(
        _("Weekly reports"), "weeklies", "newspaper", "edit_weeklies", 21, prefix="/weeklies/"
    )
)
first_screens.register(FirstScreen(Role.PROJECT_MANAGER, "projects", 20))
first_screens.register(FirstScreen(Role.TEAM_MEMBER, "my_week", 60))
record_kinds["effort"] = RecordKind(
    "effort",
    _("Who worked when"),
    _("one's own effort, and everybody's on the projects that a person manages"),
)
customer_panels.register(
    Block(
        "projects",
        "projects/panel.html",
        "projects.views.portfolio.projects_panel",
        30,
        _("Projects"),
        part="delivery",
    )
)
customer_panels.register(
    Block(
        "delivery",
        "projects/delivery.html",
        "projects.views.delivery.delivery_panel",
        32,
        _("Against the baseline"),
        part="delivery",
    )
)


contact_pages["change_request"] = ContactPage(
    find="projects.queries.change_requests.signing_link",
    show="projects.views.signing_pages.signing_page",
    is_signature=True,
)


contact_pages["sign_off"] = ContactPage(
    find="projects.queries.gates.sign_off_link",
    show="projects.views.sign_off_pages.sign_off_page",
    is_signature=True,
)


contact_pages["project"] = ContactPage(
    find="projects.queries.customer_pages.page_link",
    show="projects.views.project_page.project_page",
)
contact_pages["weekly"] = ContactPage(
    find="projects.queries.weeklies.weekly_link",
    show="projects.views.project_page.weekly_page",
)


customer_panels.register(
    Block(
        "faces",
        "projects/faces.html",
        "projects.views.customer_faces.faces_panel",
        37,
        _("Whom of ours they met"),
        part="people",
    )
)
customer_panels.register(
    Block(
        "training",
        "projects/training/panel.html",
        "projects.views.trained.training_panel",
        36,
        _("Training"),
        part="delivery",
    )
)

customer_panels.register(
    Block(
        "handover_items",
        "projects/handovers/panel.html",
        "projects.views.handover_panels.handover_items_panel",
        28,
        _("Open from the implementation"),
        part="service",
    )
)
my_customers_blocks.register(
    Block(
        "handovers",
        "projects/handovers/block.html",
        "projects.views.handover_panels.handovers_block",
        10,
        roles=(Role.SERVICE_MANAGER, Role.ADMIN),
    )
)


for _key, _label, _icon, _order in (
    ("projects", _("Projects"), "folder-kanban", 40),
    ("sign_offs", _("Sign-offs"), "signature", 42),
    ("training", _("Training"), "graduation-cap", 44),
    ("weeklies", _("Weekly reports"), "newspaper", 46),
):
    customer_timeline.register(
        TimelineSource(_key, _label, _icon, f"projects.views.timeline_feeds.{_key}", _order)
    )
touchpoint_ties.register(
    touchpoint_ties.TieKind(
        "project",
        _("Project"),
        "projects.queries.timeline.projects_to_choose",
        "projects.queries.timeline.projects_told",
        10,
    )
)

resources.register("projects.api.urls")
scopes.register(scopes.Scope("projects:read", _("Read projects and their effort"), "view_projects"))


@receiver(customer_facts_changed, dispatch_uid="projects.derive_faces")
def keep_faces(*, customer_ids: list[int] | None = None, **further: Any) -> None:
    tenant = Tenant.objects.get(pk=current_tenant_id())
    derive_faces(
        today=tenant.local_date(timezone.now()), zone=tenant.timezone, customer_ids=customer_ids
    )
