"""The peer in a process of its own: the same lines into a table without any constraint by `DataFrame.to_sql`.

`python -m bench.billing_pandas LINES.parquet URL` prints its seconds.
"""

import sys
import time

import pandas as pd
from sqlalchemy import create_engine, make_url


def load(file: str, url: str) -> float:
    """Seconds to read the lines and to write them to the table `peer_line`."""
    engine = create_engine(make_url(url).set(drivername="postgresql+psycopg"))
    started = time.perf_counter()
    pd.read_parquet(file).to_sql("peer_line", engine, index=False, chunksize=100_000)
    return time.perf_counter() - started


if __name__ == "__main__":
    sys.stdout.write(str(load(*sys.argv[1:])))
