"""Runs the programs, round by round."""
from __future__ import annotations

import re
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Optional, Sequence

from report.figures import parse_name
from report.machine import OtherWork
from report.reading import Read, read_benchmarks, read_peers

FAMILIES = (
    "Facts",
    "Floor",
    "OneFact",
    "AlertForAll",
    "BytesPerCustomer",
    "Crossing",
    "Durable",
    "Http",
    "Webhook",
)
PEERS = ("sqlite", "redis", "postgres", "prometheus", "tbb", "boost")


@dataclass(frozen=True)
class Effort:
    rounds: int
    seconds_per_benchmark: float
    customers_max: int
    seconds_per_peer: float
    peers_customers: int


FULL = Effort(5, 0.5, 10_000_000, 3, 1_000_000)
QUICK = Effort(2, 0.1, 1_000_000, 0.5, 100_000)


@dataclass(frozen=True)
class Programs:
    bench: Path
    peers: Optional[Path]  # None: they could not be built
    work: Path  # a folder for what they print


def say(text: str) -> None:
    print(f"dev: {text}", file=sys.stderr, flush=True)


def measure(
    programs: Programs, effort: Effort, wanted: str
) -> tuple[list[dict[str, dict[str, float]]], list[str], list[float]]:
    """The figures of each round, the notes, and how much other work there was in each.

    `wanted` is a regular expression; of benchmarks and of `Peers/redis` and the like.
    """
    names = select(_list(programs.bench), effort.customers_max, wanted)
    peers = [peer for peer in PEERS if re.search(wanted, f"Peers/{peer}")]
    if programs.peers is None:
        peers = []
    if not names and not peers:
        raise SystemExit(f"dev: --filter {wanted} leaves nothing to measure")
    seconds = expected_seconds(names, peers, effort)
    say(
        f"{effort.rounds} rounds of {len(names)} benchmarks and {len(peers)} peers, "
        f"about {in_words(seconds * effort.rounds)}; leave the machine alone meanwhile"
    )
    rounds, others, together = [], [], Read()
    start = time.monotonic()
    for number in range(1, effort.rounds + 1):
        work = OtherWork()
        read = Read()
        if names:
            say(f"round {number} of {effort.rounds}: the benchmarks")
            read.add(_run_benchmarks(programs, effort, names, number))
        if peers:
            say(f"round {number} of {effort.rounds}: the peers")
            read.add(_run_peers(programs, effort, peers, number))
        rounds.append(read.figures)
        others.append(work.cores())
        together.add(Read({}, read.notes))
        left = (time.monotonic() - start) / number * (effort.rounds - number)
        if left > 0:
            say(f"about {in_words(left)} left; other work took {others[-1]:.2f} cores")
    return rounds, together.notes, others


def select(names: Sequence[str], customers_max: int, wanted: str) -> list[str]:
    """Those that the report needs, of so many customers at most."""
    selected = []
    for text in names:
        name = parse_name(text)
        if (
            name.family.split("/")[0] in FAMILIES
            and name.parameters.get("customers", 0) <= customers_max
            and re.search(wanted, text)
        ):
            selected.append(text)
    return selected


def exactly(names: Sequence[str]) -> str:
    """A filter for the benchmarks of these names and for no other."""
    # Besides letters, names have only `_/:` and perhaps points.
    return "^(" + "|".join(name.replace(".", "[.]") for name in names) + ")$"


def expected_seconds(
    names: Sequence[str], peers: Sequence[str], effort: Effort
) -> float:
    """Of a round; roughly, as only the machine knows."""
    seconds = 0.0
    for text in names:
        name = parse_name(text)
        customers = name.parameters.get("customers", 0)
        if name.family.startswith("Durable/"):
            # As often as it says itself, at the disk's speed.
            seconds += 8 + 6 * customers / 1e6
            continue
        if name.family.startswith("Http/"):
            # As often as it says itself, too, and those that hang on have to come.
            seconds += 4 + 3 * name.parameters.get("durable", 0)
            continue
        # What is measured, what finds out how often to measure it, and the customers.
        seconds += 2 * effort.seconds_per_benchmark + 2 * customers / 1e6
    for _ in peers:
        seconds += effort.seconds_per_peer + 1 + 8 * effort.peers_customers / 1e6
    return seconds


def in_words(seconds: float) -> str:
    if seconds < 90:
        return f"{max(1, round(seconds))} s"
    return f"{round(seconds / 60)} minutes"


def _list(bench: Path) -> list[str]:
    listed = subprocess.run(
        [bench, "--benchmark_list_tests=true"],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        check=True,
    )
    return listed.stdout.split("\n")[:-1]


def _run_benchmarks(
    programs: Programs, effort: Effort, names: Sequence[str], number: int
) -> Read:
    out = programs.work / f"bench-{number}.json"
    status, _, errors = _run(
        [
            str(programs.bench),
            f"--benchmark_filter={exactly(names)}",
            f"--benchmark_min_time={effort.seconds_per_benchmark}",
            "--benchmark_enable_random_interleaving=true",
            f"--benchmark_out={out}",
            "--benchmark_out_format=json",
        ],
        programs.work / f"bench-{number}",
    )
    if status != 0:
        raise SystemExit(f"dev: the benchmarks ended with {status}:\n{errors}")
    return read_benchmarks(out.read_text())


def _run_peers(
    programs: Programs, effort: Effort, peers: Sequence[str], number: int
) -> Read:
    command = [str(programs.peers), "--customers", str(effort.peers_customers)]
    command += ["--seconds", str(effort.seconds_per_peer)]
    for peer in peers:
        command += ["--peer", peer]
    _, printed, errors = _run(command, programs.work / f"peers-{number}")
    # What failed is said in the notes; the others are good.
    return read_peers(printed, errors)


def _run(command: Sequence[str], log: Path) -> tuple[int, str, str]:
    """Exit status and what it printed, which is kept beside `log` too."""
    out, err = log.with_suffix(".out"), log.with_suffix(".err")
    with out.open("wb") as to_out, err.open("wb") as to_err:
        child = subprocess.Popen(command, stdout=to_out, stderr=to_err)
        try:
            status = child.wait()
        except BaseException:
            # It stops its servers, and ends by itself.
            child.terminate()
            child.wait()
            raise
    return status, out.read_text(errors="replace"), err.read_text(errors="replace")
