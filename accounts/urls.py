"""URLs of this app inside a tenant."""

from django.urls import URLPattern, URLResolver, path

from accounts.views import (
    audit,
    contacts,
    customers,
    invitations,
    landing,
    load_mapping,
    load_steps,
    loads,
    people,
    search,
    settings,
    teams,
)

urlpatterns: list[URLPattern | URLResolver] = [
    path("", landing.landing, name="landing"),
    path("overview/", landing.overview, name="overview"),
    path("search/", search.search, name="search"),
    path("customers/<int:pk>/", customers.customer, name="customer"),
    path("customers/<int:pk>/edit/", customers.edit_customer, name="edit_customer"),
    path("customers/<int:pk>/contacts/new/", contacts.new_contact, name="new_contact"),
    path("customers/<int:pk>/contacts/<int:contact_pk>/", contacts.contact, name="contact"),
    path(
        "customers/<int:pk>/contacts/<int:contact_pk>/removal/",
        contacts.contact_removal,
        name="contact_removal",
    ),
    path("loads/", loads.load_list, name="loads"),
    path("loads/new/", loads.new_load, name="new_load"),
    path("loads/<int:pk>/", loads.load_detail, name="load"),
    path("loads/<int:pk>/mapping/", load_mapping.load_mapping, name="load_mapping"),
    path("loads/<int:pk>/runs/", load_steps.load_runs, name="load_runs"),
    path("loads/<int:pk>/undoings/", load_steps.load_undoings, name="load_undoings"),
    path("loads/<int:pk>/removal/", load_steps.load_removal, name="load_removal"),
    path("loads/<int:pk>/errors.csv", loads.load_errors, name="load_errors"),
    path("people/", people.people, name="people"),
    path("people/<int:pk>/", people.member, name="member"),
    path("people/<int:pk>/deactivations/", people.deactivations, name="member_deactivations"),
    path("people/<int:pk>/reactivations/", people.reactivations, name="member_reactivations"),
    path("people/invitations/", invitations.invitations, name="invitations"),
    path("people/invitations/new/", invitations.new_invitation, name="new_invitation"),
    path("people/invitations/<int:pk>/renewals/", invitations.renewals, name="invitation_renewals"),
    path(
        "people/invitations/<int:pk>/revocations/",
        invitations.revocations,
        name="invitation_revocations",
    ),
    path("people/teams/", teams.teams, name="teams"),
    path("people/teams/<int:pk>/", teams.team, name="team"),
    path("people/teams/<int:pk>/removal/", teams.removal, name="team_removal"),
    path("people/visibility/", teams.visibility, name="visibility"),
    path("settings/", settings.tenant_settings, name="tenant_settings"),
    path("audit/", audit.audit, name="audit"),
]
