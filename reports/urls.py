"""URLs of this app inside a tenant."""

from django.urls import URLPattern, URLResolver, path

from reports import views

urlpatterns: list[URLPattern | URLResolver] = [
    path("month/", views.month, name="month"),
]
