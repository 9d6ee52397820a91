"""The plots: which lines each has, and drawing them as SVG.

Drawing needs matplotlib (Debian's python3-matplotlib), which is imported only then. The
same figures give the same files, byte by byte.
"""
from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Optional, Sequence

from report.figures import Figures, Spread

# A range of more than this between the least and the largest is drawn on a log axis.
_LOG_FROM = 20
_USUAL = {
    "customers": 1_000_000,
    "alerts": 20,
    "months": 0,
    "zipf": 0,
    "crossing_permille": 0,
    "threads": 1,
}
# Colours that can be told apart by everybody, on white.
_BLUE, _ORANGE, _GREY, _BLACK = "#0072b2", "#d55e00", "#888888", "#000000"


@dataclass(frozen=True)
class Line:
    label: str
    color: str
    style: str
    points: list[tuple[float, Spread]]


@dataclass(frozen=True)
class Chart:
    file: str
    title: str
    x_label: str
    y_label: str
    lines: list[Line]
    # Where the axis is marked with what; None: matplotlib decides, on a log axis.
    ticks: Optional[list[tuple[float, str]]] = None


def charts(figures: Figures) -> list[Chart]:
    """Those of which enough was measured to draw a line."""
    rate = "facts a second, millions"
    over_threads = Chart(
        "threads.svg",
        "Facts a second over threads (1 M customers, 20 alerts)",
        "threads",
        rate,
        _fact_lines(figures, "threads"),
        [(1, "1"), (2, "2")],
    )
    over_customers = Chart(
        "customers.svg",
        "Facts a second over customers (1 thread, 20 alerts)",
        "customers",
        rate,
        _fact_lines(figures, "customers") + _floor_lines(figures),
    )
    over_alerts = Chart(
        "alerts.svg",
        "Facts a second over alerts (1 thread, 1 M customers)",
        "alerts on each measure",
        rate,
        _fact_lines(figures, "alerts"),
    )
    over_crossing = Chart(
        "crossing.svg",
        "Facts a second over facts that cross (1 thread, 1 M customers)",
        "share of the facts that cross a threshold, %",
        rate,
        _fact_lines(figures, "crossing_permille"),
    )
    latency = Chart(
        "latency.svg",
        "One fact per call, by id (1 M customers, 20 alerts)",
        "percentile of the calls",
        "duration of a call, ns",
        _latency_lines(figures),
        [(0, "p50"), (1, "p90"), (2, "p99"), (3, "p99.9")],
    )
    all_charts = [
        over_threads,
        over_customers,
        over_alerts,
        _evenly(over_crossing),
        latency,
    ]
    return [
        chart for chart in all_charts if any(len(line.points) > 1 for line in chart.lines)
    ]


def _fact_lines(figures: Figures, over: str) -> list[Line]:
    lines = []
    for way, color in (("by_handle", _BLUE), ("by_id", _ORANGE)):
        for months, period, style in (
            (0, "open-ended", "-"),
            (1, "calendar months", "--"),
        ):
            wanted = {**_USUAL, "months": months}
            del wanted[over]
            found = figures.matching(f"Facts/{way}", "items_per_second", **wanted)
            points = {name.parameters.get(over, 1): values for name, values in found}
            label = f"{way.replace('_', ' ')}, {period}"
            lines.append(Line(label, color, style, _in_millions(points)))
    return [line for line in lines if line.points]


def _floor_lines(figures: Figures) -> list[Line]:
    lines = []
    for floor, color in (("array", _BLACK), ("flat_hash_map", _GREY)):
        found = figures.matching(f"Floor/{floor}", "items_per_second")
        points = {name.parameters["customers"]: values for name, values in found}
        lines.append(Line(f"floor: {floor}", color, ":", _in_millions(points)))
    return [line for line in lines if line.points]


def _in_millions(points: dict[int, list[float]]) -> list[tuple[float, Spread]]:
    return [
        (x, Spread.of([value / 1e6 for value in values]))
        for x, values in sorted(points.items())
    ]


def _latency_lines(figures: Figures) -> list[Line]:
    lines = []
    counters = ("p50_ns", "p90_ns", "p99_ns", "p999_ns")
    for months, period, style in (
        (0, "open-ended", "-"),
        (1, "calendar months", "--"),
    ):
        points: list[tuple[float, Spread]] = []
        for x, counter in enumerate(counters):
            values = figures.find(
                "OneFact/by_id", counter, customers=1_000_000, months=months
            )
            if values is not None:
                points.append((x, Spread.of(values)))
        lines.append(Line(period, _ORANGE, style, points))
    return [line for line in lines if line.points]


def _evenly(chart: Chart) -> Chart:
    """The shares side by side: no axis has room for both 0 and 0.1 %."""
    shares = sorted({x for line in chart.lines for x, _ in line.points})
    lines = [
        replace(line, points=[(shares.index(x), y) for x, y in line.points])
        for line in chart.lines
    ]
    ticks = [(float(i), f"{share / 10:g}") for i, share in enumerate(shares)]
    return replace(chart, lines=lines, ticks=ticks)


def draw(all_charts: Sequence[Chart], folder: Path) -> None:
    """Errors: ImportError if there is no matplotlib."""
    import matplotlib

    matplotlib.use("svg")
    matplotlib.rcParams.update(
        {
            # Text stays text: small, and of the reader's own fonts.
            "svg.fonttype": "none",
            "svg.hashsalt": "tocsin",
            "font.family": "sans-serif",
            "font.size": 10,
            "axes.grid": True,
            "grid.color": "#dddddd",
            "axes.axisbelow": True,
        }
    )
    for chart in all_charts:
        _draw_one(chart, folder / chart.file)


def _draw_one(chart: Chart, path: Path) -> None:
    from matplotlib.figure import Figure

    figure = Figure(figsize=(7, 4.2), facecolor="white", layout="constrained")
    axes = figure.add_subplot()
    for line in chart.lines:
        spreads = [y for _, y in line.points]
        axes.errorbar(
            [x for x, _ in line.points],
            [y.median for y in spreads],
            yerr=[
                [y.median - y.min for y in spreads],
                [y.max - y.median for y in spreads],
            ],
            label=line.label,
            color=line.color,
            linestyle=line.style,
            marker="o",
            markersize=4,
            capsize=3,
        )
    axes.set_title(chart.title, fontsize=11)
    axes.set_xlabel(chart.x_label)
    axes.set_ylabel(chart.y_label)
    _scale(chart, axes)
    # Below the axes, where it hides no line.
    axes.legend(
        fontsize=9,
        ncols=(len(chart.lines) + 1) // 2,
        frameon=False,
        loc="upper center",
        bbox_to_anchor=(0.5, -0.15),
    )
    figure.savefig(path, metadata={"Date": None})


def _scale(chart: Chart, axes: Any) -> None:
    if chart.ticks is None:
        axes.set_xscale("log")
        _mark_plainly(axes.xaxis, (1,))
    else:
        places = [x for x, _ in chart.ticks]
        axes.set_xticks(places, [text for _, text in chart.ticks])
        axes.set_xlim(min(places) - 0.3, max(places) + 0.3)
    values = [y.median for line in chart.lines for _, y in line.points]
    if max(values) > _LOG_FROM * min(values):
        axes.set_yscale("log")
        _mark_plainly(axes.yaxis, (1, 2, 5))
    else:
        axes.set_ylim(bottom=0)


def _mark_plainly(axis: Any, steps: Sequence[int]) -> None:
    """10,000 and not 10 to the 4th; at so many times each power of ten."""
    from matplotlib.ticker import FuncFormatter, LogLocator, NullLocator

    def plain(value: float, _: object) -> str:
        return f"{value:,.0f}" if value >= 1 else f"{value:g}"

    axis.set_major_locator(LogLocator(subs=steps))
    axis.set_minor_locator(NullLocator())
    axis.set_major_formatter(FuncFormatter(plain))
