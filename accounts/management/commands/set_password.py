"""``set_password EMAIL``: give a person a password, asked for on the terminal or read from standard
input; for operators whose mail does not work yet."""

from __future__ import annotations

import getpass
import sys
from typing import Any

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandParser

from accounts.management.tenant_command import Refused, refuse_older_database
from accounts.models import User
from accounts.models.users import normalise_email


class Command(BaseCommand):
    help = "Set a person's password (asked for, or the first line of standard input)."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email")

    def handle(self, *args: Any, **options: Any) -> None:
        refuse_older_database()
        user = User.objects.filter(email=normalise_email(options["email"])).first()
        if user is None:
            raise Refused(f"Nobody has the address {options['email']}.")
        if sys.stdin.isatty():
            password = getpass.getpass("Password: ")
        else:
            password = sys.stdin.readline().rstrip("\n")
        try:
            validate_password(password, user)
        except ValidationError as error:
            raise Refused("; ".join(error.messages)) from error
        user.set_password(password)
        user.save(update_fields=["password"])
        self.stderr.write(f"Password of {user.email} set.")
