"""Would catch a figure that is read under a wrong name, or of a failed benchmark."""
import unittest

from report.figures import Spread, merge_rounds, parse_name
from report.reading import read_benchmarks, read_peers
from sample import benchmark, benchmarks_json, facts_name


class Names(unittest.TestCase):
    def test_what_is_measured_and_not_how(self) -> None:
        name = parse_name("BM_Reset/all/workers:2/iterations:3/manual_time")
        self.assertEqual(name.family, "Reset/all")
        self.assertEqual(name.parameters, {"workers": 2})

    def test_threads_are_one_if_nothing_is_said(self) -> None:
        self.assertTrue(parse_name(facts_name("by_id")).has({"threads": 1}))
        two = parse_name(facts_name("by_id", threads=2))
        self.assertTrue(two.has({"threads": 2, "customers": 1_000_000}))
        self.assertFalse(two.has({"threads": 1}))
        self.assertFalse(two.has({"tenants": 1}))

    def test_what_is_no_number_is_refused(self) -> None:
        with self.assertRaisesRegex(ValueError, "months:all; a number"):
            parse_name("Facts/months:all")


class Benchmarks(unittest.TestCase):
    def test_counters_and_nothing_else(self) -> None:
        read = read_benchmarks(benchmarks_json(benchmark("OneFact", p50_ns=81.5)))
        self.assertEqual(read.figures, {"OneFact": {"p50_ns": 81.5}})
        self.assertEqual(read.notes, [])

    def test_rates_are_by_the_clock_on_the_wall(self) -> None:
        entries = []
        for name in ("Floor", "Facts/real_time"):
            entry = benchmark(name, items_per_second=8.0)
            entries.append(entry | {"real_time": 10.0, "cpu_time": 5.0})
        figures = read_benchmarks(benchmarks_json(*entries)).figures
        self.assertEqual(figures["Floor"], {"items_per_second": 4.0})
        self.assertEqual(figures["Facts/real_time"], {"items_per_second": 8.0})

    def test_one_that_failed_is_a_note(self) -> None:
        failed = benchmark("Bad", items_per_second=1.0)
        failed |= {"error_occurred": True, "error_message": "no memory"}
        read = read_benchmarks(benchmarks_json(failed))
        self.assertEqual(read.figures, {})
        self.assertEqual(read.notes, ["Bad: no memory"])

    def test_of_repetitions_the_median(self) -> None:
        median, mean = benchmark("A", x=2.0), benchmark("A", x=9.0)
        median |= {"run_type": "aggregate", "aggregate_name": "median"}
        mean |= {"run_type": "aggregate", "aggregate_name": "mean"}
        entries = (benchmark("A", x=1.0), median, mean, benchmark("A", x=3.0))
        read = read_benchmarks(benchmarks_json(*entries))
        self.assertEqual(read.figures, {"A": {"x": 2.0}})


class Peers(unittest.TestCase):
    def test_measured_left_out_failed_and_cut_short(self) -> None:
        read = read_peers(
            '{"peer": "redis", "facts_per_second": 326000, "customers": 1000}\n'
            '{"peer": "boost", "left_out": "it is older"}\n'
            '{"peer": "sqlite", "fac',
            "postgres failed: INTERNAL: no start\nanother line\n",
        )
        expected = {"Peers/redis/customers:1000": {"facts_per_second": 326000.0}}
        self.assertEqual(read.figures, expected)
        self.assertEqual(
            read.notes,
            ["boost: left out, it is older", "postgres failed: INTERNAL: no start"],
        )


class Rounds(unittest.TestCase):
    def test_one_that_not_all_have_is_left_out(self) -> None:
        rounds = [{"A": {"x": 1.0}, "B": {"x": 5.0}}, {"A": {"x": 3.0}}]
        figures, notes = merge_rounds(rounds)
        self.assertEqual(figures.values, {"A": {"x": [1.0, 3.0]}})
        self.assertEqual(notes, ["B: left out, measured in 1 of 2 rounds"])

    def test_a_ratio_is_of_medians_and_its_bounds_of_rounds(self) -> None:
        spread = Spread.of_ratio([10.0, 20.0, 60.0], [10.0, 10.0, 20.0])
        self.assertEqual(spread, Spread(2.0, 1.0, 3.0))

    def test_a_ratio_pairs_the_rounds(self) -> None:
        with self.assertRaises(ValueError):
            Spread.of_ratio([1.0], [1.0, 2.0])


if __name__ == "__main__":
    unittest.main()
