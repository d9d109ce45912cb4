"""How allauth behaves here: nobody signs up unasked, letters speak the reader's language, and
second-factor secrets are encrypted."""

from __future__ import annotations

import base64
import hashlib
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from cryptography.fernet import Fernet
from django.conf import settings
from django.core.mail import get_connection
from django.http import HttpRequest
from django.utils import translation

from accounts.letters import TIMEOUT_SECONDS, log
from accounts.models import User
from accounts.models.users import normalise_email


class AccountAdapter(DefaultAccountAdapter):
    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Write to this address in its reader's language.

        A letter that cannot be sent is logged and no error: who waits for a page must neither lose
        it nor learn from it whether the address has an account.
        """
        reader = User.objects.filter(email=normalise_email(email)).first()
        given = {"email": email, "reader": reader, **context}
        with translation.override((reader and reader.language) or translation.get_language()):
            message = self.render_mail(template_prefix, email, given)
        message.connection = get_connection(timeout=TIMEOUT_SECONDS)
        try:
            message.send()
        except OSError as error:
            log.error("letter not sent", letter=template_prefix, error=type(error).__name__)

    def format_email_subject(self, subject: str) -> str:
        """The subjects name Tenure; no host stands before them."""
        return subject

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """People come by invitation."""
        return False

    def save_user(self, request: HttpRequest, user: Any, form: Any, commit: bool = True) -> Any:
        raise PermissionError("People join by invitation only.")


def _cipher() -> Fernet:
    key = hashlib.sha256(b"second factor:" + settings.SECRET_KEY.encode()).digest()
    return Fernet(base64.urlsafe_b64encode(key))


class SecondFactorAdapter(DefaultMFAAdapter):
    """allauth keeps secrets as they are unless told otherwise; a stolen dump must not hold them."""

    def encrypt(self, text: str) -> str:
        return _cipher().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        return _cipher().decrypt(encrypted_text.encode()).decode()
