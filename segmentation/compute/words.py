"""Columns of words with a fixed vocabulary: stages, tiers, levels, segments."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd


def from_codes(
    codes: npt.NDArray[Any], words: Sequence[str], index: pd.Index, *, ordered: bool = False
) -> "pd.Series[Any]":
    """A categorical column: code k is words[k], -1 is missing."""
    dtype: pd.CategoricalDtype[str] = pd.CategoricalDtype(list(words), ordered=ordered)
    return pd.Series(pd.Categorical.from_codes(codes.astype(np.int16), dtype=dtype), index=index)


def codes_of(column: "pd.Series[Any]", words: Sequence[str]) -> npt.NDArray[np.int64]:
    """The inverse, also for columns of strings; what is missing or no such word is -1."""
    if isinstance(column.dtype, pd.CategoricalDtype) and (
        list(column.cat.categories) == list(words)
    ):
        return column.cat.codes.to_numpy().astype(np.int64)
    return pd.Index(list(words)).get_indexer(pd.Index(column.astype(object))).astype(np.int64)
