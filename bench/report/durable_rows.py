"""The lines of what is durable, each against what the disk or SQLite allows."""
from __future__ import annotations

from typing import Iterator, Optional

from report.figures import Figures, Spread
from report.row import MILLION, Row, at_most, digits, ratio_row


def durable_rows(figures: Figures) -> Iterator[Row]:
    yield from _batches(figures)
    yield from _resets(figures)
    yield from _checkpoints(figures)
    yield from _beside(figures)
    yield _last_commit(figures)


def _batches(figures: Figures) -> Iterator[Row]:
    for by_handle, whose in ((0, ""), (1, " by handle")):
        for callers, who in ((1, "1 thread"), (4, "4 threads that share commits")):
            for checkpoints, how in ((1, ""), (0, ", without checkpoints")):
                what = (
                    f"durable batches of 4,096{whose}, {who}{how}, against the bare "
                    "SQLite loop that appends the same bytes"
                )
                ours, bare = (
                    figures.find(
                        "Durable/batches",
                        counter,
                        callers=callers,
                        checkpoints=checkpoints,
                        by_handle=by_handle,
                    )
                    for counter in ("facts_per_second", "bare_facts_per_second")
                )
                aim = at_most(2, "x its time")
                yield ratio_row(what, aim, "", bare, ours, "{under} of {over}")


def _resets(figures: Figures) -> Iterator[Row]:
    for in_alarm, who in ((0, ""), (1, " of who is in alarm")):
        what = f"a durable reset{who}, p50 against that of one sync of the disk"
        aim = at_most(2, "x its time")
        call, call_p99, sync, sync_p99, told = (
            figures.find("Durable/reset", counter, in_alarm=in_alarm)
            for counter in (
                "call_p50_us",
                "call_p99_us",
                "sync_p50_us",
                "sync_p99_us",
                "told_p50_us",
            )
        )
        if call is None or call_p99 is None or sync is None or sync_p99 is None:
            yield Row(what, aim)
            continue
        us = [digits(Spread.of(each).median) for each in (call, sync, call_p99, sync_p99)]
        of = f"{us[0]} us of {us[1]} us; p99 {us[2]} us of {us[3]} us"
        if told is not None:
            of += f"; told of after {digits(Spread.of(told).median)} us"
        yield Row(what, aim, "", Spread.of_ratio(call, sync), "x", of)


def _checkpoints(figures: Figures) -> Iterator[Row]:
    for customers in (MILLION, 10 * MILLION):
        of_whom = f"of {customers // MILLION} M customers"
        checkpoint, recovery, replay, store, journal = (
            figures.find("Durable/checkpoint", counter, customers=customers)
            for counter in (
                "checkpoint_s",
                "recovery_s",
                "replay_s",
                "store_bytes",
                "journal_bytes",
            )
        )
        of_checkpoint = of_recovery = ""
        if store is not None:
            of_checkpoint = f"{_megabytes(store)} on the disk then"
        if replay is not None and journal is not None:
            of_recovery = (
                f"{digits(Spread.of(replay).median)} s by doing {_megabytes(journal)} "
                "of journal again, with a fact of each"
            )
        for what, values, of in (
            (f"a checkpoint {of_whom}", checkpoint, of_checkpoint),
            (f"opening a checkpoint {of_whom}, from the disk", recovery, of_recovery),
        ):
            if values is None:
                yield Row(what, None)
            else:
                yield Row(what, None, "", Spread.of(values), "s", of)


def _megabytes(values: list[float]) -> str:
    return f"{digits(Spread.of(values).median / 1e6)} MB"


def _beside(figures: Figures) -> Iterator[Row]:
    for durable, call in ((0, "64 facts a call"), (1, "64 facts a durable call")):
        what = f"{call} while a checkpoint of 1 M customers is written"
        p99, p99_without, longest, kept, longest_without = (
            figures.find("Durable/beside", counter, customers=MILLION, durable=durable)
            for counter in (
                "meanwhile_p99_us",
                "without_p99_us",
                "meanwhile_max_us",
                "kept_meanwhile_max_us",
                "without_max_us",
            )
        )
        if p99 is None or p99_without is None:
            yield Row(f"{what}, p99", None)
        else:
            us = [digits(Spread.of(each).median) for each in (p99, p99_without)]
            ratio = Spread.of_ratio(p99, p99_without)
            yield Row(f"{what}, p99", None, "", ratio, "x", f"{us[0]} us of {us[1]} us")
        if durable:
            # Who waits for the disk gives its processor away.
            yield _longest(f"{what}: the longest", longest, longest, longest_without)
        else:
            what = f"{what}: the longest that kept its processor"
            yield _longest(what, kept, longest, longest_without)


def _longest(
    what: str,
    counts: Optional[list[float]],
    of_all: Optional[list[float]],
    without: Optional[list[float]],
) -> Row:
    aim = at_most(5, "ms")
    if counts is None or of_all is None or without is None:
        return Row(what, aim)
    ms = [digits(Spread.of(us).median / 1e3) for us in (of_all, without)]
    of = f"of all {ms[0]} ms, and {ms[1]} ms while none is written"
    return Row(what, aim, "", Spread.of([us / 1e3 for us in counts]), "ms", of)


def _last_commit(figures: Figures) -> Row:
    what = "the last transaction of a checkpoint, for which durable calls wait"
    aim = at_most(5, "ms")
    last, whole = (
        figures.find("Durable/beside", counter, customers=MILLION, durable=1)
        for counter in ("last_commit_s", "checkpoint_s")
    )
    if last is None or whole is None:
        return Row(what, aim)
    of = f"the checkpoint takes {digits(Spread.of(whole).median)} s in all"
    return Row(what, aim, "", Spread.of([each * 1e3 for each in last]), "ms", of)
