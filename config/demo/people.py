"""The vendor's own people: those who can sign in to the demo, and their colleagues."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from config.demo.chance import Chance, Integers
from config.demo.persons import make_people

# One unit of the vendor serves so many customers.
CUSTOMERS_PER_UNIT = 200
_PER_UNIT = {"service_manager": 5, "project_manager": 4, "salesperson": 4}
# Company number under which the names of colleagues are drawn; customers count from 0.
_VENDOR = -7


@dataclass(frozen=True)
class Member:
    """Someone who can sign in. `leads` and `team` are keys of TEAMS."""

    address: str
    name: str
    roles: tuple[str, ...]
    team: str
    leads: bool
    language: str


@dataclass(frozen=True)
class Team:
    key: str
    name: str


TEAMS = (
    Team("service", "客户服务部 Customer service"),
    Team("delivery", "实施交付部 Delivery"),
    Team("product", "产品部 Product"),
)

# Every role once, a second service manager, and the lead of the service team.
MEMBERS = (
    Member("yue.lin", "林悦 Lin Yue", ("service_manager",), "service", False, "zh-hans"),
    Member("maya.collins", "Maya Collins", ("service_manager",), "service", False, "en"),
    Member("min.zhou", "周敏 Zhou Min", ("service_manager",), "service", True, "zh-hans"),
    Member("lei.wang", "王磊 Wang Lei", ("project_manager",), "delivery", True, "zh-hans"),
    Member("tom.keller", "Tom Keller", ("team_member",), "delivery", False, "en"),
    Member("xiang.li", "李想 Li Xiang", ("product_manager",), "product", True, "zh-hans"),
    Member("hong.zhao", "赵宏 Zhao Hong", ("executive",), "", False, "zh-hans"),
    Member("jia.sun", "孙佳 Sun Jia", ("admin",), "", False, "zh-hans"),
)
# Posts of the first unit that members hold, by their place; the demo's own project manager has one
# to whom projects that run have fallen.
_HELD = {
    "service_manager": {0: "yue.lin", 1: "maya.collins", 2: "min.zhou"},
    "project_manager": {1: "lei.wang"},
    "salesperson": {},
}


@dataclass(frozen=True)
class Staff:
    """E-mail addresses per customer: who sells to, implements for and serves it."""

    salesperson: NDArray[np.object_]
    project_manager: NDArray[np.object_]
    service_manager: NDArray[np.object_]


def _posts(chance: Chance, units: Integers, job: str) -> tuple[NDArray[np.object_], ...]:
    """Names and e-mail names of a job's holders: arrays (units, holders per unit)."""
    width = _PER_UNIT[job]
    before = sum(
        count
        for other, count in _PER_UNIT.items()
        if list(_PER_UNIT).index(other) < list(_PER_UNIT).index(job)
    )
    place = before + np.tile(np.arange(width), len(units))
    unit = np.repeat(units, width)
    chinese = chance.happens(0.8, f"{job} language", unit, place)
    names, addresses = make_people(chance, unit * 0 + _VENDOR - unit, place, chinese)
    # Two of the same name in different units: the later one gets the unit's number.
    addresses = np.where(unit > 0, addresses + unit.astype(str).astype(object), addresses)
    names, addresses = names.reshape(-1, width), addresses.reshape(-1, width)
    if len(units) and units[0] == 0:
        by_address = {member.address: member.name for member in MEMBERS}
        for position, address in _HELD[job].items():
            names[0, position], addresses[0, position] = by_address[address], address
    return names, addresses


def staff_of(chance: Chance, root: Integers, domain: str) -> Staff:
    """The people in charge of each customer; companies of one group share them."""
    units, unit = np.unique(root // CUSTOMERS_PER_UNIT, return_inverse=True)
    chosen = {}
    for job, width in _PER_UNIT.items():
        _, addresses = _posts(chance, units, job)
        place = chance.between(0, width - 1, f"{job} in charge", root)
        chosen[job] = addresses[unit, place] + f"@{domain}"
    return Staff(**chosen)


def people_frame(chance: Chance, customers: int, domain: str) -> pd.DataFrame:
    """Everyone the vendor employs for so many customers: name, email, job.

    The members come first, in the order of MEMBERS; their job is their first role.
    """
    members = pd.DataFrame(
        {
            "name": [member.name for member in MEMBERS],
            "email": [f"{member.address}@{domain}" for member in MEMBERS],
            "job": [member.roles[0] for member in MEMBERS],
        }
    )
    units = np.arange(-(-customers // CUSTOMERS_PER_UNIT))
    parts = [members]
    for job in _PER_UNIT:
        names, addresses = _posts(chance, units, job)
        parts.append(
            pd.DataFrame(
                {
                    "name": names.reshape(-1),
                    "email": addresses.reshape(-1) + f"@{domain}",
                    "job": job,
                }
            )
        )
    everyone = pd.concat(parts, ignore_index=True)
    return everyone.drop_duplicates("email", ignore_index=True)
