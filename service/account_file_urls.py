"""URLs of account files and success plans inside a tenant."""

from django.urls import URLPattern, path

from service.views import account_file_rows, account_files, success_plan_page

FILE = "customers/<int:pk>/account-file/"
LINK = f"{FILE}links/<int:link_pk>/"

urlpatterns: list[URLPattern] = [
    path(FILE, account_files.account_file, name="account_file"),
    path(f"{FILE}background/", account_files.account_background, name="account_background"),
    path(f"{FILE}sponsors/new/", account_files.new_sponsor, name="new_sponsor"),
    path(f"{FILE}sponsors/endings/", account_files.sponsor_endings, name="sponsor_endings"),
    path(f"{FILE}preview/", success_plan_page.success_plan_preview, name="success_plan_preview"),
    path(f"{FILE}links/new/", success_plan_page.new_plan_link, name="new_plan_link"),
    path(f"{LINK}renewals/", success_plan_page.plan_link_renewals, name="plan_link_renewals"),
    path(
        f"{LINK}revocations/", success_plan_page.plan_link_revocations, name="plan_link_revocations"
    ),
    path(
        f"{FILE}milestones/<int:row_pk>/completions/",
        account_file_rows.milestone_completions,
        name="milestone_completions",
    ),
    path(f"{FILE}<slug:kind>/new/", account_file_rows.new_plan_row, name="new_plan_row"),
    path(f"{FILE}<slug:kind>/<int:row_pk>/", account_file_rows.plan_row, name="plan_row"),
    path(
        f"{FILE}<slug:kind>/<int:row_pk>/removal/",
        account_file_rows.plan_row_removal,
        name="plan_row_removal",
    ),
]
