"""Which column of a file probably feeds which column of a kind, from its name alone."""

import re
import unicodedata
from collections.abc import Mapping, Sequence

from .columns import Column

BRACKETED = re.compile(r"[(\[{<【「][^)\]}>】」]*[)\]}>】」]")
# An amount in ten thousands is no amount; such a name is left for a person to match.
SCALE = re.compile(r"[万千亿]|\b(k|m|mn|bn|thousand|thousands|million|millions)\b")
WORD_IN_CAPITALS = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
SAME_WORD = {"number": "no", "num": "no", "nr": "no"}
UNITS = frozenset({"cny", "rmb", "usd", "eur", "yuan", "元", "人民币", "人民币元"})
# Shorter names stand in too many others to say anything.
LEAST_LIKELY = 4
LEAST_LIKELY_CHINESE = 2


def loosened(name: str) -> str:
    """A name as guesses compare it: words in small letters joined by `_`, without units, notes in
    brackets and punctuation; `no` for number, num and #."""
    text = unicodedata.normalize("NFKC", WORD_IN_CAPITALS.sub(" ", name)).casefold()
    text = BRACKETED.sub(lambda note: note[0] if SCALE.search(note[0]) else " ", text)
    words = re.findall(r"\w+", text.replace("#", " no ").replace("_", " "))
    kept = [SAME_WORD.get(word, word) for word in words]
    while len(kept) > 1 and kept[-1] in UNITS:
        kept.pop()
    return "_".join(kept)


def guess_mapping(header: Sequence[str], columns: Sequence[Column]) -> dict[str, str]:
    """Column → name in the file, by the kind's names and their synonyms; the best first.

    A column of the file is guessed for one column of the kind only, but for those that are like it.
    """
    free: dict[str, str] = {}
    for name in header:
        if name:
            free.setdefault(loosened(name), name)
    guesses: dict[str, str] = {}
    rounds = max((len(column.synonyms) for column in columns), default=0) + 1
    for turn in range(rounds):
        for column in columns:
            if column.name in guesses:
                continue
            names = (column.name, *column.synonyms)
            if turn < len(names) and (theirs := free.pop(loosened(names[turn]), None)):
                guesses[column.name] = theirs
    for column in columns:
        if column.like in guesses:
            guesses.setdefault(column.name, guesses[column.like])
    return guesses


def likely_columns(names: Sequence[str], columns: Sequence[Column]) -> Mapping[str, str]:
    """Name in the file → column of the kind that it resembles; names that resemble none are left
    out. Weaker than a guess: a known name stands somewhere in it."""
    known = [
        (loosened(text), column.name)
        for column in columns
        for text in (column.name, *column.synonyms)
    ]
    # The longest known name says most.
    known.sort(key=lambda pair: -len(pair[0]))
    likely = {}
    for name in names:
        given = loosened(name)
        for text, column in known:
            if _stands_in(text, given):
                likely[name] = column
                break
    return likely


def _stands_in(text: str, given: str) -> bool:
    if not text.isascii():
        return len(text) >= LEAST_LIKELY_CHINESE and text in given
    return len(text) >= LEAST_LIKELY and f"_{text}_" in f"_{given}_"
