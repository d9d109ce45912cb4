"""URLs of handovers inside a tenant."""

from django.urls import URLPattern, path

from projects.views import handover_answers, handover_items, handovers

HANDOVER = "projects/<int:pk>/handover/"
ITEM = f"{HANDOVER}items/<int:item_pk>/"
CARRIED = "customers/<int:pk>/handover-items/<int:item_pk>/"

urlpatterns: list[URLPattern] = [
    path(HANDOVER, handovers.project_handover, name="project_handover"),
    path(f"{HANDOVER}starts/", handovers.handover_starts, name="handover_starts"),
    path(f"{HANDOVER}updates/", handovers.handover_updates, name="handover_updates"),
    path(f"{HANDOVER}sections/", handovers.handover_sections, name="handover_sections"),
    path(f"{HANDOVER}proposals/", handover_answers.handover_proposals, name="handover_proposals"),
    path(
        f"{HANDOVER}withdrawals/",
        handover_answers.handover_withdrawals,
        name="handover_withdrawals",
    ),
    path(
        f"{HANDOVER}acceptances/",
        handover_answers.handover_acceptances,
        name="handover_acceptances",
    ),
    path(f"{HANDOVER}returns/", handover_answers.handover_returns, name="handover_returns"),
    path(f"{HANDOVER}rounds/<int:number>/", handovers.handover_round, name="handover_round"),
    path(f"{HANDOVER}items/", handover_items.handover_items, name="handover_items"),
    path(ITEM, handover_items.handover_item, name="handover_item"),
    path(f"{ITEM}states/", handover_items.handover_item_states, name="handover_item_states"),
    path(f"{ITEM}removal/", handover_items.handover_item_removal, name="handover_item_removal"),
    path(CARRIED, handover_items.carried_item, name="carried_item"),
    path(f"{CARRIED}states/", handover_items.carried_item_states, name="carried_item_states"),
    path(f"{CARRIED}notes/", handover_items.carried_item_notes, name="carried_item_notes"),
]
