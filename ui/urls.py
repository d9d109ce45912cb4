"""URLs of the frame. They live outside every tenant."""

from django.urls import path

from ui import views

urlpatterns = [
    path("appearance/theme/", views.set_theme, name="set_theme"),
    path("appearance/language/", views.set_language, name="set_language"),
    path("hints/dismissed/", views.dismiss_hint, name="dismiss_hint"),
    path("components/", views.components, name="components"),
]
