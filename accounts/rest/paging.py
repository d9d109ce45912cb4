"""Pages of long lists: a cursor, since what is added meanwhile shifts no page."""

from __future__ import annotations

from rest_framework.pagination import CursorPagination


class Pages(CursorPagination):
    """``next`` and ``previous`` are addresses; follow them as they are."""

    page_size = 100
    max_page_size = 500
    page_size_query_param = "limit"
    cursor_query_param = "cursor"
