"""The lines of webhooks: receivers on the loopback, on the same cores as the sender."""
from __future__ import annotations

from typing import Iterator

from report.figures import Figures, Spread
from report.row import Aim, Row, at_least, at_most, digits, rate

_WHERE = {0: "in memory", 1: "durable"}


def webhook_rows(figures: Figures) -> Iterator[Row]:
    for durable, where in _WHERE.items():
        yield _deliveries(figures, durable, where)
    p50_aim, p99_aim = at_most(2, "ms"), at_most(10, "ms")
    yield _delay(figures, "p50", p50_aim)
    yield _delay(figures, "p99", p99_aim)
    yield _hanging(figures)
    yield _waiting(figures)


def _deliveries(figures: Figures, durable: int, where: str) -> Row:
    what = f"webhooks delivered to one endpoint, {where}"
    aim = at_least(5, "5,000 /s or more")
    found = figures.find("Webhook/deliveries", "deliveries_per_second", durable=durable)
    if found is None:
        return Row(what, aim)
    thousands = Spread.of([each / 1e3 for each in found])
    return Row(what, aim, "", thousands, "k/s", rate(found))


def _delay(figures: Figures, name: str, aim: Aim) -> Row:
    what = f"from a fact to the webhook of it, all durable, one at a time: {name}"
    found = figures.find("Webhook/of_a_fact", f"webhook_{name}_us")
    if found is None:
        return Row(what, aim)
    return Row(what, aim, "", Spread.of([us / 1e3 for us in found]), "ms")


def _hanging(figures: Figures) -> Row:
    what = "one of 100 endpoints hangs: p99 of the others"
    aim = at_most(1.2, "x of none hanging")
    hanging, none = (
        figures.find("Webhook/hundred", "webhook_p99_us", one_hangs=hangs)
        for hangs in (1, 0)
    )
    if hanging is None or none is None:
        return Row(what, aim)
    ratio = Spread.of([a / b for a, b in zip(hanging, none, strict=True)])
    ms = [digits(Spread.of(each).median / 1e3) for each in (hanging, none)]
    return Row(what, aim, "", ratio, "x", f"{ms[0]} ms of {ms[1]} ms")


def _waiting(figures: Figures) -> Row:
    what = "a sink of webhooks begins where 300,000 wait, from the disk"
    seconds, on_disk, in_memory = (
        figures.find("Webhook/waiting", counter, waiting=300_000)
        for counter in ("open_s", "bytes_on_disk", "bytes_in_memory")
    )
    if seconds is None or on_disk is None or in_memory is None:
        return Row(what, None)
    disk, memory = (f"{Spread.of(each).median:.0f}" for each in (on_disk, in_memory))
    of = f"each takes {disk} bytes on the disk and {memory} in memory"
    return Row(what, None, "", Spread.of(seconds), "s", of)
