"""The components say what they are told, in words as well as in marks, and escape it."""

from __future__ import annotations

from datetime import date, datetime, timedelta, timezone
from decimal import Decimal
from types import SimpleNamespace

import pytest
from django.template import Context, Template
from django.test import RequestFactory
from django.utils import translation

from ui.charts import Cell, Matrix, MatrixAxis, Series, TargetBar, TimeChart, Unit
from ui.tables import Column, Table
from ui.tags.marks import initials


def draw(source: str, **values: object) -> str:
    request = RequestFactory().get("/customers/?sort=name&q=x")
    request.tenant = SimpleNamespace(slug="acme", currency="CNY")  # type: ignore[attr-defined]
    request.COOKIES.update(values.pop("cookies", {}))  # type: ignore[call-overload]
    return Template(source).render(Context({"request": request, **values}))


def test_filters_follow_the_active_language() -> None:
    source = "{{ day|short_date }} {{ share|percent }} {{ n|days }}"
    values = {"day": date(2024, 2, 1), "share": 0.5, "n": 3}
    assert draw(source, **values) == "1 Feb 2024 50.0% 3 days"
    with translation.override("zh-hans"):
        assert draw(source, **values) == "2024-02-01 50.0% 3 天"


def test_names_are_listed_as_the_language_does_it() -> None:
    source = '{{ words|listed }} | {% listed "c" "<d>" %}'
    assert draw(source, words=["a", "<b>"]) == "a, &lt;b&gt; | c, &lt;d&gt;"
    with translation.override("zh-hans"):
        assert draw(source, words=["a", "b"]) == "a、b | c、&lt;d&gt;"


def test_dates_of_moments_are_those_of_the_reader() -> None:
    moment = datetime(2024, 12, 31, 23, 30, tzinfo=timezone(timedelta(hours=-8)))
    assert draw("{{ at|short_date }}", at=moment) == "1 Jan 2025"


def test_what_a_bar_is_measured_against_is_said_in_its_own_words() -> None:
    goal = TargetBar("Cash", 5, 10)
    due = TargetBar("Cash", 5, 10, target_words="%(target)s due")
    assert 'aria-label="Cash: 5 of 10"' in draw("{% target_bar bar %}", bar=goal)
    drawn = draw("{% target_bar bar %}", bar=due)
    assert 'aria-label="Cash: 5 10 due"' in drawn
    assert '<span class="muted">10 due</span>' in drawn


def test_money_is_in_the_tenants_currency() -> None:
    assert draw("{% money amount %}", amount=Decimal("1234.5")) == "¥1,234.50"
    assert draw("{% money amount digits=0 %}", amount=Decimal("1234.5")) == "¥1,234"
    assert draw('{% money amount currency="USD" %}', amount=5) == "$5.00"
    assert draw('{{ amount|money:"USD" }}', amount=5) == "$5.00"
    with translation.override("zh-hans"):
        assert draw("{% money amount compact=True %}", amount=25_600_000) == "2,560万元"


def test_what_is_missing_in_a_template_is_a_dash() -> None:
    assert draw("{{ nothing|number }}{{ nothing|short_date }}{% money nothing %}") == "–––"


def test_a_tier_has_its_shape_and_its_word() -> None:
    html = draw('{% tier "high" %}')
    assert "High value" in html
    assert 'class="mark tone-tier-high"' in html


def test_no_tier_says_why() -> None:
    html = draw('{% tier "" reason="No usage was loaded." %}')
    assert "None" in html
    assert "No usage was loaded." in html


def test_a_word_we_do_not_know_is_shown_as_it_is_and_escaped() -> None:
    assert draw("{% tier name %}", name="<b>Gold</b>") == (
        '<span class="chip">&lt;b&gt;Gold&lt;/b&gt;</span>'
    )


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Li Wei", "LW"),
        ("陈静怡", "静怡"),
        ("欧阳 娜娜", "娜娜"),
        ("林悦 Lin Yue", "林悦"),
        ("anna.berg@acme.example", "AB"),
        ("cher", "C"),
        ("", ""),
    ],
)
def test_initials(name: str, expected: str) -> None:
    assert initials(name) == expected


def test_nobody_in_charge_is_said() -> None:
    assert "Unassigned" in draw('{% face "" %}')


@pytest.mark.parametrize(
    ("old", "new", "parts"),
    [
        ("12", "14", ("<del>", "12", "<ins>", "14", "~")),
        ("", "14", ("<ins>", "14", "+")),
        ("12", None, ("<del>", "12", "−")),
    ],
)
def test_a_change_shows_old_above_new_with_a_mark(
    old: str, new: str | None, parts: tuple[str, ...]
) -> None:
    html = draw("{% change old new %}", old=old, new=new)
    assert all(part in html for part in parts)
    assert ("<del>" in html) == bool(old)


def test_no_change_is_plain() -> None:
    assert "<del>" not in draw('{% change "a" "a" %}')


def test_a_figure_explains_itself_and_leads_to_its_rows() -> None:
    html = draw(
        '{% figure "NRR" "103%" href="/rows" formula="(a + b) ÷ c" as_of=day source="Contracts" %}',
        day=date(2024, 12, 31),
    )
    assert 'href="/rows"' in html
    for words in ("103%", "(a + b) ÷ c", "31 Dec 2024", "Contracts", "popovertarget"):
        assert words in html


def test_a_figure_without_explanation_has_no_button() -> None:
    assert "popovertarget" not in draw('{% figure "Customers" "3" %}')


def test_explanations_of_one_page_have_their_own_ids() -> None:
    html = draw('{% why formula="x" %}1{% endwhy %}{% why formula="x" %}2{% endwhy %}')
    ids = [part.split('"')[0] for part in html.split(' id="')[1:]]
    assert len(ids) == 2
    assert len(set(ids)) == 2


COLUMNS = (Column("name", "Customer", sort="name"), Column("arr", "ARR", align="end", why="Sum"))


def test_a_table_says_how_it_is_sorted_and_aligns_its_numbers() -> None:
    table = Table.read(COLUMNS, "sort=-name").counted(1)
    html = draw(
        '{% data_table table caption="Customers" %}<tr><td>A</td></tr>{% enddata_table %}',
        table=table,
    )
    assert 'aria-sort="descending"' in html
    assert 'data-end="2"' in html
    assert "<tr><td>A</td></tr>" in html
    assert "Customers</caption>" in html


def test_an_empty_table_says_so() -> None:
    table = Table.read(COLUMNS, "").counted(0)
    html = draw(
        '{% data_table table caption="C" empty="Nobody matches." %} {% enddata_table %}',
        table=table,
    )
    assert "Nobody matches." in html


def test_pages_are_linked_and_the_current_one_is_named() -> None:
    html = draw("{% pagination table %}", table=Table.read(COLUMNS, "page=2").counted(120))
    assert "51–100 of 120" in html
    assert 'aria-current="page"' in html
    assert 'rel="next"' in html


def test_filters_keep_the_order_of_the_list() -> None:
    html = draw('{% filter_bar target="list" %}<input name="q">{% endfilter_bar %}')
    assert '<input type="hidden" name="sort" value="name">' in html
    assert 'hx-get="/customers/"' in html
    assert 'hx-target="#list"' in html


def test_filters_of_a_page_without_a_list_change_all_of_it() -> None:
    html = draw('{% filter_bar %}<input name="q">{% endfilter_bar %}')
    assert 'hx-target="#main" hx-select="#main"' in html


def test_a_confirmed_action_is_a_link_without_scripts_and_a_form_in_the_dialog() -> None:
    html = draw(
        '{% confirm "Undo" "/loads/3/undo/" title="Undo it?" %}<p>Gone.</p>{% endconfirm %}',
        csrf_token="token",
    )
    assert 'href="/loads/3/undo/"' in html
    assert 'method="post" action="/loads/3/undo/"' in html
    assert "csrfmiddlewaretoken" in html
    assert "<p>Gone.</p>" in html


def test_a_hint_is_gone_once_it_was_dismissed() -> None:
    source = '{% hint "tiers" "What moved" step=1 of=3 %}<p>Look.</p>{% endhint %}'
    assert "Hint 1 of 3" in draw(source)
    assert draw(source, cookies={"hints_seen": "loads.tiers"}) == ""


def test_progress_is_asked_for_only_while_there_is_some() -> None:
    source = (
        '{% progress_panel "Load" value=1 maximum=2 state=state poll="/p" %}{% endprogress_panel %}'
    )
    assert 'hx-get="/p"' in draw(source, state="running")
    assert 'hx-get="/p"' not in draw(source, state="done")
    assert 'max="2" value="1"' in draw(source, state="running")


def test_a_chart_has_title_description_and_table() -> None:
    chart = TimeChart(
        "Customers by tier",
        ("Nov", "Dec"),
        [Series("High value", [3, 5], "tier-high"), Series("Lost", [1, None], "tier-lost")],
    )
    html = draw("{% stacked_chart chart %}", chart=chart)
    assert 'role="img"' in html
    assert "<title" in html
    assert "High value: 3 in Nov, 5 in Dec." in html
    assert "<td" in html
    assert "–" in html  # what is not known, in the table
    assert "style=" not in html


def test_a_chart_whose_parts_are_links_is_no_single_image() -> None:
    chart = TimeChart("T", ("Nov",), [Series("A", [3], "accent", links=["/a"])])
    html = draw("{% stacked_chart chart %}", chart=chart)
    assert 'role="group"' in html
    assert 'role="img"' not in html
    assert 'href="/a"' in html


def test_a_chart_of_nothing_says_so() -> None:
    html = draw("{% line_chart chart %}", chart=TimeChart("T", ("Nov",), [Series("A", [None])]))
    assert "No data for these periods yet." in html
    assert "<svg" not in html


def test_axis_and_table_of_money() -> None:
    chart = TimeChart(
        "ARR", ("Nov", "Dec"), [Series("ARR", [0, 12_000_000])], Unit("money", "CNY", 0)
    )
    html = draw("{% line_chart chart %}", chart=chart)
    assert "¥12M" in html
    assert "¥12,000,000" in html


def test_a_migration_matrix_links_its_cells() -> None:
    axes = [MatrixAxis("high", "High value", "tier"), MatrixAxis("mid", "Mid value", "tier")]
    chart = Matrix(
        "Moves",
        axes,
        {("high", "mid"): Cell(2, 82_000, "/moves?from=high&to=mid")},
        Unit("money", "CNY", 0),
    )
    html = draw("{% matrix chart %}", chart=chart)
    assert 'href="/moves?from=high&amp;to=mid"' in html
    assert "¥82K" in html
    assert "matrix-down" in html


def test_no_component_writes_a_style_attribute_or_an_inline_script() -> None:
    from pathlib import Path

    root = Path(__file__).parents[2] / "templates"
    for path in root.rglob("*.html"):
        text = path.read_text()
        assert " style=" not in text, path
        assert "<style" not in text, path
        assert " onclick=" not in text, path
        assert "<script>" not in text, path
