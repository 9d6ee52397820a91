"""The lines of the table: what is aimed at, what was measured, whether it suffices."""
from __future__ import annotations

from dataclasses import dataclass
from typing import Iterator, Mapping, Optional

from report.durable_rows import durable_rows
from report.figures import Figures, Spread
from report.http_rows import http_rows
from report.row import (
    MILLION,
    Aim,
    Row,
    at_least,
    at_most,
    digits,
    measured_or_one,
    ratio_row,
)
from report.webhook_rows import webhook_rows

# What a line is of where it does not say otherwise.
_USUAL = {
    "customers": MILLION,
    "alerts": 20,
    "zipf": 0,
    "crossing_permille": 0,
    "threads": 1,
}
_WAYS = {"by_handle": "handle batches", "by_id": "id batches of 4,096"}
_PERIODS = {0: "open-ended", 1: "calendar months"}
# Peers and how many times as many facts as they tocsin is to take; None: no aim.
_PEERS: dict[str, tuple[str, Optional[float]]] = {
    "sqlite": ("SQLite", 50),
    "redis": ("Redis", 100),
    "postgres": ("PostgreSQL", 500),
    "prometheus": ("Prometheus", 50),
    "tbb": ("tbb::concurrent_hash_map", None),
    "boost": ("boost::concurrent_flat_map", None),
}
# Of these the client has one core and the server another.
_ON_TWO_CORES = ("redis", "postgres")


@dataclass(frozen=True)
class Comparison:
    """Facts a second of one setting over those of another; both differ from the usual."""

    what: str
    aim: Aim
    of: str
    over: Mapping[str, int]
    under: Mapping[str, int]


# How many times the time it takes is how many times fewer facts a second there are.
_COMPARISONS = (
    Comparison(
        "2 threads against 1",
        at_least(1.8, "1.8 x or more"),
        "{over} of {under}",
        over={"threads": 2},
        under={},
    ),
    Comparison(
        "1,000 alerts on a measure against 1",
        at_most(1.1, "x the time"),
        "{under} of {over}",
        over={"alerts": 1},
        under={"alerts": 1_000},
    ),
    Comparison(
        "10 M customers against 1 M",
        at_most(2, "x the time"),
        "{under} of {over}",
        over={},
        under={"customers": 10 * MILLION},
    ),
    Comparison(
        "Zipf (s = 1.1), 2 threads on the same hot customers",
        at_least(1, "not slower than uniform"),
        "{over} of {under}",
        over={"threads": 2, "zipf": 1},
        under={"threads": 2},
    ),
)


def table_rows(figures: Figures) -> list[Row]:
    return [
        *_against_floors(figures),
        *_one_fact(figures),
        *_compared(figures),
        *_crossing(figures),
        *_bytes(figures),
        *_alert_for_all(figures),
        *durable_rows(figures),
        *http_rows(figures),
        *webhook_rows(figures),
        *_peers(figures),
    ]


def _facts(figures: Figures, way: str, **changes: int) -> Optional[list[float]]:
    wanted = {**_USUAL, **changes}
    return figures.find(f"Facts/{way}", "items_per_second", **wanted)


# Each of these gives the line for both periods, as far as they were measured.
def _against_floors(figures: Figures) -> Iterator[Row]:
    floors = (
        ("by_handle", "array", "the array floor", 1.5),
        ("by_id", "flat_hash_map", "the bare flat_hash_map loop", 1.3),
    )
    for way, floor_name, floor_text, limit in floors:
        floor = figures.find(
            f"Floor/{floor_name}", "items_per_second", customers=MILLION
        )
        yield from measured_or_one(
            [
                ratio_row(
                    f"{_WAYS[way]}, 1 thread, against {floor_text}",
                    at_most(limit, "x its time"),
                    period,
                    floor,
                    _facts(figures, way, months=months),
                    "{under} of {over}",
                )
                for months, period in _PERIODS.items()
            ]
        )


def _one_fact(figures: Figures) -> Iterator[Row]:
    aims = {"by_id": at_most(250, "ns"), "by_handle": None}
    waits = figures.find("Floor/wait", "items_per_second", customers=MILLION)
    for way, aim in aims.items():
        rows = []
        for months, period in _PERIODS.items():
            found = [
                figures.find(f"OneFact/{way}", counter, customers=MILLION, months=months)
                for counter in ("p50_ns", "p99_ns", "p999_ns")
            ]
            row = Row(f"one fact per call {way.replace('_', ' ')}, p50", aim, period)
            if found[0] is not None:
                texts = [
                    f"{what} {digits(Spread.of(each).median)} ns"
                    for what, each in zip(("p99", "p99.9"), found[1:])
                    if each is not None
                ]
                if waits is not None:
                    wait = 1e9 / Spread.of(waits).median
                    texts.append(f"one wait for memory {digits(wait)} ns")
                figure = Spread.of(found[0])
                row = Row(row.what, aim, period, figure, "ns", ", ".join(texts))
            rows.append(row)
        yield from measured_or_one(rows)


def _compared(figures: Figures) -> Iterator[Row]:
    for comparison in _COMPARISONS:
        for way, way_text in _WAYS.items():
            yield from measured_or_one(
                [
                    ratio_row(
                        f"{comparison.what}, {way_text}",
                        comparison.aim,
                        period,
                        _facts(figures, way, months=months, **comparison.over),
                        _facts(figures, way, months=months, **comparison.under),
                        comparison.of,
                    )
                    for months, period in _PERIODS.items()
                ]
            )


def _crossing(figures: Figures) -> list[Row]:
    aim = at_most(500, "ns more than a fact")
    rows = []
    measured = sorted(
        figures.matching("Crossing", "ns_per_crossing"),
        key=lambda each: each[0].parameters.get("customers", 0),
    )
    for name, crossing in measured:
        fact = figures.find("Crossing", "ns_per_fact", **name.parameters)
        if fact is None:
            continue
        more = [a - b for a, b in zip(crossing, fact, strict=True)]
        customers = name.parameters.get("customers")
        among = f" (of {customers:,} customers in turn)" if customers else ""
        ns = [digits(Spread.of(each).median) for each in (crossing, fact)]
        of = f"{ns[0]} ns, a fact {ns[1]} ns"
        what = f"a crossing, decided and queued{among}"
        rows.append(Row(what, aim, "", Spread.of(more), "ns", of))
    return rows or [Row("a crossing, decided and queued", aim)]


def _bytes(figures: Figures) -> list[Row]:
    what = "bytes for one customer and measure, index included"
    aim = at_most(112, "bytes, whatever the number of alerts")
    # A program of before had the counter under the other name.
    found = [
        (name.parameters.get("alerts", 0), values)
        for counter in ("bytes", "one_sum")
        for name, values in figures.matching("BytesPerCustomer", counter)
    ]
    if not found:
        return [Row(what, aim)]
    found.sort(key=lambda each: each[0])
    most = max((values for _, values in found), key=lambda each: Spread.of(each).median)
    of = ", ".join(
        f"{digits(Spread.of(values).median)} with {alerts:,} alert{'s' * (alerts != 1)}"
        for alerts, values in found
    )
    return [Row(what, aim, "", Spread.of(most), "bytes", of)]


def _alert_for_all(figures: Figures) -> Iterator[Row]:
    aim = at_most(2, "x")
    for workers, text in ((1, "1 worker"), (2, "2 workers beside the caller")):
        what = (
            "creating an alert for 1 M customers, "
            f"{text}: p99 of a batch of facts meanwhile"
        )
        idle, meanwhile, create = (
            figures.find("AlertForAll", counter, customers=MILLION, workers=workers)
            for counter in ("batch_p99_idle_us", "batch_p99_meanwhile_us", "create_ms")
        )
        if idle is None or meanwhile is None:
            yield Row(what, aim)
            continue
        us = [digits(Spread.of(each).median) for each in (meanwhile, idle)]
        of = f"{us[0]} us of {us[1]} us"
        if create is not None:
            of += f"; it took {digits(Spread.of(create).median)} ms"
        yield Row(what, aim, "", Spread.of_ratio(meanwhile, idle), "x", of)


def _peers(figures: Figures) -> Iterator[Row]:
    ours = next(iter(figures.matching("Peers/tocsin", "facts_per_second")), None)
    for peer, (title, limit) in _PEERS.items():
        aim = at_least(limit, f"{limit:g} x or more") if limit else None
        what = f"against {title} on the same facts"
        theirs = next(iter(figures.matching(f"Peers/{peer}", "facts_per_second")), None)
        if ours is None or theirs is None:
            yield Row(what, aim)
            continue
        of = "{over} of {under}"
        customers = [name.parameters["customers"] for name, _ in (ours, theirs)]
        if customers[0] != customers[1]:
            of = f"{{over}} ({customers[0]:,} customers) of {{under}} ({customers[1]:,})"
        yield ratio_row(what, aim, "", ours[1], theirs[1], of)
        if peer in _ON_TWO_CORES:
            # As many cores as the peer and its client have.
            two = _facts(figures, "by_handle", months=0, threads=2)
            what = f"by handle on 2 threads, beside {title} with its client"
            of = "{over} of {under}"
            yield ratio_row(what, None, "", two, theirs[1], of)
