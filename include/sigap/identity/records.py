"""What is compared: records as they come from the checked lists, and the same records standardised.

A record is one row of a list, of a membership extract, or one person known from last month. The engine never
sees more of it than stands here (RECORDS), so any other table (see `sigap link-tables`) only needs columns of
its own model.
"""

import pyarrow as pa

from sigap.domain.datasets import EVIDENCE, RECORDS

__all__ = ["JUDGED", "RECORDS", "STANDARD"]

# What is compared. `name`: normalised words in the order written; `first` and `last` its ends (a name of
# one word has no `last`), `middle` the second of three or more. `name_key`: digest of the words whatever
# their order. `nick`: the name with nicknames read as the names they stand for. `birth_swapped`: the birth
# date with day and month changed places, null where that is no other date. `is_birth_told`: the list says the
# date, and not the NIK alone. `tf_*`: how frequent the value is, 0 to 1, from the model.
STANDARD = pa.schema(
    [
        pa.field("record", pa.int64()),
        pa.field("source", pa.string()),
        pa.field("nik", pa.string()),
        pa.field("nik_part", pa.string()),
        pa.field("name", pa.string()),
        pa.field("first", pa.string()),
        pa.field("middle", pa.string()),
        pa.field("last", pa.string()),
        pa.field("name_key", pa.int64()),
        pa.field("nick", pa.string()),
        pa.field("birth_date", pa.date32()),
        pa.field("birth_swapped", pa.date32()),
        pa.field("is_birth_told", pa.bool_()),
        pa.field("sex", pa.string()),
        pa.field("kk", pa.string()),
        pa.field("mother", pa.string()),
        pa.field("kelurahan_code", pa.string()),
        pa.field("kecamatan_code", pa.string()),
        pa.field("phone", pa.string()),  # E.164: +62…
        pa.field("tf_name", pa.float64()),
        pa.field("tf_birth_date", pa.float64()),
    ]
)

# What was found out about two records. kind: rows (both in the month's lists or known from before) or
# membership. decision: same | review | different. rule: what decided (see policy.yaml). Levels count from
# 0 (all others) upwards, -1 for a missing value; weights are log2 of a Bayes factor, term frequency
# included.
JUDGED = pa.schema(
    [
        pa.field("kind", pa.string()),
        pa.field("left", pa.int64()),
        pa.field("right", pa.int64()),
        pa.field("decision", pa.string()),
        pa.field("rule", pa.string()),
        pa.field("match_weight", pa.float64()),
        *[pa.field(f"level_{name}", pa.int8()) for name in EVIDENCE],
        *[pa.field(f"weight_{name}", pa.float64()) for name in EVIDENCE],
    ]
)
