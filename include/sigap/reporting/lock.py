"""Passwords on files that leave the house: real encryption, the password kept nowhere."""

import io
import secrets
from contextlib import suppress
from pathlib import Path

from sigap.errors import ReportingError

PROTECTED = (".xlsx", ".pdf")
_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"  # none that is taken for another when read out
_GROUPS, _GROUP = 4, 5
_PDF = b"%PDF"
_COMPOUND = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"  # an encrypted workbook is a compound file


def new_password() -> str:
    """Twenty letters and digits in groups to be read over the telephone: 99 bits."""
    groups = ("".join(secrets.choice(_LETTERS) for _ in range(_GROUP)) for _ in range(_GROUPS))
    return "-".join(groups)


def protect(source: Path, target: Path, password: str) -> None:
    """Write a protected copy: .xlsx by ECMA-376 agile encryption as Excel does, .pdf by AES-256.

    Raises `ReportingError` for another kind of file, which can carry no password.
    """
    if source.suffix == ".xlsx":
        import msoffcrypto.format.ooxml

        with source.open("rb") as plain, target.open("xb") as out:
            msoffcrypto.format.ooxml.OOXMLFile(plain).encrypt(password, out)
    elif source.suffix == ".pdf":
        from pypdf import PdfWriter

        writer = PdfWriter(clone_from=source)
        writer.encrypt(password, algorithm="AES-256")
        with target.open("xb") as out:
            writer.write(out)
    else:
        raise ReportingError(
            f"{source.name}: a {source.suffix} file can carry no password. Let the template write xlsx, "
            "or hand it over with --unprotected through a channel that is itself closed."
        )


def is_protected(content: bytes) -> bool:
    """Whether a file asks for a password before it shows anything."""
    if content.startswith(_PDF):
        from pypdf import PdfReader
        from pypdf.errors import PyPdfError

        with suppress(PyPdfError):  # a damaged one asks for nothing
            return bool(PdfReader(io.BytesIO(content)).is_encrypted)
    return content.startswith(_COMPOUND)


def unlock(content: bytes, password: str) -> bytes:
    """The file behind a password; a PDF comes with its own words, not with its own bytes.

    Raises `ReportingError` when the password is another.
    """
    if content.startswith(_PDF):
        from pypdf import PdfReader, PdfWriter

        reader = PdfReader(io.BytesIO(content))
        if not reader.decrypt(password):
            raise _refuse()
        opened = io.BytesIO()
        PdfWriter(clone_from=reader).write(opened)
        return opened.getvalue()
    import msoffcrypto
    from msoffcrypto.exceptions import DecryptionError, InvalidKeyError

    opened = io.BytesIO()
    try:
        file = msoffcrypto.OfficeFile(io.BytesIO(content))
        file.load_key(password=password, verify_password=True)
        file.decrypt(opened, verify_integrity=True)
    except (InvalidKeyError, DecryptionError):
        raise _refuse() from None
    return opened.getvalue()


def _refuse() -> ReportingError:
    return ReportingError(
        "The password does not open this file. Ask whoever handed it over for the right one."
    )
