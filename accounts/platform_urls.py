"""URLs of this app outside every tenant."""

from django.urls import path
from django.views.generic import RedirectView

from accounts.views import contact_pages, joining, mail_bounces, profile, sign_in, unsubscribe

urlpatterns = [
    # allauth lets people take on addresses that nobody proved; here the address is who they are,
    # and an invitation proves it.
    path("accounts/email/", RedirectView.as_view(pattern_name="profile"), name="account_email"),
    path(
        "invitations/<int:tenant_id>.<slug:secret>/", joining.invitation, name="accept_invitation"
    ),
    path("r/<int:tenant_id>.<slug:secret>/", contact_pages.contact_page, name="contact_page"),
    path("mail/bounces/", mail_bounces.bounces, name="mail_bounces"),
    path("mail/unsubscribe/<str:token>/", unsubscribe.unsubscribe, name="unsubscribe"),
    path("demo/sign-in/", sign_in.demo_sign_in, name="demo_sign_in"),
    path("profile/", profile.profile, name="profile"),
    path("tenants/", profile.choose_tenant, name="choose_tenant"),
]
