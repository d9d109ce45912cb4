"""URLs of cases inside a tenant."""

from django.urls import URLPattern, path

from service.views import case_links, case_page, case_responses, case_rules, cases

CASE = "cases/<int:pk>/"

urlpatterns: list[URLPattern] = [
    path("cases/", cases.cases, name="cases"),
    path("cases/new/", cases.case_of_whom, name="case_of_whom"),
    path("cases/assignments/", cases.case_assignments, name="case_assignments"),
    path("cases/targets/", case_rules.case_promises, name="case_promises"),
    path("cases/responses/", case_responses.case_responses, name="case_responses"),
    path(
        "cases/responses/customers/",
        case_responses.case_response_customers,
        name="case_response_customers",
    ),
    path("cases/departments/", case_rules.departments, name="departments"),
    path("cases/departments/<int:pk>/", case_rules.department, name="department"),
    path("customers/<int:pk>/cases/new/", cases.new_case, name="new_case"),
    path("customers/<int:pk>/case-links/", case_links.case_links, name="case_links"),
    path(
        "customers/<int:pk>/case-links/<int:link_pk>/revocations/",
        case_links.case_link_revocations,
        name="case_link_revocations",
    ),
    path(CASE, case_page.case, name="case"),
    path(f"{CASE}edit/", case_page.edit_case, name="edit_case"),
    path(f"{CASE}notes/", case_page.case_notes, name="case_notes"),
    path(f"{CASE}answers/", case_page.case_answers, name="case_answers"),
    path(f"{CASE}customer-words/", case_page.case_customer_words, name="case_customer_words"),
    path(f"{CASE}states/", case_page.case_states, name="case_states"),
    path(f"{CASE}priorities/", case_page.case_priorities, name="case_priorities"),
    path(f"{CASE}owners/", case_page.case_owner, name="case_owner"),
    path(f"{CASE}escalations/", case_page.case_escalations, name="case_escalations"),
    path(
        f"{CASE}escalations/<int:escalation_pk>/answers/",
        case_page.case_escalation_answers,
        name="case_escalation_answers",
    ),
]
