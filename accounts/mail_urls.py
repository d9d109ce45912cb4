"""URLs of letters, notifications and channels inside a tenant."""

from django.urls import URLPattern, URLResolver, path

from accounts.views import channels, mail, mail_settings, notifications

urlpatterns: list[URLPattern | URLResolver] = [
    path("notifications/", notifications.notifications, name="notifications"),
    path("notifications/readings/", notifications.all_readings, name="notification_all_readings"),
    path(
        "notifications/settings/", notifications.notification_settings, name="notification_settings"
    ),
    path("notifications/<int:pk>/readings/", notifications.readings, name="notification_readings"),
    path("mail/", mail.mail, name="mail"),
    path("mail/addresses/", mail.addresses, name="mail_addresses"),
    path("mail/addresses/<int:pk>/removals/", mail.address_removals, name="mail_address_removals"),
    path("mail/<int:pk>/", mail.letter, name="letter"),
    path("mail/<int:pk>/sendings/", mail.sendings, name="letter_sendings"),
    path("mail/<int:pk>/confirmations/", mail.confirmations, name="letter_confirmations"),
    path("mail/<int:pk>/removals/", mail.removals, name="letter_removals"),
    path("settings/mail/", mail_settings.mail_settings, name="mail_settings"),
    path("settings/mail/tests/", mail_settings.mail_tests, name="mail_tests"),
    path("settings/channels/", channels.channels, name="channels"),
    path("settings/channels/new/", channels.new_channel, name="new_channel"),
    path("settings/channels/<int:pk>/", channels.channel, name="channel"),
    path("settings/channels/<int:pk>/tests/", channels.tests, name="channel_tests"),
    path("settings/channels/<int:pk>/removal/", channels.removal, name="channel_removal"),
]
