"""URLs of renewals, referrals and what is shown before a payment, inside a tenant."""

from __future__ import annotations

from django.urls import path

from service.views import payment_briefs, referrals, renewal_page, renewal_settings, renewals

urlpatterns = [
    path("renewals/", renewals.renewals_list, name="renewals"),
    path("renewals/accuracy/", renewal_settings.renewal_accuracy, name="renewal_accuracy"),
    path("renewals/settings/", renewal_settings.renewal_settings, name="renewal_settings"),
    path(
        "renewals/churn-reasons/",
        renewal_settings.churn_reasons_of_tenant,
        name="churn_reasons",
    ),
    path("renewals/churn-reasons/<slug:key>/", renewal_settings.churn_reason, name="churn_reason"),
    path(
        "renewals/outcomes/<int:pk>/undoing/", renewal_page.renewal_undoing, name="renewal_undoing"
    ),
    path(
        "customers/<int:pk>/payment-brief/", payment_briefs.payment_brief_page, name="payment_brief"
    ),
    path(
        "customers/<int:pk>/payment-brief/uses/",
        payment_briefs.payment_brief_uses,
        name="payment_brief_uses",
    ),
    path("renewals/<int:pk>/", renewal_page.renewal, name="renewal"),
    path("renewals/<int:pk>/calls/", renewal_page.renewal_calls, name="renewal_calls"),
    path("renewals/<int:pk>/terms/", renewal_page.renewal_terms, name="renewal_terms"),
    path("renewals/<int:pk>/churn/", renewal_page.renewal_churn, name="renewal_churn"),
    path("referrals/", referrals.referrals_list, name="referrals"),
    path("referrals/<int:pk>/", referrals.referral, name="referral"),
    path("referrals/<int:pk>/removal/", referrals.referral_removal, name="referral_removal"),
    path("customers/<int:pk>/referrals/new/", referrals.new_referral, name="new_referral"),
    path("suggestions/", referrals.suggestions_list, name="suggestions"),
]
