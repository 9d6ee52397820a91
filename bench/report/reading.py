"""What the programs print, as figures: the benchmarks' JSON and the peers' lines."""
from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any, Mapping

# What stands with every benchmark and is no counter of its own.
_NOT_COUNTERS = {
    "family_index",
    "per_family_instance_index",
    "repetitions",
    "repetition_index",
    "threads",
    "iterations",
    "real_time",
    "cpu_time",
}


@dataclass
class Read:
    """The figures of one round, and what is to be said of those that are missing."""

    figures: dict[str, dict[str, float]] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)

    def add(self, other: Read) -> None:
        self.figures.update(other.figures)
        self.notes += [note for note in other.notes if note not in self.notes]


def read_benchmarks(text: str) -> Read:
    """What `--benchmark_out` wrote, of one repetition of each.

    Of a benchmark with several repetitions the median counts, if the program was asked
    for it, and else the last.
    """
    read = Read()
    aggregated = set()
    for entry in json.loads(text)["benchmarks"]:
        name = entry.get("run_name", entry["name"])
        if entry.get("error_occurred"):
            read.notes.append(f"{name}: {entry.get('error_message', 'it failed')}")
            continue
        if entry.get("run_type") == "aggregate":
            if entry.get("aggregate_name") != "median":
                continue
            aggregated.add(name)
        elif name in aggregated:
            continue
        read.figures[name] = {
            key: float(value)
            for key, value in entry.items()
            if key not in _NOT_COUNTERS
            and isinstance(value, (int, float))
            and not isinstance(value, bool)
        }
        if "items_per_second" in read.figures[name]:
            read.figures[name]["items_per_second"] *= _to_wall_clock(name, entry)
    return read


def _to_wall_clock(name: str, entry: Mapping[str, Any]) -> float:
    """What makes a rate one by the clock on the wall.

    A ratio of two rates must be of one clock. The benchmarks count by processor time
    unless their name says otherwise.
    """
    by_another = {"real_time", "manual_time"} & set(name.split("/"))
    if by_another or entry["threads"] != 1 or not entry["real_time"]:
        return 1.0
    return entry["cpu_time"] / entry["real_time"]


def read_peers(text: str, errors: str = "") -> Read:
    """The lines of `tocsin_peers`, and what it said of those that failed."""
    read = Read()
    for line in text.splitlines():
        # One that was cut short by the program's end is of no use.
        if not line.startswith("{") or not line.rstrip().endswith("}"):
            continue
        entry = json.loads(line)
        peer = entry["peer"]
        if "left_out" in entry:
            read.notes.append(f"{peer}: left out, {entry['left_out']}")
            continue
        name = f"Peers/{peer}/customers:{entry['customers']}"
        read.figures[name] = {"facts_per_second": float(entry["facts_per_second"])}
    for line in errors.splitlines():
        if " failed: " in line:
            read.notes.append(line.strip())
    return read
