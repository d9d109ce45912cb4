"""URLs of this app inside a tenant."""

from django.urls import URLPattern, URLResolver, include, path

from reports.views import (
    behind,
    effects,
    month,
    persons,
    retention,
    scorecard_projects,
    scorecards,
)

urlpatterns: list[URLPattern | URLResolver] = [
    path("month/", month.month, name="month"),
    path("retention/", retention.retention, name="retention"),
    path("retention/persons/", persons.persons, name="retention_persons"),
    path("retention/customers/", behind.members, name="retention_customers"),
    path("scorecard/", scorecards.scorecard, name="scorecard"),
    path("scorecard/projects/", scorecard_projects.projects, name="scorecard_projects"),
    path("scorecards/", scorecards.scorecards, name="scorecards"),
    path("effects/", effects.effects, name="effects"),
    path("effects/customers/", effects.members, name="effects_customers"),
    path("", include("reports.reports_urls")),
    path("", include("reports.figures_urls")),
    path("", include("reports.goals_urls")),
    path("", include("reports.report_templates_urls")),
]
