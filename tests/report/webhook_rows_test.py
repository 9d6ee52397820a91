"""Would catch a delay of microseconds called milliseconds, and a hanging one left out."""
import unittest

from report.figures import Figures
from report.row import Row
from report.webhook_rows import webhook_rows

SUFFIX = "iterations:3/real_time"


def row(figures: Figures, start: str) -> Row:
    found = [each for each in webhook_rows(figures) if each.what.startswith(start)]
    if len(found) != 1:
        raise AssertionError(f"{start} has {len(found)} lines: {found}")
    return found[0]


class WebhookRows(unittest.TestCase):
    def expect(self, found: Row, figure: float, verdict: str) -> None:
        assert found.figure is not None
        self.assertAlmostEqual(found.figure.median, figure)
        self.assertEqual(found.verdict, verdict)

    def test_without_figures_each_says_so(self) -> None:
        rows = list(webhook_rows(Figures()))
        self.assertEqual(len(rows), len({each.what for each in rows}))
        for each in rows:
            self.assertEqual(each.verdict, "not measured", each.what)

    def test_deliveries(self) -> None:
        figures = Figures(
            {
                f"Webhook/deliveries/durable:{durable}/{SUFFIX}": {
                    "deliveries_per_second": [rate]
                }
                for durable, rate in ((0, 4_900.0), (1, 5_100.0))
            }
        )
        start = "webhooks delivered to one endpoint"
        self.expect(row(figures, f"{start}, in memory"), 4.9, "not reached")
        self.expect(row(figures, f"{start}, durable"), 5.1, "reached")

    def test_delays(self) -> None:
        name = f"Webhook/of_a_fact/{SUFFIX}"
        figures = Figures(
            {name: {"webhook_p50_us": [1_900.0], "webhook_p99_us": [11_000.0]}}
        )
        start = "from a fact to the webhook of it, all durable, one at a time"
        self.expect(row(figures, f"{start}: p50"), 1.9, "reached")
        self.expect(row(figures, f"{start}: p99"), 11, "not reached")

    def test_one_that_hangs_is_over_none(self) -> None:
        figures = Figures(
            {
                f"Webhook/hundred/one_hangs:{hangs}/{SUFFIX}": {"webhook_p99_us": [us]}
                for hangs, us in ((0, 10_000.0), (1, 13_000.0))
            }
        )
        found = row(figures, "one of 100 endpoints hangs")
        self.expect(found, 1.3, "not reached")
        self.assertEqual(found.of, "13.0 ms of 10.0 ms")

    def test_what_waits_has_its_bytes(self) -> None:
        name = "Webhook/waiting/waiting:300000/iterations:1/real_time"
        counters = {"open_s": [1.5], "bytes_on_disk": [900.4], "bytes_in_memory": [250]}
        found = row(Figures({name: counters}), "a sink of webhooks begins")
        self.expect(found, 1.5, "")
        self.assertEqual(found.of, "each takes 900 bytes on the disk and 250 in memory")


if __name__ == "__main__":
    unittest.main()
