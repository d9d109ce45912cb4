"""Secrets that an answer says once: where the same request is answered again, they are left out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from rest_framework.request import Request

from accounts.rest.base import ApiView
from accounts.rest.idempotency import Again


@dataclass
class WithoutSecrets(Again):
    """Keeps an answer with null in these fields."""

    secrets: tuple[str, ...] = ()

    def keep(self, status: int, body: Any, **further: Any) -> None:
        super().keep(status, {**body, **dict.fromkeys(self.secrets)}, **further)


class SaysOnce(ApiView):
    """What stands in ``secrets`` of an answer is kept nowhere."""

    secrets: ClassVar[tuple[str, ...]]

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        if self.again is not None:
            self.again = WithoutSecrets(self.again.row, self.secrets)
