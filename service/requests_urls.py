"""URLs of requests and product updates inside a tenant."""

from django.urls import URLPattern, URLResolver, path

from service.views import (
    request_capture,
    request_customers,
    request_decisions,
    request_figures,
    request_page,
    requests,
    update_letters,
    update_page,
    updates,
)

urlpatterns: list[URLPattern | URLResolver] = [
    path("requests/", requests.requests, name="requests"),
    path("requests/new/", request_capture.new_request, name="new_request"),
    path("requests/asks/", requests.asks, name="request_asks"),
    path("requests/rate/", request_figures.request_rate, name="request_rate"),
    path("requests/voting/", request_capture.request_voting, name="request_voting"),
    path("requests/digests/", request_figures.request_digests, name="request_digests"),
    path("requests/digests/<slug:month>/", request_figures.request_digest, name="request_digest"),
    path("requests/<int:pk>/", request_page.request_page, name="request"),
    path("requests/<int:pk>/edit/", request_page.edit_request_page, name="edit_request"),
    path("requests/<int:pk>/merges/", request_page.request_merges, name="request_merges"),
    path(
        "requests/<int:pk>/separations/",
        request_page.request_separations,
        name="request_separations",
    ),
    path(
        "requests/<int:pk>/decisions/",
        request_decisions.request_decisions,
        name="request_decisions",
    ),
    path("requests/<int:pk>/votes/", request_capture.request_votes, name="request_votes"),
    path(
        "requests/<int:pk>/votes/<int:vote_pk>/removals/",
        request_capture.request_vote_removals,
        name="request_vote_removals",
    ),
    path("customers/<int:pk>/requests/new/", request_capture.new_ask, name="new_ask"),
    path(
        "customers/<int:pk>/requests/links/",
        request_customers.request_links,
        name="request_links",
    ),
    path(
        "customers/<int:pk>/requests/links/<int:contact_pk>/revocations/",
        request_customers.request_link_revocations,
        name="request_link_revocations",
    ),
    path("updates/", updates.updates, name="updates"),
    path("updates/new/", updates.new_update, name="new_update"),
    path("updates/<int:pk>/", update_page.update, name="update"),
    path("updates/<int:pk>/edit/", updates.edit_update, name="edit_update"),
    path("updates/<int:pk>/removal/", updates.update_removal, name="update_removal"),
    path("updates/<int:pk>/use/", update_page.update_use, name="update_use"),
    path("updates/<int:pk>/tests/", update_letters.update_tests, name="update_tests"),
    path("updates/<int:pk>/sendings/", update_page.update_sendings, name="update_sendings"),
    path(
        "updates/<int:pk>/recipients/<int:recipient_pk>/links/",
        update_page.update_links,
        name="update_links",
    ),
]
