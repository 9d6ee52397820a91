"""Would catch an aim that is called reached and is not, or a ratio upside down."""
import unittest
from typing import Optional

from report import plots, running
from report.figures import Figures
from report.row import Row, digits, rate
from report.rows import table_rows
from report.table import table_text
from sample import facts_name

ARRAY = "Floor/array/customers:1000000"


def rates(values: dict[str, float]) -> Figures:
    """Facts a second by name, the same in each of two rounds."""
    return Figures({name: {"items_per_second": [v, v]} for name, v in values.items()})


def row(figures: Figures, what: str, period: Optional[str] = None) -> Row:
    found = [
        each
        for each in table_rows(figures)
        if each.what.startswith(what) and period in (None, each.period)
    ]
    if len(found) != 1:
        raise AssertionError(f"{what} has {len(found)} lines: {found}")
    return found[0]


class Rows(unittest.TestCase):
    def expect(self, found: Row, figure: float, verdict: str) -> None:
        assert found.figure is not None
        self.assertAlmostEqual(found.figure.median, figure)
        self.assertEqual(found.verdict, verdict)

    def test_without_figures_each_says_so(self) -> None:
        for each in table_rows(Figures()):
            self.assertEqual(each.verdict, "not measured", each.what)
            self.assertIsNone(each.figure)

    def test_time_of_the_floor(self) -> None:
        figures = rates({facts_name("by_handle"): 50e6, ARRAY: 75e6})
        found = row(figures, "handle batches, 1 thread")
        self.expect(found, 1.5, "reached")
        self.assertEqual(found.of, "50.0 M/s of 75.0 M/s")
        figures = rates({facts_name("by_handle"): 50e6, ARRAY: 76e6})
        self.expect(row(figures, "handle batches, 1 thread"), 1.52, "not reached")

    def test_each_period_that_was_measured(self) -> None:
        what = "handle batches, 1 thread"
        months = facts_name("by_handle", months=1)
        figures = rates({facts_name("by_handle"): 50e6, months: 25e6, ARRAY: 75e6})
        self.expect(row(figures, what, "open-ended"), 1.5, "reached")
        self.expect(row(figures, what, "calendar months"), 3, "not reached")

    def test_one_fact(self) -> None:
        name = "OneFact/by_id/customers:1000000/months:0/iterations:4"
        for p50, verdict in ((250.0, "reached"), (251.0, "not reached")):
            found = row(Figures({name: {"p50_ns": [p50], "p99_ns": [900.0]}}), "one fact per call by id")
            self.expect(found, p50, verdict)
            self.assertEqual(found.of, "p99 900 ns")
        wait = "Floor/wait/customers:1000000"
        figures = Figures({name: {"p50_ns": [400.0]}} | rates({wait: 5e6}).values)
        self.assertEqual(row(figures, "one fact per call by id").of, "one wait for memory 200 ns")

    def test_two_threads(self) -> None:
        one, two = facts_name("by_id"), facts_name("by_id", threads=2)
        for both, verdict in ((18e6, "reached"), (17e6, "not reached")):
            figures = rates({one: 10e6, two: both})
            self.expect(row(figures, "2 threads against 1, id"), both / 10e6, verdict)

    def test_alerts_and_customers(self) -> None:
        usual, one_alert = facts_name("by_id"), facts_name("by_id", alerts=1)
        many = facts_name("by_id", alerts=1_000)
        customers = facts_name("by_id", customers=10_000_000)
        figures = rates({usual: 30e6, one_alert: 24e6, many: 20e6, customers: 15e6})
        found = row(figures, "1,000 alerts on a measure against 1, id")
        self.expect(found, 1.2, "not reached")
        self.expect(row(figures, "10 M customers against 1 M, id"), 2, "reached")

    def test_zipf_is_not_slower(self) -> None:
        uniform = facts_name("by_handle", threads=2)
        hot = facts_name("by_handle", threads=2, zipf=1)
        what = "Zipf (s = 1.1), 2 threads on the same hot customers, handle"
        for hot_rate, verdict in ((40e6, "reached"), (39e6, "not reached")):
            figures = rates({uniform: 40e6, hot: hot_rate})
            self.expect(row(figures, what), hot_rate / 40e6, verdict)

    def test_a_crossing_is_what_it_takes_more(self) -> None:
        counters = {"ns_per_crossing": [560.0], "ns_per_fact": [50.0]}
        found = row(Figures({"Crossing/customers:4096": counters}), "a crossing")
        self.expect(found, 510, "not reached")
        self.assertEqual(found.of, "560 ns, a fact 50.0 ns")

    def test_of_bytes_the_most_counts(self) -> None:
        figures = Figures(
            {
                "BytesPerCustomer/alerts:1": {"bytes": [90.0]},
                "BytesPerCustomer/alerts:20": {"bytes": [113.0]},
            }
        )
        found = row(figures, "bytes")
        self.expect(found, 113, "not reached")
        self.assertEqual(found.of, "90.0 with 1 alert, 113 with 20 alerts")

    def test_alert_for_all(self) -> None:
        counters = {"batch_p99_idle_us": [200.0], "batch_p99_meanwhile_us": [300.0]}
        name = "AlertForAll/customers:1000000/workers:1/iterations:5"
        figures = Figures({name: counters})
        what = "creating an alert for 1 M customers, "
        self.expect(row(figures, what + "1 worker"), 1.5, "reached")
        self.assertEqual(row(figures, what + "2 workers").verdict, "not measured")

    def test_peers(self) -> None:
        def peer(name: str, facts: float, customers: int = 1_000_000) -> dict:
            counters = {"facts_per_second": [facts, facts]}
            return {f"Peers/{name}/customers:{customers}": counters}

        figures = Figures(
            peer("tocsin", 10e6)
            | peer("redis", 200e3)
            | peer("prometheus", 1e3, 100_000)
            | peer("tbb", 2e6)
        )
        self.expect(row(figures, "against Redis"), 50, "not reached")
        self.expect(row(figures, "against Prometheus"), 10_000, "reached")
        two = "by handle on 2 threads, beside Redis"
        self.assertEqual(row(figures, two).verdict, "not measured")
        by_handle = rates({facts_name("by_handle", threads=2): 30e6}).values
        self.expect(row(Figures(figures.values | by_handle), two), 150, "")
        self.assertIn("(100,000)", row(figures, "against Prometheus").of)
        self.expect(row(figures, "against tbb"), 5, "")
        self.assertEqual(row(figures, "against SQLite").verdict, "not measured")


class Texts(unittest.TestCase):
    def test_digits(self) -> None:
        texts = [digits(x) for x in (1.504, 51.26, 1234.6)]
        self.assertEqual(texts, ["1.50", "51.3", "1,235"])
        texts = [rate([x]) for x in (51.26e6, 326e3, 7)]
        self.assertEqual(texts, ["51.3 M/s", "326 k/s", "7.00 /s"])

    def test_the_table_says_what_is_not_reached_and_what_is_missing(self) -> None:
        figures = rates({facts_name("by_handle"): 50e6, ARRAY: 90e6})
        run = {
            "date": "2026-01-02 03:04 UTC",
            "commit": "abc",
            "build": "profiled",
            "quick": True,
            "rounds": 2,
            "machine": {k: k for k in ("compiler", "cpu", "cores", "memory", "kernel", "disk")},
            "other_work_cores": [0.0, 0.5],
            "notes": ["boost: left out, it is older"],
        }
        text = table_text(run, table_rows(figures), figures, {"a.svg": "A plot"})
        self.assertIn(
            "| handle batches, 1 thread, against the array floor | open-ended "
            "| at most 1.5 x its time | 1.80 x | 50.0 M/s of 90.0 M/s "
            "| **not reached** |\n",
            text,
        )
        self.assertIn("| by handle, 1,000,000 customers | 50.0 M/s |", text)
        self.assertIn("- boost: left out, it is older\n", text)
        self.assertIn("what is durable on disk.", text)
        self.assertIn("took 0.00 to 0.50 cores", text)
        self.assertIn("A quick run", text)
        self.assertIn("![A plot](a.svg)\n", text)


class Selection(unittest.TestCase):
    def test_what_the_report_needs_and_no_more_customers_than_wanted(self) -> None:
        few, many = facts_name("by_id"), facts_name("by_id", customers=10_000_000)
        durable = "Durable/checkpoint/customers:10000000/iterations:1/real_time"
        names = [few, many, ARRAY, "BM_ResetAll/workers:2", durable]
        self.assertEqual(running.select(names, 1_000_000, ""), [few, ARRAY])
        self.assertEqual(running.select(names, 10_000_000, "Durable"), [durable])
        self.assertEqual(running.select(names, 10_000_000, "by_id"), [few, many])

    def test_a_filter_takes_no_longer_name(self) -> None:
        self.assertEqual(running.exactly(["a/b:1", "c.d"]), "^(a/b:1|c[.]d)$")


class Charts(unittest.TestCase):
    def test_only_what_has_a_line(self) -> None:
        self.assertEqual(plots.charts(rates({facts_name("by_id"): 50e6})), [])

    def test_shares_stand_side_by_side(self) -> None:
        by_share = {facts_name("by_id", crossing=c): 1e6 * (200 - c) for c in (0, 1, 100)}
        (chart,) = plots.charts(rates(by_share))
        self.assertEqual(chart.ticks, [(0, "0"), (1, "0.1"), (2, "10")])
        (line,) = chart.lines
        points = [(x, y.median) for x, y in line.points]
        self.assertEqual(points, [(0, 200), (1, 199), (2, 100)])


if __name__ == "__main__":
    unittest.main()
