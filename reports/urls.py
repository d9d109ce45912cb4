"""URLs of this app inside a tenant."""

from django.urls import URLPattern, URLResolver, path

from reports.views import month

urlpatterns: list[URLPattern | URLResolver] = [
    path("month/", month.month, name="month"),
]
