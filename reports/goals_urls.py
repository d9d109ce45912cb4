"""URLs of goals."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from reports.views import goal_page, goals

urlpatterns: list[URLPattern | URLResolver] = [
    path("goals/", goals.goals_list, name="goals"),
    path("goals/new/", goals.new_goal, name="new_goal"),
    path("goals/<int:pk>/", goal_page.goal, name="goal"),
    path("goals/<int:pk>/changes/", goals.goal_changes, name="goal_changes"),
    path("goals/<int:pk>/closures/", goals.goal_closures, name="goal_closures"),
    path("goals/<int:pk>/customers/", goal_page.goal_customers, name="goal_customers"),
]
