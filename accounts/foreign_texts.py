"""Texts of Django and allauth that our catalogue words itself.

Either their own catalogue has none, or it addresses people otherwise than we do (您), or it uses
other words for the same thing (验证码, 身份验证器). Named here, they stay in our catalogue, which is
asked first.
"""

from django.utils.translation import gettext_noop, ngettext_lazy

TEXTS = (
    # django.contrib.auth
    gettext_noop("Your password can’t be too similar to your other personal information."),
    gettext_noop("Your password can’t be a commonly used password."),
    gettext_noop("Your password can’t be entirely numeric."),
    gettext_noop("Your old password was entered incorrectly. Please enter it again."),
    gettext_noop("The password is too similar to the %(verbose_name)s."),
    # django.forms, django.core.validators
    gettext_noop("Enter a valid email address."),
    gettext_noop(
        "ManagementForm data is missing or has been tampered with. Missing fields: "
        "%(field_names)s. You may need to file a bug report if the issue persists."
    ),
    # allauth
    gettext_noop("Incorrect code."),
    gettext_noop("Code"),
    gettext_noop("Authenticator code"),
    gettext_noop("TOTP Authenticator"),
    gettext_noop("Use authenticator app or code"),
    gettext_noop("A sign-in code has been sent to %(recipient)s."),
    gettext_noop("Username or email"),
    gettext_noop("Email"),
    gettext_noop(
        "You cannot activate two-factor authentication until you have verified your email address."
    ),
    gettext_noop(
        "You cannot generate recovery codes without having two-factor authentication enabled."
    ),
)
NUMBERED = (
    # Django 5.2 changed this text and not its translations.
    ngettext_lazy(
        "This password is too short. It must contain at least %d character.",
        "This password is too short. It must contain at least %d characters.",
    ),
    ngettext_lazy(
        "Your password must contain at least %(min_length)d character.",
        "Your password must contain at least %(min_length)d characters.",
        "min_length",
    ),
)
