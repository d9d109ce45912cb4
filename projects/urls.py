"""URLs of this app inside a tenant."""

from django.urls import URLPattern, URLResolver, path

from projects.views import portfolio

urlpatterns: list[URLPattern | URLResolver] = [
    path("projects/", portfolio.projects, name="projects"),
]
