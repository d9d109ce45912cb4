"""URLs of this app outside every tenant."""

from django.urls import path

from projects.views import signing_pages

urlpatterns = [
    path("r/<int:tenant_id>.<slug:secret>/", signing_pages.signing_page, name="signing_page"),
]
