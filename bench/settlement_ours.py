"""One process of ours: `settle` of a month whose invoices are issued and whose bill is accepted.

`python -m bench.settlement_ours 2026-01` prints its seconds and the persons of each class as JSON.
"""

import json
import sys
import time
from typing import Any

from sigap.domain.period import Period
from sigap.pipeline.resources import Resources
from sigap.pipeline.settle import settle
from sigap.settings import load_settings


def compare(period: Period, resources: Resources) -> dict[str, Any]:
    """Seconds of the whole verb, and persons by class."""
    started = time.perf_counter()
    settled = settle(period, resources)
    return {"seconds": time.perf_counter() - started, "classes": settled.classes}


if __name__ == "__main__":
    found = compare(Period.parse(sys.argv[1]), Resources.open(load_settings(), "bench"))
    sys.stdout.write(json.dumps(found))
