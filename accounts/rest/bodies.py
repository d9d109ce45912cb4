"""What programs send: JSON of a bounded size, that nothing behind it breaks on."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from typing import Any, NoReturn

from django.utils.translation import gettext as _
from rest_framework import exceptions
from rest_framework.parsers import JSONParser

from accounts.rest.problems import TooLarge

MOST_BYTES = 5 * 1024 * 1024
MOST_LEVELS = 50
# JSON may escape half of a pair alone; UTF-8 cannot say it.
_HALF = re.compile("[\ud800-\udfff]")


class JsonBody(JSONParser):
    """JSON in UTF-8."""

    def parse(
        self,
        stream: Any,
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> Any:
        """
        Raises:
            TooLarge: more than 5 MB.
            ParseError: no JSON; a number that is none; lists in lists without end.
        """
        given = stream.read(MOST_BYTES + 1)
        if len(given) > MOST_BYTES:
            raise TooLarge(_("At most %(most)s MB.") % {"most": MOST_BYTES >> 20})
        try:
            found = json.loads(given.decode("utf-8"), parse_constant=_refuse)
        except ValueError as error:
            raise exceptions.ParseError(
                _("This is no JSON: %(why)s.") % {"why": str(error)[:200]}
            ) from error
        except RecursionError as error:
            raise exceptions.ParseError(_("This is nested too deeply.")) from error
        _check(found)
        return found


def _refuse(constant: str) -> NoReturn:
    raise ValueError(constant)


def _check(found: Any) -> None:
    """
    Raises:
        ParseError: more than so many levels; a number too large to be one; half a character.
    """
    level = [found]
    for _depth in range(MOST_LEVELS):
        if any(isinstance(one, float) and not math.isfinite(one) for one in level):
            raise exceptions.ParseError(_("A number is too large."))
        if any(isinstance(one, str) and _HALF.search(one) for one in level):
            raise exceptions.ParseError(_("Half a character is no text."))
        level = [
            inner
            for one in level
            if isinstance(one, dict | list)
            for inner in ((*one, *one.values()) if isinstance(one, dict) else one)
        ]
        if not level:
            return
    raise exceptions.ParseError(_("This is nested too deeply."))
