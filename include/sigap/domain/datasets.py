"""The columns of every dataset of the lake: the one place where they are named and typed.

A row is named by `delivery_id`, `sheet` and `row` (the 1-based line of the sheet or csv file, as the sender's
program counts it).
"""

import pyarrow as pa

_SOURCE_ROW = [
    pa.field("delivery_id", pa.string()),
    pa.field("sheet", pa.string()),
    pa.field("row", pa.int32()),
]


def _text(*names: str) -> list[pa.Field]:
    return [pa.field(name, pa.string()) for name in names]


WORKER_TEXT = (
    "nik", "kk", "full_name", "birth_place", "birth_date", "sex", "address", "rt", "rw", "kelurahan",
    "kecamatan", "kabupaten", "provinsi", "place_code", "desil", "job", "income", "dtks_id", "inactive",
    "deceased", "matched_at", "phone", "mother_name", "joined_date",
)  # fmt: skip
MEMBERSHIP_TEXT = (
    "nik", "kpj", "full_name", "birth_date", "segment", "status", "payer_code", "payer_name", "programmes",
    "coverage_start", "coverage_end", "last_paid_month", "as_of_date", "sex", "kk", "mother_name", "phone",
    "kelurahan", "kecamatan", "kabupaten", "place_code",
)  # fmt: skip
BILL_TEXT = ("nik", "kpj", "full_name", "month", "jkk", "jkm", "total", "wadah", "people")
PAYMENT_TEXT = ("reference", "invoice_number", "paid_on", "amount")
STATEMENT_TEXT = (
    "account", "booked_on", "amount", "mark", "debit", "credit", "currency", "reference", "description",
)  # fmt: skip
ORDER_TEXT = ("reference", "booked_on", "amount", "payee", "description", "month", "invoice_number")
ACTIVATION_TEXT = ("nik", "kpj", "full_name", "active_from", "programmes", "status")

# As received: canonical columns hold the text of the cell, `cells` the whole row verbatim as JSON
# {header: text}, `nik_cell` what kind of cell the NIK stood in: text, number or empty. A column that the
# source lacks is null. `flags` are reason codes about how the row stood in the file (hidden, a formula,
# serial dates counted from 1904, …), sorted, joined by commas, '' for none.
_RECEIVED = ("source", "cells", "flags")
RECEIVED_WORKERS = pa.schema([*_SOURCE_ROW, *_text(*_RECEIVED, "nik_cell", *WORKER_TEXT)])
RECEIVED_MEMBERSHIPS = pa.schema([*_SOURCE_ROW, *_text(*_RECEIVED, "nik_cell", *MEMBERSHIP_TEXT)])
RECEIVED_BILLS = pa.schema([*_SOURCE_ROW, *_text(*_RECEIVED, "nik_cell", *BILL_TEXT)])
RECEIVED_PAYMENTS = pa.schema([*_SOURCE_ROW, *_text(*_RECEIVED, *PAYMENT_TEXT)])
RECEIVED_STATEMENTS = pa.schema([*_SOURCE_ROW, *_text(*_RECEIVED, *STATEMENT_TEXT)])
RECEIVED_ORDERS = pa.schema([*_SOURCE_ROW, *_text(*_RECEIVED, *ORDER_TEXT)])
RECEIVED_ACTIVATIONS = pa.schema([*_SOURCE_ROW, *_text(*_RECEIVED, "nik_cell", *ACTIVATION_TEXT)])

# Checked: typed values, and what the check decided. `reasons` are the codes that hold or reject the row,
# `warnings` those that do not (severities warn and info); joined by commas, sorted, '' for none. `fact_key`:
# digest of the facts a verdict would be about; null for a row that went straight through. `nik_digits`: the
# leading digits of a damaged NIK that can still be trusted, all 16 of a valid one, the digits as typed of an
# invalid one and of one of nearly 16 digits. `nik_birth_date`: the birth date in a valid NIK, century
# resolved; null when it cannot be.
_VERDICT = _text("source", "outcome", "reasons", "warnings", "fact_key")
CHECKED_WORKERS = pa.schema(
    [
        *_SOURCE_ROW,
        *_VERDICT,  # outcome: accepted | held | rejected
        *_text("nik", "nik_state", "nik_digits"),  # nik: 16 digits or null; nik_state: see domain/nik.py
        pa.field("nik_birth_date", pa.date32()),
        *_text("kk", "full_name"),
        pa.field("birth_date", pa.date32()),
        *_text(
            "sex", "address", "kelurahan_code", "kecamatan_code", "regency_code"
        ),  # 32.75.02.1005, 32.75.02, 32.75
        pa.field("desil", pa.int8()),
        *_text("job", "sector"),
        pa.field("is_inactive", pa.bool_()),
        pa.field("is_deceased", pa.bool_()),
        *_text("phone", "mother_name"),
    ]
)
CHECKED_MEMBERSHIPS = pa.schema(
    [
        *_SOURCE_ROW,
        *_VERDICT,
        *_text("nik", "nik_digits", "kpj", "full_name"),
        pa.field("birth_date", pa.date32()),
        *_text("segment", "status", "payer_code", "payer_name", "programmes"),
        pa.field("coverage_start", pa.date32()),
        pa.field("coverage_end", pa.date32()),
        *_text("last_paid_month"),
        pa.field("as_of_date", pa.date32()),
        # what most extracts do not hold: evidence of whose the membership is, and no more
        *_text("sex", "kk", "mother_name", "phone", "kelurahan_code", "kecamatan_code"),
    ]
)

# Findings: one row per received row and reason code, with the cell it is about. `field` is the canonical
# column, `column` its letter in the sender's sheet and `header` what stands above it; all three are null for
# a finding about the whole row. severity: reject | hold | warn | info.
FINDINGS = pa.schema([*_SOURCE_ROW, *_text("source", "code", "severity", "field", "column", "header")])

# Identity: one row per person of the month; which rows they came from; which memberships carry their NIK.
# `delivery_id`, `sheet`, `row` of a person name the row whose attributes were taken. `conflict` is a reason
# code or null.
PERSONS = pa.schema(
    [
        pa.field("person_id", pa.int64()),
        *_text("nik", "full_name"),
        pa.field("birth_date", pa.date32()),
        *_text("sex", "kk", "address", "kelurahan_code", "kecamatan_code", "regency_code"),
        pa.field("desil", pa.int8()),
        *_text("sector", "sources", "conflict"),  # sources: source codes joined by commas, sorted
        pa.field("is_inactive", pa.bool_()),
        pa.field("is_deceased", pa.bool_()),
        pa.field("listed_rows", pa.int32()),
        *_SOURCE_ROW,
    ]
)
PERSON_ROWS = pa.schema([pa.field("person_id", pa.int64()), *_text("source"), *_SOURCE_ROW])
PERSON_MEMBERSHIPS = pa.schema(
    [
        pa.field("person_id", pa.int64()),
        *_SOURCE_ROW,
        *_text("kpj", "segment", "status", "payer_code", "payer_name"),
        pa.field("coverage_start", pa.date32()),
        pa.field("coverage_end", pa.date32()),
        *_text("last_paid_month"),
        pa.field("as_of_date", pa.date32()),
    ]
)

# Records: a row of any table as identity compares it; invented ones are drawn in synth. `record` is unique
# within its table. `nik` holds 16 digits or null; `nik_digits` what is left of a damaged one (leading
# digits that can be trusted) or the digits as typed of one of another length, null beside a valid NIK.
RECORDS = pa.schema(
    [
        pa.field("record", pa.int64()),
        pa.field("source", pa.string()),
        pa.field("nik", pa.string()),
        pa.field("nik_digits", pa.string()),
        pa.field("full_name", pa.string()),
        pa.field("birth_date", pa.date32()),
        pa.field("sex", pa.string()),  # L or P
        pa.field("kk", pa.string()),
        pa.field("mother_name", pa.string()),
        pa.field("kelurahan_code", pa.string()),  # 32.75.02.1005
        pa.field("kecamatan_code", pa.string()),  # 32.75.02
        pa.field("phone", pa.string()),
    ]
)

# Pairs: what was found out about two rows, as evidence. kind: rows (the right row is another row of the
# lists, or of last month's person) or membership. decision: same | review | different. rule: what decided,
# see identity/policy.yaml. `level_*` and `weight_*` by comparison: see identity/records.py. `fact_key`:
# digest of the facts of both rows, under which a verdict is kept. `other_person_id`: the person of the
# right row, if it has one.
EVIDENCE = ("nik", "name", "birth_date", "place", "kk", "mother", "sex", "phone")
PAIRS = pa.schema(
    [
        pa.field("person_id", pa.int64()),
        pa.field("other_person_id", pa.int64()),
        *_text("kind", "decision", "rule", "fact_key"),
        pa.field("match_weight", pa.float64()),
        *_text("source"),
        *_SOURCE_ROW,
        *_text("other_source", "other_delivery_id", "other_sheet"),
        pa.field("other_row", pa.int32()),
        *[pa.field(f"level_{name}", pa.int8()) for name in EVIDENCE],
        *[pa.field(f"weight_{name}", pa.float64()) for name in EVIDENCE],
    ]
)

# What a run compared, by digests of facts: side is worker or member; `rows`: how many of the lists share it;
# is_open: it was looked for among the memberships. Pairs of digests that were found worth keeping, by kind.
COMPARED = pa.schema(
    [
        *_text("side"),
        pa.field("fact", pa.uint64()),
        pa.field("rows", pa.int32()),
        pa.field("is_open", pa.bool_()),
    ]
)
FOUND = pa.schema([*_text("kind"), pa.field("left_fact", pa.uint64()), pa.field("right_fact", pa.uint64())])

# Entitlement: exactly one row per person. outcome: subsidised | waiting | already_covered | not_eligible |
# held. change: joined | stayed | left | null. `membership_*` names the row that was the evidence,
# `delivery_id`… the listed row.
DECISIONS = pa.schema(
    [
        pa.field("person_id", pa.int64()),
        *_text("nik", "full_name"),
        pa.field("birth_date", pa.date32()),
        *_text("sex", "address", "kelurahan_code", "kecamatan_code", "sector"),
        pa.field("desil", pa.int8()),
        *_text("outcome", "reason_code", "rule"),
        pa.field("tier", pa.int8()),
        pa.field("rank", pa.int32()),
        pa.field("was_covered", pa.bool_()),
        *_text("change", "funding_source", "wadah_code"),
        *_SOURCE_ROW,
        *_text("membership_delivery_id", "membership_sheet"),
        pa.field("membership_row", pa.int32()),
    ]
)

# Every membership of everybody who was decided about, and what the rules said of it. finding: see
# entitlement/coverage.yaml; cover_reason: the finding when it speaks against a subsidy, else null. is_chosen:
# the one that counts of those that do. `words` say the same in Bahasa Indonesia.
COVERAGE = pa.schema(
    [
        *PERSON_MEMBERSHIPS,
        *_text("finding", "cover_reason"),
        pa.field("is_chosen", pa.bool_()),
        *_text("rule", "words"),
    ]
)

# Billing: one row per person, coverage month and share of its premium. Whole rupiah. payer_set: the
# `funding_source` of the decision; funding_source: the payer of this share; share_no counts shares from 1.
LINES = pa.schema(
    [
        pa.field("person_id", pa.int64()),
        *_text("period", "payer_set"),
        pa.field("share_no", pa.int16()),
        *_text("funding_source", "wadah_code"),
        pa.field("income_band", pa.int16()),
        pa.field("jkk_idr", pa.int64()),
        pa.field("jkm_idr", pa.int64()),
        pa.field("total_idr", pa.int64()),
        *_text("tariff"),  # the dated values used, e.g. jkk@2015-07-01,jkm@2015-07-01
    ]
)

SCHEMAS = {
    "sources.workers": RECEIVED_WORKERS,
    "sources.memberships": RECEIVED_MEMBERSHIPS,
    "sources.bills": RECEIVED_BILLS,
    "sources.payments": RECEIVED_PAYMENTS,
    "sources.statements": RECEIVED_STATEMENTS,
    "sources.orders": RECEIVED_ORDERS,
    "sources.activations": RECEIVED_ACTIVATIONS,
    "quality.workers": CHECKED_WORKERS,
    "quality.memberships": CHECKED_MEMBERSHIPS,
    "quality.findings": FINDINGS,
    "identity.persons": PERSONS,
    "identity.rows": PERSON_ROWS,
    "identity.memberships": PERSON_MEMBERSHIPS,
    "identity.pairs": PAIRS,
    "identity.compared": COMPARED,
    "identity.found": FOUND,
    "entitlement.decisions": DECISIONS,
    "entitlement.coverage": COVERAGE,
    "billing.lines": LINES,
}
