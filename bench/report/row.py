"""A line of the table, and the words in it."""
from __future__ import annotations

from dataclasses import dataclass
from typing import Optional, Sequence

from report.figures import Spread

MILLION = 1_000_000


@dataclass(frozen=True)
class Aim:
    text: str
    limit: float
    at_most: bool = True

    def reached(self, figure: float) -> bool:
        return figure <= self.limit if self.at_most else figure >= self.limit


@dataclass(frozen=True)
class Row:
    what: str
    aim: Optional[Aim]
    period: str = ""
    figure: Optional[Spread] = None  # None: not measured
    unit: str = "x"  # or ns, bytes
    of: str = ""  # the figures that it comes from

    @property
    def verdict(self) -> str:
        if self.figure is None:
            return "not measured"
        if self.aim is None:
            return ""
        return "reached" if self.aim.reached(self.figure.median) else "not reached"

    def to_json(self) -> dict[str, object]:
        return {
            "what": self.what,
            "period": self.period,
            "aim": self.aim.text if self.aim else None,
            "unit": self.unit,
            "figure": self.figure.to_json() if self.figure else None,
            "of": self.of,
            "verdict": self.verdict,
        }


def at_most(limit: float, unit: str) -> Aim:
    return Aim(f"at most {limit:g} {unit}", limit)


def at_least(limit: float, text: str) -> Aim:
    return Aim(text, limit, at_most=False)


def rate(values: Sequence[float]) -> str:
    """A median in facts a second, with three digits: `51.3 M/s`, `326 k/s`."""
    median = Spread.of(values).median
    for step, letter in ((1e6, " M"), (1e3, " k")):
        if median >= step:
            return f"{digits(median / step)}{letter}/s"
    return f"{digits(median)} /s"


def digits(value: float) -> str:
    """Three digits at least, and none of those before the point left out."""
    size = abs(value)
    return f"{value:,.{2 if size < 10 else 1 if size < 100 else 0}f}"


Rates = Optional[list[float]]


def ratio_row(
    what: str, aim: Optional[Aim], period: str, over: Rates, under: Rates, of: str
) -> Row:
    """`of` has `{over}` and `{under}` where the two rates belong."""
    if over is None or under is None:
        return Row(what, aim, period)
    text = of.format(over=rate(over), under=rate(under))
    return Row(what, aim, period, Spread.of_ratio(over, under), "x", text)


def measured_or_one(rows: Sequence[Row]) -> list[Row]:
    """Those that were measured; if none was, one that says so."""
    measured = [row for row in rows if row.figure is not None]
    return measured or [Row(rows[0].what, rows[0].aim)]
