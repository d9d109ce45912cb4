"""URLs outside every tenant: signing in, one's own account, probes."""

from django.urls import include, path

from config import views
from segmentation.views.rules import rule_schema

urlpatterns = [
    path("", views.home, name="home"),
    path("healthz", views.healthz, name="healthz"),
    path("readyz", views.readyz, name="readyz"),
    path("metrics", views.metrics, name="metrics"),
    # Before allauth's: some of its pages are not for us.
    path("", include("accounts.platform_urls")),
    path("accounts/", include("allauth.urls")),
    path("api/", include("accounts.api_urls")),
    path("", include("ui.urls")),
    # Where rule files and editors find it; the same for every tenant.
    path("schemas/rules.json", rule_schema, name="rule_schema"),
]
handler400 = "config.error_pages.bad_request"
handler403 = "ui.views.permission_denied"
handler404 = "ui.views.page_not_found"
handler500 = "config.error_pages.server_error"
