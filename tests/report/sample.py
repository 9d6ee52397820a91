"""What the benchmarks would print, made up."""
from __future__ import annotations

import json
from typing import Any

FACTS = "Facts/{way}/customers:{customers}/alerts:{alerts}/months:{months}/zipf:{zipf}"
CROSSING = "/crossing_permille:{crossing}/real_time{threads}"


def facts_name(way: str, threads: int = 1, **changes: int) -> str:
    values = {"customers": 1_000_000, "alerts": 20, "months": 0, "zipf": 0, "crossing": 0}
    values.update(changes)
    # As the benchmarks have it: one thread is not spoken of.
    text = f"/threads:{threads}" if threads > 1 else ""
    return (FACTS + CROSSING).format(way=way, threads=text, **values)


def benchmark(name: str, **counters: float) -> dict[str, Any]:
    return {
        "name": name,
        "run_name": name,
        "run_type": "iteration",
        "family_index": 0,
        "repetitions": 1,
        "threads": 1,
        "iterations": 100,
        "real_time": 5.0,
        "cpu_time": 5.0,
        "time_unit": "ns",
        **counters,
    }


def benchmarks_json(*entries: dict[str, Any]) -> str:
    return json.dumps({"context": {"num_cpus": 2}, "benchmarks": entries})

