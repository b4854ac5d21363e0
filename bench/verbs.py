"""One process of ours: collects and checks what lies in the inbox, and prints the seconds of each as JSON."""

import json
import time
from typing import Any

from sigap.domain.period import Period
from sigap.pipeline import check as checking
from sigap.pipeline.collect import collect, list_deliveries
from sigap.pipeline.resources import Resources
from sigap.settings import load_settings

PERIOD = Period(2026, 1)


class Stopwatch:
    """Adds up the seconds that a function takes."""

    def __init__(self, function: Any) -> None:
        self.function, self.seconds = function, 0.0

    def __call__(self, *arguments: Any, **named: Any) -> Any:
        """Call the function and count its seconds, also when it fails."""
        started = time.perf_counter()
        try:
            return self.function(*arguments, **named)
        finally:
            self.seconds += time.perf_counter() - started


def main() -> None:
    """Collect and check; the part of Great Expectations, its import included, is told apart."""
    resources = Resources.open(load_settings())
    expectations = Stopwatch(checking.validate_seen)
    checking.validate_seen = expectations
    collecting, checked = Stopwatch(collect), Stopwatch(checking.check)
    received = 0
    for path in list_deliveries(PERIOD, "dtks", resources):
        delivery = collecting(PERIOD, path, resources)
        received += checked(PERIOD, delivery.delivery_id, resources).received
    seconds = {"collect": collecting.seconds, "check": checked.seconds, "expectations": expectations.seconds}
    print(json.dumps(seconds | {"received": received}))  # noqa: T201


if __name__ == "__main__":
    main()
