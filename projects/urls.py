"""URLs of this app inside a tenant."""

from django.urls import URLPattern, URLResolver, path

from projects import views

urlpatterns: list[URLPattern | URLResolver] = [
    path("projects/", views.projects, name="projects"),
]
