"""`./dev report` behind its builds: `python3 -m report` with bench/ in PYTHONPATH."""
from __future__ import annotations

import argparse
import datetime
import json
import signal
from dataclasses import replace
from pathlib import Path

from report import plots
from report.figures import Figures, merge_rounds
from report.machine import commit, machine
from report.rows import table_rows
from report.running import FULL, QUICK, Programs, measure, say
from report.table import table_text


def read_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="./dev report", allow_abbrev=False)
    parser.add_argument("--bench", type=Path, help="the benchmarks")
    parser.add_argument("--peers", type=Path, help="tocsin_peers, if it could be built")
    parser.add_argument("--build", type=Path, help="the folder that they were built in")
    parser.add_argument("--repository", type=Path, default=Path("."))
    parser.add_argument("--work", type=Path, help="a folder for what they print")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--rounds", type=int, help="so many instead of the usual")
    parser.add_argument("--filter", default="", help="a regular expression")
    parser.add_argument("--redraw", action="store_true", help="measure nothing")
    return parser.parse_args()


def run_programs(arguments: argparse.Namespace) -> dict[str, object]:
    """What results.json says, but for the table."""
    now = datetime.datetime.now(datetime.timezone.utc)
    programs = Programs(arguments.bench, arguments.peers, arguments.work)
    programs.work.mkdir(parents=True, exist_ok=True)
    effort = QUICK if arguments.quick else FULL
    if arguments.rounds is not None:
        effort = replace(effort, rounds=arguments.rounds)
    rounds, notes, others = measure(programs, effort, arguments.filter)
    figures, more_notes = merge_rounds(rounds)
    notes += more_notes
    if arguments.peers is None:
        notes.append("the peers: left out, what they need could not be installed")
    if arguments.filter:
        notes.append(f"only what matches `{arguments.filter}` was measured")
    return {
        "date": now.strftime("%Y-%m-%d %H:%M UTC"),
        "commit": commit(arguments.repository),
        "build": arguments.build.name,
        "quick": arguments.quick,
        "rounds": effort.rounds,
        "machine": machine(arguments.build),
        "other_work_cores": others,
        "notes": notes,
        "figures": figures.to_json(),
    }


def write(run: dict[str, object], out: Path) -> None:
    """Everything is written from what results.json says and from nothing else."""
    figures = Figures.from_json(run["figures"])
    rows = table_rows(figures)
    run["table"] = [row.to_json() for row in rows]
    out.mkdir(parents=True, exist_ok=True)
    (out / "results.json").write_text(json.dumps(run, indent=1) + "\n")
    drawn = plots.charts(figures)
    try:
        plots.draw(drawn, out)
    except ImportError as error:
        run = {**run, "notes": [*run["notes"], f"the plots: left out, {error}"]}
        drawn = []
    titles = {chart.file: chart.title for chart in drawn}
    (out / "table.md").write_text(table_text(run, rows, figures, titles))
    for verdict in ("reached", "not reached", "not measured"):
        say(f"{verdict}: {sum(row.verdict == verdict for row in rows)}")
    say(f"written: table.md, results.json and {len(drawn)} plots in {out}")


def main() -> None:
    arguments = read_arguments()
    if arguments.redraw:
        run = json.loads((arguments.out / "results.json").read_text())
    else:
        run = run_programs(arguments)
    write(run, arguments.out)


def be_ended(number: int, _: object) -> None:
    raise SystemExit(128 + number)


if __name__ == "__main__":
    # As an exception, so that the programs are ended first.
    for interrupt in (signal.SIGINT, signal.SIGTERM):
        signal.signal(interrupt, be_ended)
    main()
