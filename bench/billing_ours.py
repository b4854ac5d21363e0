"""One process of ours: bills, approves and issues a month whose roster is approved.

`python -m bench.billing_ours 2026-01` prints the seconds of `bill`, and of approval and `issue`.
"""

import sys
import time

from sigap.domain.period import Period
from sigap.pipeline.approve import record_approval
from sigap.pipeline.bill import bill
from sigap.pipeline.issue import issue
from sigap.pipeline.resources import Resources
from sigap.settings import load_settings


def charge(period: Period, resources: Resources) -> tuple[float, float]:
    """Seconds of `bill`, and of approval and `issue`."""
    started = time.perf_counter()
    bill(period, resources)
    billed = time.perf_counter()
    record_approval(period, "invoices", "approved", "bendahara", None, resources)
    issue(period, resources)
    return billed - started, time.perf_counter() - billed


if __name__ == "__main__":
    seconds = charge(Period.parse(sys.argv[1]), Resources.open(load_settings(), "bench"))
    sys.stdout.write(" ".join(map(str, seconds)))
