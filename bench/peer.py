"""One process of what most people write: pandas reads a workbook through openpyxl, every cell as text."""

import json
import sys
import time

import pandas as pd

if __name__ == "__main__":
    started = time.perf_counter()
    rows = len(pd.read_excel(sys.argv[1], dtype=str, engine="openpyxl"))
    print(json.dumps({"read": time.perf_counter() - started, "received": rows}))  # noqa: T201
