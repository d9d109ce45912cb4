"""Which requests stand under which."""

from __future__ import annotations

from django.db import connection
from django.db.models import Q

from accounts.tenancy import current_tenant_id
from service.models import Request


def tree_of(request: Request) -> set[int]:
    """Ids of a request and of everything that was merged into it, directly or by way of others."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            WITH RECURSIVE below (id) AS (
                SELECT %(request)s::bigint
                UNION SELECT part.id FROM service_request part
                        JOIN below ON part.merged_into_id = below.id
                       WHERE part.tenant_id = %(tenant)s)
            SELECT id FROM below
            """,
            {"tenant": current_tenant_id(), "request": request.pk},
        )
        return {pk for (pk,) in cursor.fetchall()}


def of_request(request: Request, path: str = "request") -> Q:
    """What is said of a request that stands for itself, or of one that was merged into it."""
    return Q(**{path: request}) | Q(**{f"{path}__root": request})
