"""Which tasks wait for each other, of any number at once."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

Ids = npt.NDArray[np.int64]


def circles(predecessors: Ids, successors: Ids) -> list[list[int]]:
    """The tasks of each circle, as ids in order; parallel arrays name what each link leads from and
    to. Circles that share a task are one (Tarjan's strongly connected components).
    """
    if not len(predecessors):
        return []
    ids, places = np.unique(np.concatenate([predecessors, successors]), return_inverse=True)
    first, second = np.split(places, 2)
    links = coo_array(
        (np.ones(len(first), dtype=np.int8), (first, second)), shape=(len(ids), len(ids))
    )
    _count, part = connected_components(links.tocsr(), directed=True, connection="strong")
    sizes = np.bincount(part)
    found: dict[int, list[int]] = {}
    for place in np.flatnonzero(sizes[part] > 1):
        found.setdefault(int(part[place]), []).append(int(ids[place]))
    return list(found.values())


def path_in(circle: Sequence[int], predecessors: Ids, successors: Ids) -> list[int]:
    """One way round among the tasks of a circle: each is waited for by the next, and the first stands
    at the end again."""
    members = set(circle)
    waits: dict[int, list[int]] = {task: [] for task in circle}
    for first, second in zip(predecessors.tolist(), successors.tolist(), strict=True):
        if first in members and second in members:
            waits[second].append(first)
    walked: list[int] = []
    at = min(circle)
    while at not in walked:
        walked.append(at)
        at = waits[at][0]
    way = walked[walked.index(at) :]
    return [at, *reversed(way)]
