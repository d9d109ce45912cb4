"""The demo vendor: everything that `seed_demo` writes, as DataFrames."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd

from config.demo import stories
from config.demo.chance import Chance, Integers
from config.demo.companies import Companies, are_chinese, make_companies
from config.demo.contacts import contact_frames, email_of
from config.demo.contracts import contract_frame, customer_keys, line_frame, make_lines
from config.demo.delivery import change_frame, effort_frame, sow_frame
from config.demo.modules import EVENTS, MODULES, module_frame
from config.demo.money import make_instalments, money_frames
from config.demo.people import Staff, people_frame, staff_of
from config.demo.profiles import Profiles, make_profiles
from config.demo.projects import project_frame, project_plans
from config.demo.service import case_frame, touchpoint_frame
from config.demo.timeline import Timeline
from config.demo.usage import LEAD_DAYS, usage_frames
from config.demo.users import Users, make_users

# Usage thins beyond so many customers, which keeps a demo of any size near twenty million rows.
FULL_USAGE_CUSTOMERS = 25_000

_SIZES = ((100, "1-99"), (500, "100-499"), (2_000, "500-1,999"), (10_000, "2,000-9,999"))
_LARGEST = "10,000+"


@dataclass(frozen=True)
class Facts:
    """The facts of some customers, one frame per kind; see the maker of each for its columns.

    customers: key, name, industry, size, region, currency, parent (key or empty), salesperson,
    service_manager, project_manager (e-mail or empty), employees, city, story, known_on.
    """

    customers: pd.DataFrame
    contacts: pd.DataFrame
    contact_roles: pd.DataFrame
    contracts: pd.DataFrame
    contract_lines: pd.DataFrame
    instalments: pd.DataFrame
    payments: pd.DataFrame
    projects: pd.DataFrame
    sow: pd.DataFrame
    change_requests: pd.DataFrame
    effort: pd.DataFrame
    touchpoints: pd.DataFrame
    cases: pd.DataFrame


@dataclass(frozen=True)
class Vendor:
    """A vendor of HR software with so many customers, as it stands after the day `until`.

    The same seed, until and months give the same facts to the byte, in whatever batches they are
    asked for; the first n customers are the same however many follow. `months` of usage are
    complete: a quarter before them is made too, so that the first month-end looks back on one.
    """

    seed: int
    until: date
    customers: int = 200
    months: int = 18
    timezone: str = "Asia/Shanghai"
    currency: str = "CNY"
    domain: str = "tenure-demo.example"

    @cached_property
    def timeline(self) -> Timeline:
        return Timeline(self.until)

    @cached_property
    def chance(self) -> Chance:
        return Chance(self.seed)

    def modules(self) -> pd.DataFrame:
        """key, name (both languages), name_zh, name_en."""
        return module_frame()

    def people(self) -> pd.DataFrame:
        """name, email, job of everyone the vendor employs; those who can sign in first."""
        return people_frame(self.chance, self.customers, self.domain)

    def batches(self, size: int = 10_000) -> Iterator[Facts]:
        """All facts but usage, for `size` customers at a time; parents come before subsidiaries."""
        for number in self._numbers(size):
            yield self._facts(number)

    def facts(self) -> Facts:
        """All facts but usage at once."""
        return next(self.batches(max(self.customers, 1)))

    def usage(self, rows: int = 500_000) -> Iterator[pd.DataFrame]:
        """Usage in frames of at most `rows`, ordered by month; see `usage_frames` for columns."""
        zone = ZoneInfo(self.timezone)
        return usage_frames(
            self.chance, self.timeline, self._users, self._first_usage_day, zone, rows
        )

    @property
    def usage_days(self) -> int:
        """How many days usage covers."""
        return 1 - self._first_usage_day

    def usage_days_until(self, moment: pd.Timestamp) -> int:
        """How many of these days have passed at a moment of usage."""
        day = self.timeline.day_of(moment.tz_convert(self.timezone).date())
        return day - self._first_usage_day + 1

    @cached_property
    def _first_usage_day(self) -> int:
        months_ago = self.timeline.months_later(np.zeros(1, dtype=np.int64), -self.months)
        return int(months_ago[0]) + 1 - LEAD_DAYS

    def persons(self, size: int = 100_000) -> Iterator[pd.DataFrame]:
        """Who may appear in usage: customer (number), place, email."""
        for number in self._numbers(size):
            chosen = np.isin(self._users.number[self._users.customer], number)
            profiles = make_profiles(self.chance, self.timeline, number)
            customer = self._users.customer[chosen] - int(number[0])
            place = self._users.place[chosen]
            yield pd.DataFrame(
                {
                    "customer": number[customer],
                    "place": place,
                    "email": email_of(
                        self.chance,
                        number[customer],
                        place,
                        are_chinese(self.chance, profiles.root)[customer],
                        self._companies(profiles).domain[customer],
                    ),
                }
            )

    def readable(self, usage: pd.DataFrame) -> pd.DataFrame:
        """A usage frame with keys instead of positions: the columns of a usage file."""
        persons = pd.concat(self.persons(), ignore_index=True)
        known = persons.set_index(["customer", "place"])["email"]
        cells = pd.MultiIndex.from_frame(usage[["customer", "place"]])
        modules = np.array([module.key for module in MODULES], dtype=object)
        return pd.DataFrame(
            {
                "customer": customer_keys(usage["customer"].to_numpy()),
                "occurred_at": usage["occurred_at"].to_numpy(),
                "event": np.array(EVENTS, dtype=object)[usage["event"].to_numpy()],
                "person": known.reindex(cells).to_numpy(),
                "module": modules[usage["module"].to_numpy()],
                "message_id": [f"demo-{entry:010d}" for entry in usage["message"].tolist()],
                "count": usage["count"].to_numpy(),
            }
        )

    @cached_property
    def _users(self) -> Users:
        per_customer = min(1.0, FULL_USAGE_CUSTOMERS / max(self.customers, 1))
        parts = []
        for number in self._numbers(10_000):
            profiles = make_profiles(self.chance, self.timeline, number)
            lines = make_lines(self.chance, self.timeline, profiles)
            parts.append(make_users(self.chance, profiles, lines, per_customer))
        return Users.joined(parts)

    def _numbers(self, size: int) -> Iterator[Integers]:
        # Whole hundreds keep groups of companies in one batch.
        step = -(-size // stories.BLOCK) * stories.BLOCK
        for start in range(0, self.customers, step):
            yield np.arange(start, min(start + step, self.customers), dtype=np.int64)

    def _companies(self, profiles: Profiles) -> Companies:
        heads = np.isin(profiles.number % stories.BLOCK, stories.GROUP_HEADS)
        return make_companies(self.chance, profiles.number, profiles.root, heads)

    def _facts(self, number: Integers) -> Facts:
        chance, timeline = self.chance, self.timeline
        profiles = make_profiles(chance, timeline, number)
        companies = self._companies(profiles)
        staff = staff_of(chance, profiles.root, self.domain)
        lines = make_lines(chance, timeline, profiles)
        instalments = make_instalments(chance, timeline, profiles, lines)
        contacts, roles = contact_frames(chance, timeline, profiles, companies)
        plans = project_plans(chance, timeline, profiles)
        sow = sow_frame(chance, timeline, profiles, plans)
        changes = change_frame(chance, timeline, profiles, plans, sow)
        due, payments = money_frames(chance, timeline, profiles, instalments, self.currency)
        return Facts(
            customers=self._customer_frame(profiles, companies, staff),
            contacts=contacts,
            contact_roles=roles,
            contracts=contract_frame(timeline, profiles, self.currency),
            contract_lines=line_frame(timeline, profiles, lines),
            instalments=due,
            payments=payments,
            projects=project_frame(chance, timeline, profiles, plans, staff.project_manager),
            sow=sow.drop(columns="place"),
            change_requests=changes.drop(columns="place"),
            effort=effort_frame(chance, timeline, profiles, plans, sow, changes, staff),
            touchpoints=touchpoint_frame(chance, timeline, profiles, staff),
            cases=case_frame(chance, timeline, profiles, ZoneInfo(self.timezone)),
        )

    def _customer_frame(
        self, profiles: Profiles, companies: Companies, staff: Staff
    ) -> pd.DataFrame:
        number, root = profiles.number, profiles.root
        limits = np.array([limit for limit, _ in _SIZES])
        bands = np.array([*(name for _, name in _SIZES), _LARGEST], dtype=object)
        has_parent = root != number
        return pd.DataFrame(
            {
                "key": customer_keys(number),
                "name": companies.name,
                "industry": companies.industry,
                "size": bands[np.searchsorted(limits, profiles.employees, side="right")],
                "region": companies.region,
                "currency": self.currency,
                "parent": np.where(has_parent, customer_keys(root), ""),
                "salesperson": staff.salesperson,
                "service_manager": np.where(profiles.signs, staff.service_manager, ""),
                "project_manager": np.where(profiles.signs, staff.project_manager, ""),
                "employees": profiles.employees,
                "city": companies.city,
                "story": np.array(stories.KEYS, dtype=object)[profiles.story],
                "known_on": self.timeline.dates(profiles.created),
            }
        )
