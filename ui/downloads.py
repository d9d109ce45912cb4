"""A list as a file to take away."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from django.http import Http404, HttpResponse

from ui.exports import CSV_TYPE, XLSX_TYPE, Cell, write_csv, write_xlsx


def file_response(
    headings: Sequence[object],
    rows: Iterable[Sequence[Cell]],
    *,
    format_: str,
    name: str,
    title: str,
) -> HttpResponse:
    """Rows as ``csv`` or ``xlsx``, to be saved as ``name`` with that ending.

    Raises:
        Http404: another format.
    """
    words = [str(heading) for heading in headings]
    if format_ == "csv":
        content, kind = write_csv(words, rows), CSV_TYPE
    elif format_ == "xlsx":
        content, kind = write_xlsx(words, rows, title=title), XLSX_TYPE
    else:
        raise Http404
    response = HttpResponse(content, content_type=kind)
    response["Content-Disposition"] = f'attachment; filename="{name}.{format_}"'
    return response
