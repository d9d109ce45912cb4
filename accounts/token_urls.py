"""URLs of tokens of programs inside a tenant."""

from django.urls import URLPattern, path

from accounts.views import tokens

urlpatterns: list[URLPattern] = [
    path("settings/tokens/", tokens.tokens, name="api_tokens"),
    path("settings/tokens/<int:pk>/revocations/", tokens.revocations, name="api_token_revocations"),
]
