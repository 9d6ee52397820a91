"""The lines of what is served over HTTP on the loopback, clients on the same cores."""
from __future__ import annotations

from typing import Iterator

from report.figures import Figures, Spread
from report.row import Row, at_least, at_most, digits, rate

_WHERE = {0: "in memory", 1: "durable"}
_HANGING = {0: "", 1: ", beside 10,000 idle and 100 slow connections"}


def http_rows(figures: Figures) -> Iterator[Row]:
    for durable in _WHERE:
        for hanging in _HANGING:
            yield from _facts(figures, durable, hanging)
    for durable in _WHERE:
        for hanging in _HANGING:
            yield from _resets(figures, durable, hanging)
    yield _memory(figures)


def _facts(figures: Figures, durable: int, hanging: int) -> Iterator[Row]:
    for lines, form in ((0, "a JSON array"), (1, "NDJSON")):
        if lines and hanging:
            continue
        for connections, over in ((1, "1 connection"), (4, "4 connections")):
            yield _rate_row(
                figures,
                "facts",
                f"facts over HTTP, 1,000 a request as {form}, over {over}, "
                f"{_WHERE[durable]}{_HANGING[hanging]}",
                500,
                {
                    "connections": connections,
                    "lines": lines,
                    "durable": durable,
                    "hanging": hanging,
                },
            )


def _resets(figures: Figures, durable: int, hanging: int) -> Iterator[Row]:
    where = f"{_WHERE[durable]}{_HANGING[hanging]}"
    for connections, in_flight in ((1, 1), (16, 1), (64, 1), (16, 16)):
        over = f"over {connections} connection{'s' * (connections > 1)}"
        how = f", {in_flight} pipelined on each" if in_flight > 1 else ""
        wanted = {
            "connections": connections,
            "in_flight": in_flight,
            "durable": durable,
            "hanging": hanging,
        }
        what = f"resets over HTTP, {over}{how}, {where}"
        yield _rate_row(figures, "resets", what, 20, wanted)
        aim = at_most(5, "ms")
        p50, p99, p999 = (
            figures.find("Http/resets", f"request_{name}_us", **wanted)
            for name in ("p50", "p99", "p999")
        )
        if p50 is None or p99 is None or p999 is None:
            yield Row(f"{what}: p99", aim)
            continue
        of = f"p50 {_milliseconds(p50)} ms, p99.9 {_milliseconds(p999)} ms"
        p99_ms = Spread.of([us / 1e3 for us in p99])
        yield Row(f"{what}: p99", aim, "", p99_ms, "ms", of)


def _rate_row(
    figures: Figures, kind: str, what: str, thousands: int, wanted: dict[str, int]
) -> Row:
    aim = at_least(thousands, f"{thousands},000 /s or more")
    found, p50, p99 = (
        figures.find(f"Http/{kind}", counter, **wanted)
        for counter in (f"{kind}_per_second", "request_p50_us", "request_p99_us")
    )
    if found is None or p50 is None or p99 is None:
        return Row(what, aim)
    took = f"p50 {_milliseconds(p50)} ms, p99 {_milliseconds(p99)} ms"
    of = f"{rate(found)}; a request {took}"
    return Row(what, aim, "", Spread.of([each / 1e3 for each in found]), "k/s", of)


def _milliseconds(us: list[float]) -> str:
    return digits(Spread.of(us).median / 1e3)


def _memory(figures: Figures) -> Row:
    what = "memory that the second million of 2.16 M requests over HTTP takes more"
    aim = at_most(1, "MB")
    resident, first, second = (
        figures.find("Http/memory", counter)
        for counter in ("resident_bytes", "first_half_bytes", "second_half_bytes")
    )
    if resident is None or first is None or second is None:
        return Row(what, aim)
    of = (
        f"{digits(Spread.of(resident).median / 1e6)} MB resident in the end, of which "
        f"{digits(Spread.of(first).median / 1e6)} MB came with the first million"
    )
    return Row(what, aim, "", Spread.of([each / 1e6 for each in second]), "MB", of)
