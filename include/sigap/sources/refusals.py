"""Why a delivery is refused: one sentence with file, trouble and remedy. Never a value of a cell."""

from collections.abc import Collection

from sigap.errors import SourceError


class CatalogError(SourceError):
    """A catalog entry that contradicts itself or the datasets."""


class UnknownSourceError(SourceError):
    """A folder that no catalog entry describes."""


class OutOfReachError(SourceError):
    """A file of the inbox that cannot be had: gone, closed to us, still growing, no plain file, too large."""

    def __init__(self, file_name: str, trouble: str, remedy: str) -> None:
        """Build the sentence from the file's name, what is wrong with it, and what to do."""
        super().__init__(f"{file_name} {trouble}. {remedy}, then collect again.")


class UnreadableFileError(SourceError):
    """Bytes that are no list: empty, damaged, protected, or of another kind than agreed."""

    def __init__(self, file_name: str, trouble: str, remedy: str) -> None:
        """Build the sentence from the file's name, what is wrong with it, and what to do."""
        super().__init__(f"{file_name} {trouble}. {remedy}.")


class HeaderNotFoundError(SourceError):
    """A list without a line of headers."""

    def __init__(self, file_name: str, source: str, lines: int) -> None:
        """Build the sentence."""
        super().__init__(
            f"{file_name} has no header in its first {lines} lines. "
            f"Ask the sender for the agreed template, or add its headers to sources/catalog/{source}.yaml."
        )


class MissingColumnsError(SourceError):
    """A list whose header lacks columns that the catalog requires."""

    def __init__(self, file_name: str, source: str, sheet: str, missing: Collection[str]) -> None:
        """Build the sentence; `missing` are headers as the catalog writes them."""
        where = f"sheet {sheet!r}" if sheet else "its header"
        super().__init__(
            f"{file_name}: {where} lacks {', '.join(sorted(missing))}. "
            f"Ask the sender for the agreed template, or change sources/catalog/{source}.yaml."
        )


class DuplicateHeaderError(SourceError):
    """A list in which two columns claim to be the same."""

    def __init__(self, file_name: str, sheet: str, meaning: str, columns: Collection[str]) -> None:
        """Build the sentence; `columns` are spreadsheet letters."""
        where = f", sheet {sheet!r}" if sheet else ""
        super().__init__(
            f"{file_name}{where}: columns {' and '.join(columns)} both stand for {meaning}. "
            "Ask the sender to keep one of them, or to rename the other."
        )
