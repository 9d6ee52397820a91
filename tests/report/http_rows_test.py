"""Would catch a rate over HTTP of another setting, or a slow answer called in time."""
import unittest

from report.figures import Figures
from report.http_rows import http_rows
from report.row import Row

FACTS = "Http/facts/connections:{}/lines:{}/durable:{}/hanging:{}/iterations:3/real_time"
RESETS = (
    "Http/resets/connections:{}/in_flight:{}/durable:{}/hanging:{}/iterations:3/real_time"
)


def row(figures: Figures, what: str) -> Row:
    found = [each for each in http_rows(figures) if each.what == what]
    if len(found) != 1:
        raise AssertionError(f"{what} has {len(found)} lines: {found}")
    return found[0]


def counters(kind: str, rate: float, p99: float) -> dict[str, list[float]]:
    return {
        f"{kind}_per_second": [rate],
        "request_p50_us": [100.0],
        "request_p99_us": [p99],
        "request_p999_us": [2 * p99],
    }


class HttpRows(unittest.TestCase):
    def expect(self, found: Row, figure: float, verdict: str) -> None:
        assert found.figure is not None
        self.assertAlmostEqual(found.figure.median, figure)
        self.assertEqual(found.verdict, verdict)

    def test_without_figures_each_says_so(self) -> None:
        rows = list(http_rows(Figures()))
        self.assertEqual(len(rows), len({each.what for each in rows}))
        for each in rows:
            self.assertEqual(each.verdict, "not measured", each.what)

    def test_facts_of_each_setting(self) -> None:
        figures = Figures(
            {
                FACTS.format(1, 0, 0, 0): counters("facts", 2e6, 900),
                FACTS.format(4, 1, 1, 0): counters("facts", 499e3, 900),
                FACTS.format(4, 0, 0, 1): counters("facts", 500e3, 900),
            }
        )
        what = "facts over HTTP, 1,000 a request as "
        found = row(figures, what + "a JSON array, over 1 connection, in memory")
        self.expect(found, 2_000, "reached")
        self.assertEqual(found.of, "2.00 M/s; a request p50 0.10 ms, p99 0.90 ms")
        found = row(figures, what + "NDJSON, over 4 connections, durable")
        self.expect(found, 499, "not reached")
        beside = ", beside 10,000 idle and 100 slow connections"
        what += "a JSON array, over 4 connections, in memory"
        found = row(figures, what + beside)
        self.expect(found, 500, "reached")

    def test_resets_and_how_long_they_take(self) -> None:
        figures = Figures(
            {
                RESETS.format(16, 1, 1, 0): counters("resets", 20e3, 5_001),
                RESETS.format(16, 16, 0, 1): counters("resets", 19e3, 5_000),
            }
        )
        what = "resets over HTTP, over 16 connections, durable"
        self.expect(row(figures, what), 20, "reached")
        found = row(figures, what + ": p99")
        self.expect(found, 5.001, "not reached")
        self.assertEqual(found.of, "p50 0.10 ms, p99.9 10.0 ms")
        what = (
            "resets over HTTP, over 16 connections, 16 pipelined on each, in memory, "
            "beside 10,000 idle and 100 slow connections"
        )
        self.expect(row(figures, what), 19, "not reached")
        self.expect(row(figures, what + ": p99"), 5, "reached")

    def test_memory_by_what_the_second_half_takes(self) -> None:
        name = "Http/memory/iterations:1/real_time"
        halves = {"first_half_bytes": [9e6], "second_half_bytes": [1.5e6]}
        figures = Figures({name: {"resident_bytes": [30e6], **halves}})
        what = "memory that the second million of 2.16 M requests over HTTP takes more"
        found = row(figures, what)
        self.expect(found, 1.5, "not reached")
        self.assertEqual(
            found.of,
            "30.0 MB resident in the end, of which 9.00 MB came with the first million",
        )


if __name__ == "__main__":
    unittest.main()
