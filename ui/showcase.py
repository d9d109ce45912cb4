"""What the components page shows: invented examples of every component in every state."""

from __future__ import annotations

from datetime import UTC, date, datetime
from types import SimpleNamespace
from typing import Any

from django import forms
from django.http import HttpRequest

from ui.charts import Cell, Gantt, GanttRow, Matrix, MatrixAxis, Series, TargetBar, TimeChart, Unit
from ui.palette import HUES, MARKS
from ui.tables import Column, Table

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
TIERS = {
    "high": (31, 32, 32, 34, 35, 35, 37, 38, 38, 40, 41, 43),
    "mature": (52, 52, 54, 53, 55, 56, 56, 57, 58, 58, 59, 60),
    "mid": (60, 58, 57, 59, 58, 60, 61, 60, 62, 63, 62, 61),
    "low": (22, 24, 25, 23, 22, 20, 21, 19, 18, 18, 17, 16),
    "new": (9, 8, 7, 9, 12, 10, 8, 9, 11, 9, 8, 10),
    "lost": (4, 5, 6, 6, 7, 8, 8, 9, 9, 10, 12, 12),
}
CUSTOMERS = (
    ("新海医疗科技", "high", "loyal", 1_280_000, 0.92, date(2024, 12, 30), (3, 4, 4, 6, 7, 8)),
    ("Northwind Retail Group", "mature", "active", 640_000, 0.71, date(2024, 12, 12), (5, 5, 6, 5)),
    ("江南制造集团", "mid", "active", 312_000, 0.58, date(2024, 11, 28), (8, 7, 6, 4, 3, 3)),
    ("Blue Harbour Logistics", "low", "dormant", 98_000, 0.11, date(2024, 9, 2), (4, 3, 2, 0, 0)),
    ("晨曦教育", "new", "onboarding", 156_000, None, None, ()),
    ("Kestrel Foods", "lost", "churned", None, 0.0, date(2024, 6, 30), (2, 1, 0, 0)),
)
COLUMNS = (
    Column("name", "Customer", sort="name"),
    Column("tier", "Tier", sort="tier"),
    Column("stage", "Stage", sort="stage", wide=True),
    Column("trend", "12 weeks", wide=True),
    Column(
        "arr", "ARR", sort="arr", align="end", why="Annual fees of the subscription lines active"
    ),
    Column("seats", "Seats used", sort="seats", align="end"),
    Column("touched", "Last touch", sort="touched", align="end", wide=True),
)


class ExampleForm(forms.Form):
    """Every kind of field."""

    name = forms.CharField(label="Name", help_text="As it stands in the contract.")
    email = forms.EmailField(label="E-mail")
    industry = forms.ChoiceField(
        label="Industry",
        choices=[("", "Any"), ("health", "Health"), ("retail", "Retail")],
        required=False,
    )
    signed_on = forms.DateField(
        label="Signed on", required=False, widget=forms.DateInput(attrs={"type": "date"})
    )
    note = forms.CharField(label="Note", widget=forms.Textarea, required=False)
    kind = forms.ChoiceField(
        label="Kind",
        choices=[("subscription", "Subscription"), ("one_off", "One-off")],
        widget=forms.RadioSelect,
    )
    agreed = forms.BooleanField(label="The customer has agreed", required=False)
    file = forms.FileField(label="File", required=False)


def context(request: HttpRequest) -> dict[str, Any]:
    table = Table.read(COLUMNS, request.GET.urlencode(), default="-arr", rows=6).counted(312)
    return {
        "themes": [_side("light"), _side("dark")],
        "table": table,
        "empty_table": Table.read(COLUMNS, "", prefix="empty-").counted(0),
        "customers": [
            dict(
                zip(("name", "tier", "stage", "arr", "seats", "touched", "weeks"), row, strict=True)
            )
            for row in CUSTOMERS
        ],
        "marks": {kind: list(marks.values()) for kind, marks in MARKS.items()},
        "hues": list(HUES),
        "navigation": _navigation(),
        "tenant": SimpleNamespace(name="W company", currency="CNY"),
        "day": date(2024, 12, 31),
        "moment": datetime(2024, 12, 31, 17, 5, tzinfo=UTC),
        **_charts(),
        **_parts(),
    }


def _side(theme: str) -> dict[str, Any]:
    filled = ExampleForm(
        {f"{theme}-wrong-name": "", f"{theme}-wrong-email": "nobody"}, prefix=f"{theme}-wrong"
    )
    return {"name": theme, "form": ExampleForm(prefix=theme), "wrong": filled}


def _navigation() -> list[SimpleNamespace]:
    rows = (
        ("My customers", "users", True, None, "c"),
        ("Tiers", "layers", False, None, "t"),
        ("Moves", "arrow-right-left", False, 14, "m"),
        ("Nights", "moon-star", False, None, "n"),
        ("Loads", "upload", False, 2, "l"),
    )
    return [
        SimpleNamespace(label=label, url=f"#{key}", icon=icon, active=active, count=count, key=key)
        for label, icon, active, count, key in rows
    ]


def _charts() -> dict[str, Any]:
    axes = [MatrixAxis(key, MARKS["tier"][key].label, "tier") for key in TIERS]
    moved = {
        ("high", "high"): 38, ("high", "mid"): 2, ("mature", "mature"): 55, ("mature", "high"): 3,
        ("mature", "low"): 1, ("mid", "high"): 2, ("mid", "mid"): 56, ("mid", "low"): 3,
        ("low", "low"): 12, ("low", "mid"): 3, ("low", "lost"): 2, ("new", "new"): 6,
        ("new", "mid"): 2, ("lost", "lost"): 10,
    }  # fmt: skip
    money = Unit("money", "CNY", 0)
    return {
        "tiers_chart": TimeChart(
            "Customers by tier over twelve months",
            MONTHS,
            [
                Series(MARKS["tier"][key].label, values, f"tier-{key}", [f"#{key}"] * 12)
                for key, values in TIERS.items()
            ],
        ),
        "lines_chart": TimeChart(
            "Usage by module",
            MONTHS,
            [
                Series(
                    "Payroll", (820, 860, 905, 880, 940, 990, 1010, 1060, 1100, 1090, 1150, 1210)
                ),
                Series(
                    "Attendance",
                    (640, 650, None, None, 610, 600, 590, 560, 540, 500, 470, 455),
                    "series-2",
                ),
            ],
        ),
        "area_chart": TimeChart(
            "ARR",
            MONTHS,
            [Series("ARR", [9_800_000 + 210_000 * month for month in range(12)])],
            money,
            area=True,
        ),
        "negative_chart": TimeChart(
            "New and churned ARR",
            MONTHS[:6],
            [
                Series("New", (30_000, 42_000, 0, 18_000, 61_000, 25_000), "series-3"),
                Series("Churned", (-12_000, -4_000, -30_000, 0, -9_000, -22_000), "series-2"),
            ],
            money,
        ),
        "empty_chart": TimeChart("Satisfaction", MONTHS, [Series("CSAT", [None] * 12)]),
        "bars": [
            TargetBar("Renewal rate of the due", 0.87, 0.9, Unit("percent")),
            TargetBar("Cash received", 3_420_000, 3_000_000, money, "good"),
            TargetBar("Trained share", None, 0.8, Unit("percent")),
        ],
        "gantt_chart": _plan(),
        "matrix_chart": Matrix(
            "From tier to tier, November to December",
            axes,
            {
                place: Cell(count, count * 41_000, f"#{place[0]}-{place[1]}")
                for place, count in moved.items()
            },
            money,
            frozenset({"new"}),
        ),
    }


def _parts() -> dict[str, Any]:
    return {
        "breadcrumbs": [("Customers", "#"), ("江南制造集团", "#")],
        "tabs": [
            {"label": "Facts", "url": "#", "active": True, "count": None},
            {"label": "Usage", "url": "#", "active": False, "count": None},
            {"label": "Cases", "url": "#", "active": False, "count": 3},
        ],
        "facts": [
            ("Industry", "Manufacturing"),
            ("Region", "East China"),
            ("Size", "2,000 to 5,000"),
            ("Parent", None),
        ],
        "events": [
            {
                "at": datetime(2024, 12, 31, 1, 4, tzinfo=UTC),
                "title": "Mid value → Low value",
                "icon": "trending-down",
                "tone": "warning",
                "body": "Active persons in 30 days fell from 41 to 12.",
            },
            {
                "at": date(2024, 11, 2),
                "title": "Contract HT-2024-118 renewed for three years",
                "icon": "file-check",
                "tone": "good",
                "actor": "Li Wei",
            },
            {"at": date(2024, 8, 14), "title": "Contact 陈静 became key user"},
        ],
        "steps": [
            {
                "title": "Load your customers",
                "state": "done",
                "url": "#",
                "action": "312 loaded",
                "body": "Who you serve, and what they bought.",
            },
            {
                "title": "Load payments or usage",
                "state": "now",
                "url": "#",
                "action": "Load a file",
                "body": "One of them is enough to begin.",
            },
            {
                "title": "Run the first night",
                "state": "next",
                "url": "#",
                "action": "Run",
                "body": "Every customer gets its tier and the reason.",
            },
        ],
        "recovery_link": "https://tenure.example/r/7.4hBq2n-invitation",
    }


def _plan() -> Gantt:
    """Done, running and critical tasks, a milestone, days as agreed."""

    def day(number: int) -> date:
        return date(2026, 6, number)

    rows = (
        GanttRow("phase", "Build", day(1), day(19), is_heading=True),
        GanttRow(
            "1", "Configure", day(1), day(5), "Configure, done", "#", is_done=True,
            started=day(1), finished=day(8), locked=(day(1), day(5)),
        ),
        GanttRow(
            "2", "Develop", day(9), day(16), "Develop, critical", "#", is_critical=True,
            started=day(9), locked=(day(8), day(12)), after=("1",),
        ),
        GanttRow("3", "Clean data", day(8), day(10), "Clean data", "#", after=("1",)),
        GanttRow(
            "4", "Tested", day(19), day(19), "Tested, milestone", "#", is_milestone=True,
            is_critical=True, locked=(day(15), day(15)), after=("2", "3"),
        ),
    )  # fmt: skip
    return Gantt(rows, today=day(11), off=[day(n) for n in (6, 7, 13, 14, 20, 21)])
