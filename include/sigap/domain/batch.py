"""What travels between verbs: a reference to an immutable batch, never its rows."""

from dataclasses import asdict, dataclass
from typing import Any, Self

from sigap.domain.period import Period


@dataclass(frozen=True, slots=True)
class BatchRef:
    """One immutable Parquet batch of the lake.

    `sha256` is the digest of the file's bytes; `rows` counts its rows. Small enough for an XCom, and free of
    personal data.
    """

    dataset: str
    period: str
    uri: str
    rows: int
    sha256: str

    def as_dict(self) -> dict[str, Any]:
        """The reference as plain values."""
        return asdict(self)

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> Self:
        """The reference from `as_dict`."""
        return cls(**values)


@dataclass(frozen=True, slots=True)
class Delivery:
    """One received file: who sent it for which month, under which name, and the digest of its bytes."""

    delivery_id: str
    period: Period
    source: str
    file_name: str
    sha256: str
    size_bytes: int
