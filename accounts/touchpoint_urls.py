"""URLs of what happens with a customer: touchpoints, the timeline, coverage."""

from django.urls import URLPattern, URLResolver, path

from accounts.views import timeline, touchpoints, touchpoints_coverage

urlpatterns: list[URLPattern | URLResolver] = [
    path("customers/<int:pk>/timeline/", timeline.timeline, name="customer_timeline"),
    path("customers/<int:pk>/touchpoints/new/", touchpoints.new_touchpoint, name="new_touchpoint"),
    path("touchpoints/<int:pk>/", touchpoints.touchpoint, name="touchpoint"),
    path(
        "touchpoints/<int:pk>/removal/", touchpoints.touchpoint_removal, name="touchpoint_removal"
    ),
    path("coverage/", touchpoints_coverage.coverage, name="coverage"),
]
