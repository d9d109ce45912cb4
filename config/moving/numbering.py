"""Numbers that the database counts up go on behind those that came in with their rows."""

from __future__ import annotations

from django.db import connection

from config.moving.manifest import WrongExport

AT_ONCE = 1_000_000
# A minute's counting or so.
FURTHEST = 500_000_000


def count_on(table: str, column: str, last: int) -> None:
    """Let the column's next number be beyond ``last``.

    By counting, which anybody may do while others count: setting a sequence takes the owner, and
    could set it back behind a number that another transaction just took.

    Raises:
        WrongExport: that would take too long; the owner has to set the sequence first.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_get_serial_sequence(%s, %s)", [table, column])
        (sequence,) = cursor.fetchone()
        if sequence is None or not last:
            return
        cursor.execute(f"SELECT CASE WHEN is_called THEN last_value ELSE 0 END FROM {sequence}")  # noqa: S608
        reached = int(cursor.fetchone()[0])
        if last - reached > FURTHEST:
            raise WrongExport(
                f"Ids of {table} go up to {last}. As the owner of the database run "
                f"ALTER SEQUENCE {sequence} RESTART WITH {last + 1}; and import again."
            )
        while reached < last:
            cursor.execute(
                f"SELECT max(nextval('{sequence}')) FROM generate_series(1, %s)",  # noqa: S608
                [min(last - reached, AT_ONCE)],
            )
            reached = int(cursor.fetchone()[0])
