"""The kinds of value a column may hold: each turns a cell's text into the text PostgreSQL reads.

`None` stands for an empty cell. Everything arrives and leaves as text: the id NA stays NA, 007
stays 007, and no number passes through a float.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from .amounts import AmountStyle, are_plain_amounts, parse_amount, parse_whole, plain
from .dates import AskOrder, are_plain_days, are_plain_moments, parse_day, parse_moment
from .faults import Reason

# What surrounds a value without being part of it: spaces of all widths, marks without width.
MARGIN = " \t\r\n\v\f\u00a0\u2007\u202f\u3000\ufeff\u200b\u200e\u200f"

TRUE = frozenset({"true", "t", "yes", "y", "1", "是", "真", "有", "对"})
FALSE = frozenset({"false", "f", "no", "n", "0", "否", "假", "无", "不"})

_currency = re.compile(r"[A-Z]{3}").fullmatch
# An amount without a currency, in brackets or not; the rest is for `parse_amount` to judge.
_quantity = re.compile(r"[-+(]?[\d.,' ]*\d[-)]?", re.ASCII).fullmatch
_email = re.compile(r"[^\s@<>,;]+@[^\s@<>,;]+").fullmatch


@dataclass(frozen=True, slots=True)
class Conventions:
    """What is told apart for the file as a whole, and what the tenant fixes."""

    dates: AskOrder
    amounts: AmountStyle

    @property
    def currency(self) -> str:
        return self.amounts.currency


Parse = Callable[[str], str | None | Reason]
ArePlain = Callable[[Sequence[str]], bool]


@dataclass(frozen=True, slots=True)
class ValueType:
    """A kind of value. `parse` is made once per file and gets cells stripped and never empty."""

    def parser(self, conventions: Conventions) -> Parse:
        """The function that reads one cell."""
        raise NotImplementedError

    def are_plain(self, conventions: Conventions) -> ArePlain | None:
        """A quick look at many cells: whether all come out as they stand."""
        return None


@dataclass(frozen=True, slots=True)
class Text(ValueType):
    """Free text up to `longest` characters."""

    longest: int = 500

    def parser(self, conventions: Conventions) -> Parse:
        longest = self.longest

        def parse(text: str) -> str | Reason:
            return text if len(text) <= longest else Reason("too_long", {"longest": longest})

        return parse

    def are_plain(self, conventions: Conventions) -> ArePlain:
        return lambda texts: max(map(len, texts), default=0) <= self.longest


@dataclass(frozen=True, slots=True)
class Email(ValueType):
    """An e-mail address."""

    def parser(self, conventions: Conventions) -> Parse:
        def parse(text: str) -> str | Reason:
            return text if len(text) <= 254 and _email(text) else Reason("not_an_email")

        return parse


@dataclass(frozen=True, slots=True)
class Person(ValueType):
    """A person of the vendor: an e-mail address in small letters, or free text as it stands."""

    def parser(self, conventions: Conventions) -> Parse:
        def parse(text: str) -> str | Reason:
            if len(text) > 254:
                return Reason("too_long", {"longest": 254})
            return text.lower() if "@" in text else text

        return parse


@dataclass(frozen=True, slots=True)
class Day(ValueType):
    """A date, as YYYY-MM-DD."""

    def parser(self, conventions: Conventions) -> Parse:
        return lambda text: parse_day(text, conventions.dates)

    def are_plain(self, conventions: Conventions) -> ArePlain:
        return are_plain_days


@dataclass(frozen=True, slots=True)
class Moment(ValueType):
    """A date with or without a time and zone, for timestamptz."""

    def parser(self, conventions: Conventions) -> Parse:
        return lambda text: parse_moment(text, conventions.dates)

    def are_plain(self, conventions: Conventions) -> ArePlain:
        return are_plain_moments


@dataclass(frozen=True, slots=True)
class Amount(ValueType):
    """Money in the tenant's currency, exact; `negative` says whether it may be below zero."""

    negative: bool = True

    def parser(self, conventions: Conventions) -> Parse:
        style = conventions.amounts
        if self.negative:
            return lambda text: parse_amount(text, style)

        def parse(text: str) -> str | Reason:
            amount = parse_amount(text, style)
            if isinstance(amount, str) and Decimal(amount) < 0:
                return Reason("negative")
            return amount

        return parse

    def are_plain(self, conventions: Conventions) -> ArePlain:
        def are_plain(texts: Sequence[str]) -> bool:
            signs = self.negative or not any("-" in text for text in texts)
            return signs and are_plain_amounts(texts, conventions.amounts)

        return are_plain


@dataclass(frozen=True, slots=True)
class Quantity(Amount):
    """How much of something, exact, not below zero: an amount without a currency.

    `decimals`: at most so many; `is_positive`: zero is refused too; `most`: at most so much.
    """

    decimals: int = 3
    is_positive: bool = False
    most: int = 10_000_000

    def parser(self, conventions: Conventions) -> Parse:
        style = conventions.amounts
        most, decimals, is_positive = self.most, self.decimals, self.is_positive

        def parse(text: str) -> str | Reason:
            if not _quantity(plain(text)):
                return Reason("not_a_quantity")
            number = parse_amount(text, style)
            if isinstance(number, Reason):
                return Reason("not_a_quantity") if number.code == "not_an_amount" else number
            value = Decimal(number)
            if value < 0 or (is_positive and value == 0):
                return Reason("not_positive" if is_positive else "negative_quantity")
            if value > most:
                return Reason("quantity_too_large", {"most": most})
            if round(value, decimals) != value:
                return Reason("too_many_decimals", {"decimals": decimals})
            return number

        return parse

    def are_plain(self, conventions: Conventions) -> ArePlain:
        # Bounds are looked at value by value.
        return lambda texts: False


@dataclass(frozen=True, slots=True)
class Whole(ValueType):
    """A whole number, 0 or more."""

    def parser(self, conventions: Conventions) -> Parse:
        return parse_whole


@dataclass(frozen=True, slots=True)
class Flag(ValueType):
    """Yes or no."""

    def parser(self, conventions: Conventions) -> Parse:
        def parse(text: str) -> str | Reason:
            word = plain(text).lower()
            if word in TRUE:
                return "true"
            return "false" if word in FALSE else Reason("not_a_flag")

        return parse


@dataclass(frozen=True, slots=True)
class Choice(ValueType):
    """One of a few words. `also`: (other word, the one it stands for)."""

    choices: tuple[str, ...]
    also: tuple[tuple[str, str], ...] = ()

    def parser(self, conventions: Conventions) -> Parse:
        choices, also = self.choices, dict(self.also)

        def parse(text: str) -> str | Reason:
            word = _word(text)
            word = also.get(word, word)
            return word if word in choices else Reason("not_a_choice", {"choices": list(choices)})

        return parse


@dataclass(frozen=True, slots=True)
class Choices(ValueType):
    """Several of a few words, `a;b`; comes out sorted, each once, joined by `;`."""

    choices: tuple[str, ...]

    def parser(self, conventions: Conventions) -> Parse:
        choices = self.choices

        def parse(text: str) -> str | None | Reason:
            words = {_word(part) for part in re.split("[;；]", text) if part.strip(MARGIN)}
            if words <= set(choices):
                return ";".join(sorted(words)) or None
            return Reason("not_a_choice", {"choices": list(choices)})

        return parse


@dataclass(frozen=True, slots=True)
class Currency(ValueType):
    """A currency code, which must be the tenant's until there are exchange rates."""

    def parser(self, conventions: Conventions) -> Parse:
        expected = conventions.currency

        def parse(text: str) -> str | Reason:
            code = plain(text).upper()
            code = {"RMB": "CNY"}.get(code, code)
            if not _currency(code):
                return Reason("not_a_currency")
            if code != expected:
                return Reason("other_currency", {"currency": code, "expected": expected})
            return code

        return parse


def _word(text: str) -> str:
    return re.sub(r"[\s-]+", "_", text.strip(MARGIN).lower())
