"""URLs of gates, sign-offs and acceptance inside a tenant."""

from django.urls import URLPattern, path

from projects.views import acceptance, gate_asks, gates, sign_offs, template_parts

GATE = "projects/<int:pk>/gates/<int:gate_pk>/"

urlpatterns: list[URLPattern] = [
    path(
        "projects/templates/<slug:key>/phases/<slug:part>/gate/",
        template_parts.template_gate,
        name="template_gate",
    ),
    path("sign-offs/", sign_offs.sign_offs, name="sign_offs"),
    path("projects/<int:pk>/gates/", gates.project_gates, name="project_gates"),
    path("projects/<int:pk>/gates/new/", gates.new_gate, name="new_gate"),
    path(GATE, gates.gate, name="gate"),
    path(f"{GATE}edit/", gates.edit_gate_page, name="edit_gate"),
    path(f"{GATE}removal/", gates.gate_removal, name="gate_removal"),
    path(f"{GATE}asks/", gate_asks.gate_asks, name="gate_asks"),
    path(f"{GATE}approvers/", gate_asks.gate_approvers, name="gate_approvers"),
    path(f"{GATE}withdrawals/", gate_asks.gate_withdrawals, name="gate_withdrawals"),
    path(f"{GATE}sign-offs/<int:sign_off_pk>/", sign_offs.sign_off, name="sign_off"),
    path(f"{GATE}sign-offs/<int:sign_off_pk>/text/", sign_offs.sign_off_text, name="sign_off_text"),
    path(
        f"{GATE}sign-offs/<int:sign_off_pk>/links/", gate_asks.sign_off_links, name="sign_off_links"
    ),
    path(
        f"{GATE}links/<int:link_pk>/revocations/",
        gate_asks.sign_off_link_revocations,
        name="sign_off_link_revocations",
    ),
    path("projects/<int:pk>/silence/", acceptance.passive_clauses, name="passive_clauses"),
    path(
        "projects/<int:pk>/silence/endings/",
        acceptance.passive_clause_endings,
        name="passive_clause_endings",
    ),
    path("projects/<int:pk>/acceptances/", acceptance.acceptances, name="acceptances"),
    path("projects/<int:pk>/acceptances/scan/", acceptance.acceptance_scan, name="acceptance_scan"),
    path(
        "projects/<int:pk>/notices/<int:notice_pk>/readings/",
        acceptance.notice_readings,
        name="notice_readings",
    ),
]
