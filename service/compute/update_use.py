"""How much of what was shipped is used, and when that can be said."""

from __future__ import annotations

from dataclasses import dataclass

# Days after shipping, the day itself the first.
WINDOWS = (30, 90)


@dataclass(frozen=True)
class Share:
    """``used`` of ``total`` customers used it in the window; None: it is too early to say."""

    days: int
    total: int
    used: int | None

    @property
    def share(self) -> float | None:
        """Empty while it is too early, and of nobody."""
        return self.used / self.total if self.used is not None and self.total else None


@dataclass(frozen=True)
class Use:
    """Shares for each of ``WINDOWS``, of customers who asked and of owners who did not.

    ``is_measured`` False: the update names neither an event nor a module, so no usage can be seen.
    """

    asked: tuple[Share, ...]
    owners: tuple[Share, ...]
    is_measured: bool


def use_of(
    *,
    asked: tuple[int, int, int],
    owners: tuple[int, int, int],
    days: int,
    is_measured: bool,
) -> Use:
    """From (customers, used in the first window, used in the second) of both groups.

    Args:
        days: whole days since the day of shipping; a window is over once that many have passed, so
            a customer who has not used it yet is never counted as one who did not.
    """

    def shares(found: tuple[int, int, int]) -> tuple[Share, ...]:
        total, *used = found
        return tuple(
            Share(window, total, count if is_measured and days >= window else None)
            for window, count in zip(WINDOWS, used, strict=True)
        )

    return Use(shares(asked), shares(owners), is_measured)
