"""Figures of one run, by the benchmark's name and the counter's, a value a round."""
from __future__ import annotations

import statistics
from dataclasses import dataclass, field
from typing import Iterator, Mapping, Optional, Sequence

# Parts of a name that say how it was measured and not what.
_HOW = {"real_time", "process_time", "manual_time"}
_HOW_PARAMETERS = {"iterations", "repeats", "min_time", "min_warmup_time"}


@dataclass(frozen=True)
class Name:
    """`Facts/by_id/customers:1000/real_time/threads:2` taken apart."""

    family: str  # Facts/by_id
    parameters: Mapping[str, int]  # {"customers": 1000, "threads": 2}

    def has(self, wanted: Mapping[str, int]) -> bool:
        # A name that says nothing of threads is of one, and of facts by id.
        unsaid = {"threads": 1, "by_handle": 0}
        return all(
            self.parameters.get(key, unsaid.get(key)) == value
            for key, value in wanted.items()
        )


def parse_name(text: str) -> Name:
    family: list[str] = []
    parameters: dict[str, int] = {}
    for part in text.split("/"):
        key, colon, value = part.partition(":")
        if not colon:
            if part not in _HOW:
                family.append(part)
        elif key not in _HOW_PARAMETERS:
            try:
                parameters[key] = int(value)
            except ValueError:
                raise ValueError(
                    f"the benchmark {text} has {part}; a number must follow the colon"
                ) from None
    if family:
        family[0] = family[0].removeprefix("BM_")
    return Name("/".join(family), parameters)


@dataclass(frozen=True)
class Spread:
    """What the rounds say of one thing."""

    median: float
    min: float
    max: float

    @staticmethod
    def of(values: Sequence[float]) -> Spread:
        return Spread(statistics.median(values), min(values), max(values))

    @staticmethod
    def of_ratio(over: Sequence[float], under: Sequence[float]) -> Spread:
        """The ratio of the medians, and the least and largest ratio within a round.

        Round by round the two must belong together. The ratio of the medians lies
        between the other two.
        """
        rounds = [a / b for a, b in zip(over, under, strict=True)]
        ratio = statistics.median(over) / statistics.median(under)
        return Spread(ratio, min(rounds), max(rounds))

    def to_json(self) -> dict[str, float]:
        return {"median": self.median, "min": self.min, "max": self.max}


@dataclass
class Figures:
    """All figures of a run: {"OneFact/by_id/customers:1000": {"p50_ns": [81.0, 79.5]}}.

    Every list has a value for each round.
    """

    values: dict[str, dict[str, list[float]]] = field(default_factory=dict)

    def matching(
        self, family: str, counter: str, **wanted: int
    ) -> Iterator[tuple[Name, list[float]]]:
        """Those of the family that have the parameters, and perhaps others."""
        for text in sorted(self.values):
            name = parse_name(text)
            counters = self.values[text]
            if name.family == family and counter in counters and name.has(wanted):
                yield name, counters[counter]

    def find(self, family: str, counter: str, **wanted: int) -> Optional[list[float]]:
        """The first that has the parameters; None if it was not measured."""
        found = next(self.matching(family, counter, **wanted), None)
        return found[1] if found else None

    def to_json(self) -> dict[str, dict[str, dict[str, object]]]:
        return {
            name: {
                counter: {**Spread.of(values).to_json(), "rounds": values}
                for counter, values in counters.items()
            }
            for name, counters in sorted(self.values.items())
        }

    @staticmethod
    def from_json(read: dict[str, dict[str, dict[str, object]]]) -> Figures:
        return Figures(
            {
                name: {key: list(each["rounds"]) for key, each in counters.items()}
                for name, counters in read.items()
            }
        )


def merge_rounds(
    rounds: Sequence[Mapping[str, Mapping[str, float]]]
) -> tuple[Figures, list[str]]:
    """The rounds together, and a note on each benchmark that not every round has."""
    figures = Figures()
    notes = []
    for name in sorted({name for each in rounds for name in each}):
        having = [each[name] for each in rounds if name in each]
        if len(having) < len(rounds):
            missing = f"measured in {len(having)} of {len(rounds)} rounds"
            notes.append(f"{name}: left out, {missing}")
            continue
        counters = set.intersection(*(set(each) for each in having))
        figures.values[name] = {
            counter: [each[counter] for each in having] for counter in sorted(counters)
        }
    return figures, notes
