"""URLs of this app inside a tenant."""

from django.urls import URLPattern, URLResolver, path

from reports.views import behind, effects, month, persons, retention

urlpatterns: list[URLPattern | URLResolver] = [
    path("month/", month.month, name="month"),
    path("retention/", retention.retention, name="retention"),
    path("retention/persons/", persons.persons, name="retention_persons"),
    path("retention/customers/", behind.members, name="retention_customers"),
    path("effects/", effects.effects, name="effects"),
    path("effects/customers/", effects.members, name="effects_customers"),
]
