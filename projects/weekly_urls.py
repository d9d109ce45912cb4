"""URLs of what is shared with a project's customer, and of weekly reports, inside a tenant."""

from django.urls import URLPattern, path

from projects.views import customer_pages, weeklies, weekly_sending

LINK = "projects/<int:pk>/shared/links/<int:link_pk>/"
REPORT = "projects/<int:pk>/weeklies/<int:report_pk>/"

urlpatterns: list[URLPattern] = [
    path("weeklies/", weeklies.weeklies, name="weeklies"),
    path("weeklies/drafts/", weekly_sending.weekly_drafts, name="weekly_drafts"),
    path("weeklies/sendings/", weekly_sending.weekly_sendings, name="weekly_sendings"),
    path("projects/<int:pk>/shared/", customer_pages.project_shared, name="project_shared"),
    path(
        "projects/<int:pk>/shared/preview/",
        customer_pages.project_page_preview,
        name="project_page_preview",
    ),
    path("projects/<int:pk>/shared/links/new/", customer_pages.new_page_link, name="new_page_link"),
    path(f"{LINK}renewals/", customer_pages.page_link_renewals, name="page_link_renewals"),
    path(f"{LINK}revocations/", customer_pages.page_link_revocations, name="page_link_revocations"),
    path("projects/<int:pk>/weeklies/new/", weeklies.new_weekly, name="new_weekly"),
    path(REPORT, weeklies.weekly, name="weekly"),
    path(f"{REPORT}refreshes/", weeklies.weekly_refreshes, name="weekly_refreshes"),
    path(f"{REPORT}recipients/", weeklies.weekly_recipients, name="weekly_recipients"),
    path(f"{REPORT}corrections/", weeklies.weekly_corrections, name="weekly_corrections"),
    path(f"{REPORT}removal/", weeklies.weekly_removal, name="weekly_removal"),
    path(
        f"{REPORT}links/<int:link_pk>/revocations/",
        weeklies.weekly_link_revocations,
        name="weekly_link_revocations",
    ),
]
