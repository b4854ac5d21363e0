"""The peer in a process of its own: the same lines into a table by `DataFrame.to_sql`.

`python -m bench.billing_pandas LINES.parquet URL bare` prints its seconds. `bare`: a table that pandas makes,
without any constraint; `guarded`: one with the columns, keys, checks and indexes of ours, but no trigger.
"""

import sys
import time

import pandas as pd
from sqlalchemy import create_engine, make_url

_TABLES = {
    "bare": "DROP TABLE IF EXISTS peer_line",
    "guarded": """
        DROP TABLE IF EXISTS peer_line;
        CREATE TABLE peer_line (LIKE billing.invoice_line INCLUDING ALL);
        ALTER TABLE peer_line ALTER invoice_id SET DEFAULT 1, ALTER roster_id SET DEFAULT 1,
            ADD funding_source TEXT, ADD wadah_code TEXT
    """,
}


def load(file: str, url: str, kind: str) -> float:
    """Seconds to read the lines and to write them to the table `peer_line`."""
    engine = create_engine(make_url(url).set(drivername="postgresql+psycopg"))
    with engine.begin() as connection:
        connection.exec_driver_sql(_TABLES[kind])
    started = time.perf_counter()
    pd.read_parquet(file).to_sql("peer_line", engine, index=False, chunksize=100_000, if_exists="append")
    return time.perf_counter() - started


if __name__ == "__main__":
    sys.stdout.write(str(load(*sys.argv[1:])))
