"""Would catch a durable figure beside the wrong yardstick, or a ratio upside down."""
import unittest

from report.durable_rows import durable_rows
from report.figures import Figures
from report.row import Row

BATCHES = (
    "Durable/batches/callers:{}/checkpoints:{}/by_handle:{}/iterations:3/real_time"
)


def row(figures: Figures, what: str) -> Row:
    found = [each for each in durable_rows(figures) if each.what.startswith(what)]
    if len(found) != 1:
        raise AssertionError(f"{what} has {len(found)} lines: {found}")
    return found[0]


class DurableRows(unittest.TestCase):
    def expect(self, found: Row, figure: float, verdict: str) -> None:
        assert found.figure is not None
        self.assertAlmostEqual(found.figure.median, figure)
        self.assertEqual(found.verdict, verdict)

    def test_a_batch_by_the_time_of_the_bare_loop(self) -> None:
        def rates(ours: float, bare: float) -> dict[str, list[float]]:
            return {"facts_per_second": [ours], "bare_facts_per_second": [bare]}

        figures = Figures(
            {
                BATCHES.format(1, 0, 0): rates(5e6, 8e6),
                BATCHES.format(1, 1, 0): rates(3e6, 7.5e6),
                BATCHES.format(4, 1, 0): rates(4e6, 8e6),
                BATCHES.format(4, 1, 1): rates(6e6, 9e6),
            }
        )
        what = "durable batches of 4,096, "
        found = row(figures, what + "1 thread, against")
        self.expect(found, 2.5, "not reached")
        self.assertEqual(found.of, "3.00 M/s of 7.50 M/s")
        self.expect(row(figures, what + "1 thread, without"), 1.6, "reached")
        self.expect(row(figures, what + "4 threads that share commits, a"), 2, "reached")
        # As it was called before there were rows by handle.
        unsaid = Figures(
            {"Durable/batches/callers:1/checkpoints:0/iterations:3": rates(5e6, 8e6)}
        )
        self.expect(row(unsaid, what + "1 thread, without"), 1.6, "reached")
        by_handle = row(figures, "durable batches of 4,096 by handle, 4 threads that "
                        "share commits, against")
        self.expect(by_handle, 1.5, "reached")
        missing = row(figures, what + "4 threads that share commits, without")
        self.assertEqual(missing.verdict, "not measured")

    def test_a_reset_by_one_sync(self) -> None:
        counters = {
            "call_p50_us": [210.0],
            "call_p99_us": [900.0],
            "sync_p50_us": [100.0],
            "sync_p99_us": [300.0],
        }
        figures = Figures({"Durable/reset/in_alarm:0/iterations:4/real_time": counters})
        found = row(figures, "a durable reset, p50")
        self.expect(found, 2.1, "not reached")
        self.assertEqual(found.of, "210 us of 100 us; p99 900 us of 300 us")
        missing = row(figures, "a durable reset of who is in alarm")
        self.assertEqual(missing.verdict, "not measured")

    def test_what_a_checkpoint_takes(self) -> None:
        counters = {
            "checkpoint_s": [0.5, 0.7],
            "recovery_s": [1.5, 1.7],
            "replay_s": [2.0, 2.0],
            "store_bytes": [60e6, 60e6],
            "journal_bytes": [22e6, 22e6],
        }
        name = "Durable/checkpoint/customers:10000000/iterations:1/real_time"
        figures = Figures({name: counters})
        found = row(figures, "a checkpoint of 10 M customers")
        self.expect(found, 0.6, "")
        self.assertEqual(found.of, "60.0 MB on the disk then")
        found = row(figures, "opening a checkpoint of 10 M customers")
        self.expect(found, 1.6, "")
        self.assertIn("2.00 s by doing 22.0 MB", found.of)
        missing = row(figures, "opening a checkpoint of 1 M customers")
        self.assertEqual(missing.verdict, "not measured")

    def test_facts_beside_a_checkpoint(self) -> None:
        counters = {
            "meanwhile_p99_us": [120.0],
            "without_p99_us": [100.0],
            "kept_meanwhile_max_us": [5_100.0],
            "meanwhile_max_us": [8_000.0],
            "without_max_us": [4_000.0],
            "last_commit_s": [0.4],
            "checkpoint_s": [1.3],
        }
        name = "Durable/beside/customers:1000000/durable:{}/iterations:1/real_time"
        figures = Figures({name.format(durable): counters for durable in (0, 1)})
        beside = " while a checkpoint of 1 M customers is written"
        call, durable_call = "64 facts a call", "64 facts a durable call"
        self.expect(row(figures, f"{call}{beside}, p99"), 1.2, "")
        self.expect(row(figures, f"{durable_call}{beside}, p99"), 1.2, "")
        found = row(figures, f"{call}{beside}: the longest")
        self.expect(found, 5.1, "not reached")
        self.assertEqual(found.of, "of all 8.00 ms, and 4.00 ms while none is written")
        found = row(figures, f"{durable_call}{beside}: the longest")
        self.expect(found, 8, "not reached")
        found = row(figures, "the last transaction of a checkpoint")
        self.expect(found, 400, "not reached")
        self.assertEqual(found.of, "the checkpoint takes 1.30 s in all")


if __name__ == "__main__":
    unittest.main()
