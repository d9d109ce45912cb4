"""URLs inside /t/<slug>/. The prefix is gone by the time these are asked."""

from django.urls import include, path

from config.bi.screen import bi_access

urlpatterns = [
    path("", include("accounts.urls")),
    path("", include("projects.urls")),
    path("", include("segmentation.urls")),
    path("", include("service.urls")),
    path("", include("reports.urls")),
    path("settings/bi/", bi_access, name="bi_access"),
]
handler400 = "ui.views.bad_request"
handler403 = "ui.views.permission_denied"
handler404 = "ui.views.page_not_found"
handler500 = "ui.views.server_error"
