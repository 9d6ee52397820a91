"""table.md: the lines with an aim, facts a second of all that was measured, the notes."""
from __future__ import annotations

from typing import Mapping, Sequence

from report.figures import Figures, Name, Spread, parse_name
from report.row import Row, digits, rate

_COLUMNS = ("what", "period", "aim", "figure", "of", "the aim is")
_OF_FACTS = ("Facts", "Floor", "OneFact", "Peers")


def table_text(
    run: Mapping[str, object],
    rows: Sequence[Row],
    figures: Figures,
    plots: Mapping[str, str],
) -> str:
    """`run` is what results.json says of the run; `plots` are titles by file."""
    parts = [
        "# Measured in one run",
        _how(run),
        _markdown(_COLUMNS, [_cells(row) for row in rows]),
        "## Facts a second",
        "What the ratios above come from, and the settings between them. 20 alerts, "
        "drawn uniformly, open-ended periods, nothing crossing, 1 thread, where nothing "
        "else is said.",
        _markdown(("", "facts/s", "rounds"), _rates(figures)),
    ]
    notes = run["notes"]
    assert isinstance(notes, list)
    if notes:
        parts += ["## What is missing", "\n".join(f"- {note}" for note in notes)]
    if plots:
        parts.append("## Plots")
        parts += [f"![{title}]({file})" for file, title in plots.items()]
    return "\n\n".join(parts) + "\n"


def _how(run: Mapping[str, object]) -> str:
    machine = run["machine"]
    assert isinstance(machine, dict)
    text = (
        f"{run['date']}, commit {run['commit']}, {run['build']} build, "
        f"{machine['compiler']}; {machine['cpu']}, {machine['cores']} cores, "
        f"{machine['memory']}, Linux {machine['kernel']}, what is durable on "
        f"{machine.get('disk', 'an unknown disk')}. Written by `./dev report`; "
        "every figure is in [results.json](results.json).\n\n"
        f"{run['rounds']} rounds, each of all the programs one after the other. A figure "
        "is the median of the rounds, or a ratio of two such medians; in brackets the "
        "least and the largest that a round had by itself."
    )
    others = run["other_work_cores"]
    assert isinstance(others, list)
    if others:
        text += (
            " Other work on the machine took "
            f"{min(others):.2f} to {max(others):.2f} cores meanwhile."
        )
    if run["quick"]:
        text += "\n\n**A quick run, to try it out: its figures are not for comparing.**"
    return text


def _cells(row: Row) -> list[str]:
    aim = row.aim.text if row.aim else ""
    verdict = f"**{row.verdict}**" if row.verdict == "not reached" else row.verdict
    figure = _spread(row.figure, f" {row.unit}") if row.figure else ""
    return [row.what, row.period, aim, figure, row.of, verdict]


def _spread(spread: Spread, unit: str) -> str:
    least, most = digits(spread.min), digits(spread.max)
    between = f" ({least} - {most})" if least != most else ""
    return f"{digits(spread.median)}{unit}{between}"


def _markdown(columns: Sequence[str], lines: Sequence[Sequence[str]]) -> str:
    table = [columns, ["---"] * len(columns), *lines]
    return "\n".join(
        "| " + " | ".join(_escaped(cell) for cell in line) + " |" for line in table
    )


def _escaped(cell: str) -> str:
    return cell.replace("|", "\\|").replace("\n", " ")


def _rates(figures: Figures) -> list[list[str]]:
    lines = []
    for text, counters in figures.values.items():
        name = parse_name(text)
        values = counters.get("items_per_second") or counters.get("facts_per_second")
        if values is None or name.family.split("/")[0] not in _OF_FACTS:
            continue
        rounds = f"{rate([min(values)])} - {rate([max(values)])}"
        order = (name.family, *sorted(name.parameters.items()))
        lines.append((order, [describe(name), rate(values), rounds]))
    return [line for _, line in sorted(lines)]


def describe(name: Name) -> str:
    """`by handle, 1,000 customers, 2 threads`: what differs from the usual."""
    family, _, rest = name.family.partition("/")
    words = {
        "Facts": rest.replace("_", " "),
        "Floor": f"floor: {rest}",
        "OneFact": f"one fact per call {rest.replace('_', ' ')}",
        "Peers": rest,
    }
    parts = [words.get(family, name.family)]
    for key, value in name.parameters.items():
        if key == "customers" or (key == "alerts" and value != 20):
            parts.append(f"{value:,} {key if value != 1 else key[:-1]}")
        elif key == "months" and value:
            parts.append("calendar months")
        elif key == "zipf" and value:
            parts.append("Zipf")
        elif key == "crossing_permille" and value:
            parts.append(f"{value / 10:g} % crossing")
        elif key == "threads" and value != 1:
            parts.append(f"{value} threads")
    return ", ".join(parts)
