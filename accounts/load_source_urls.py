"""URLs of load sources inside a tenant."""

from django.urls import URLPattern, path

from accounts.views import load_source_files, load_sources

_ONE = "settings/load-sources/<int:pk>/"

urlpatterns: list[URLPattern] = [
    path("settings/load-sources/", load_sources.load_sources, name="load_sources"),
    path("settings/load-sources/new/", load_sources.new_source, name="new_load_source"),
    path(_ONE, load_source_files.load_source, name="load_source"),
    path(f"{_ONE}edit/", load_sources.edit_source, name="edit_load_source"),
    path(f"{_ONE}trial/", load_source_files.trial, name="load_source_trial"),
    path(f"{_ONE}looks/", load_source_files.looks, name="load_source_looks"),
    path(f"{_ONE}activations/", load_sources.activations, name="load_source_activations"),
    path(f"{_ONE}deactivations/", load_sources.deactivations, name="load_source_deactivations"),
    path(f"{_ONE}removal/", load_sources.removal, name="load_source_removal"),
    path(
        f"{_ONE}files/<int:file_pk>/tries/",
        load_source_files.tries,
        name="load_source_file_tries",
    ),
]
