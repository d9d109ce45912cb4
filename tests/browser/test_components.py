"""The components and the sign-in page in a real browser: both themes, wide and narrow."""

from __future__ import annotations

import pytest

THEMES = ("light", "dark")


# Each of these pages shows both themes side by side; axe takes its time with so many components.
@pytest.mark.parametrize(("theme", "width"), [("light", 1440), ("dark", 390)])
def test_the_components_page_is_accessible_in_both_themes(visit, accessible, theme, width) -> None:  # type: ignore[no-untyped-def]
    page = visit(theme=theme, width=width).go("/components/")
    assert page.locator(".showcase-theme").count() == 2
    # Tables and charts behind details are looked at too.
    page.evaluate("document.querySelectorAll('details').forEach((more) => { more.open = true })")
    # The page shows everything twice, landmarks too.
    accessible(page, without=("landmark-unique",))


@pytest.mark.parametrize("width", [1440, 360])
@pytest.mark.parametrize("path", ["/components/", "/accounts/login/", "/nowhere/"])
def test_nothing_sticks_out_sideways(visit, path, width) -> None:  # type: ignore[no-untyped-def]
    opened = visit(width=width)
    opened.expected.append("404")
    page = opened.go(path)
    assert page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("language", ["en", "zh-CN"])
@pytest.mark.parametrize("theme", THEMES)
def test_the_sign_in_page_is_accessible(visit, accessible, theme, language) -> None:  # type: ignore[no-untyped-def]
    page = visit(theme=theme, language=language).go("/accounts/login/")
    accessible(page)


def test_the_theme_of_the_device_holds_until_one_is_chosen(visit) -> None:  # type: ignore[no-untyped-def]
    def ground() -> str:
        return str(page.evaluate("getComputedStyle(document.documentElement).backgroundColor"))

    page = visit(theme="dark").go("/accounts/login/")
    dark = ground()
    page.locator("form[action*='theme'] button").click()
    page.wait_for_selector("html[data-theme=light]")
    page.wait_for_load_state()
    light = ground()
    assert light != dark
    page.locator("form[action*='theme'] button").click()
    page.wait_for_selector("html[data-theme=dark]")
    page.wait_for_load_state()
    assert ground() == dark


def test_the_language_switch_works_without_scripts(visit) -> None:  # type: ignore[no-untyped-def]
    page = visit(scripts=False).go("/accounts/login/")
    page.locator("button[name=language]").click()
    page.wait_for_selector("html[lang=zh-Hans]")


def test_a_figure_explains_itself_on_hover_on_focus_and_by_its_button(visit) -> None:  # type: ignore[no-untyped-def]
    page = visit().go("/components/")
    why = page.locator("p .why").first
    panel = why.locator(".why-panel")
    assert not panel.is_visible()
    why.locator(".why-value").hover()
    panel.wait_for(state="visible")
    assert "Usage events" in panel.inner_text()
    page.mouse.move(0, 0)
    panel.wait_for(state="hidden")
    why.locator(".why-button").click()
    panel.wait_for(state="visible")
    page.keyboard.press("Escape")
    panel.wait_for(state="hidden")


def test_the_explanation_stays_inside_the_window(visit) -> None:  # type: ignore[no-untyped-def]
    page = visit(width=360).go("/components/")
    why = page.locator(".figure .why").nth(1)
    why.locator(".why-button").click()
    box = why.locator(".why-panel").bounding_box()
    assert box is not None
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= 360


def test_keys_move_through_rows_and_open_them(visit) -> None:  # type: ignore[no-untyped-def]
    page = visit().go("/components/")
    rows = page.locator("a[data-row]")
    page.keyboard.press("j")
    assert rows.nth(0).evaluate("(row) => row === document.activeElement")
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("k")
    assert rows.nth(1).evaluate("(row) => row === document.activeElement")
    page.keyboard.press("Enter")
    page.wait_for_url("**/components/#Northwind*")


def test_a_click_anywhere_on_a_row_opens_it(visit) -> None:  # type: ignore[no-untyped-def]
    page = visit().go("/components/")
    page.locator("tr:has(a[data-row])").nth(3).locator("td").nth(4).click()
    page.wait_for_url("**/components/#Blue*")


def test_shortcuts_are_listed_and_single_letters_can_be_switched_off(visit) -> None:  # type: ignore[no-untyped-def]
    page = visit().go("/components/")
    page.keyboard.press("?")
    dialog = page.locator("#shortcuts")
    dialog.wait_for(state="visible")
    dialog.locator("[data-single-keys]").uncheck()
    page.keyboard.press("Escape")
    dialog.wait_for(state="hidden")
    page.keyboard.press("?")
    page.keyboard.press("j")
    assert not dialog.is_visible()
    assert page.locator("a[data-row]:focus").count() == 0
    # Ctrl-K is no single letter and stays.
    page.keyboard.press("Control+k")
    page.locator("#palette").wait_for(state="visible")


def test_letters_that_are_typed_are_no_shortcuts(visit) -> None:  # type: ignore[no-untyped-def]
    page = visit().go("/components/")
    field = page.locator("#light-q")
    field.fill("")
    field.press_sequentially("jk?g")
    assert field.input_value() == "jk?g"
    assert not page.locator("#shortcuts").is_visible()


def test_go_to_filters_the_pages_and_opens_the_first(visit) -> None:  # type: ignore[no-untyped-def]
    page = visit().go("/components/")
    page.keyboard.press("Control+k")
    page.keyboard.type("nig")
    assert page.locator("[data-palette-pages] a:visible").all_inner_texts() == ["Nights\ng n"]
    page.keyboard.press("Enter")
    page.wait_for_url("**/components/#n")
    page.locator("#palette").wait_for(state="hidden")
    page.keyboard.press("g")
    page.keyboard.press("t")
    page.wait_for_url("**/components/#t")


def test_one_escape_closes_go_to_also_with_text_in_it(visit) -> None:  # type: ignore[no-untyped-def]
    page = visit().go("/components/")
    page.keyboard.press("Control+k")
    page.keyboard.type("nig")
    page.keyboard.press("Escape")
    page.locator("#palette").wait_for(state="hidden")
    page.keyboard.press("Control+k")
    assert page.locator("#palette input").input_value() == ""


def test_an_action_that_hurts_asks_first(visit) -> None:  # type: ignore[no-untyped-def]
    page = visit().go("/components/")
    page.get_by_role("link", name="Undo this load").first.click()
    dialog = page.locator("dialog[open]")
    dialog.wait_for()
    assert "5,012 payments" in dialog.inner_text()
    dialog.get_by_role("button", name="Cancel").click()
    assert page.locator("dialog[open]").count() == 0
    assert page.url.endswith("/components/")


def test_a_hint_goes_and_stays_away(visit) -> None:  # type: ignore[no-untyped-def]
    page = visit().go("/components/")
    assert page.locator(".hint").count() == 2
    page.locator(".hint").first.get_by_role("button").click()
    page.locator("#hint-components-light").wait_for(state="detached")
    page.reload()
    assert page.locator(".hint").count() == 1


def test_pages_open_without_scripts(visit) -> None:  # type: ignore[no-untyped-def]
    page = visit(scripts=False).go("/components/")
    # What only scripts can serve is not offered; what they improve works as forms and links.
    assert not page.locator("[data-copy]").first.is_visible()
    assert page.locator(".filter-apply").first.is_visible()
    page.locator(".why-button").first.click()
    assert page.locator(".why-panel").first.is_visible()


def test_the_first_load_is_light(visit) -> None:  # type: ignore[no-untyped-def]
    """Styles, scripts and icons of any page, as they come over the wire when compressed."""
    import gzip

    opened = visit()
    bodies: dict[str, bytes] = {}
    opened.page.on("response", lambda response: bodies.update({response.url: response.body()}))
    opened.go("/accounts/login/")
    opened.page.wait_for_load_state("networkidle")
    assert any("tenure.css" in url for url in bodies)
    assert sum(len(gzip.compress(body)) for body in bodies.values()) < 150_000


@pytest.mark.parametrize(("width", "position"), [(1200, "sticky"), (390, "static")])
def test_headings_stay_on_screen_where_the_table_fits(visit, width, position) -> None:  # type: ignore[no-untyped-def]
    page = visit(width=width).go("/components/")
    heading = page.locator("table:has(a[data-row]) thead th").nth(1)
    page.wait_for_function(
        "([heading, wanted]) => getComputedStyle(heading).position === wanted",
        arg=[heading.element_handle(), position],
    )
