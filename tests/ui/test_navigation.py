"""Letters that go to a page after ``g`` are stable and unique."""

from __future__ import annotations

from ui.registry import Navigation, NavigationItem


def test_each_item_has_a_letter_of_its_own_from_its_name() -> None:
    navigation = Navigation()
    navigation.register(NavigationItem("Customers", "portfolio", "u", "view", -1, "/customers/"))
    for order, name in enumerate(("moves", "loads", "month_review", "cc")):
        navigation.register(NavigationItem(name, name, "users", "view", order))
    assert navigation.keys() == {
        "portfolio": "c",
        "moves": "m",
        "loads": "l",
        "month_review": "o",
        # No letter of "cc" is free.
    }
