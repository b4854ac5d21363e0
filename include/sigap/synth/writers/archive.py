"""Zip archives that carry no clock."""

import shutil
import zipfile
from pathlib import Path
from typing import Any

_LONG_AGO = (1980, 1, 1, 0, 0, 0)


def entry(name: str, *, stored: bool = False) -> zipfile.ZipInfo:
    """An entry with a fixed date and plain rights."""
    found = zipfile.ZipInfo(name, _LONG_AGO)
    found.compress_type = zipfile.ZIP_STORED if stored else zipfile.ZIP_DEFLATED
    found.external_attr = 0o600 << 16
    return found


class ClocklessZip(zipfile.ZipFile):
    """A zip file whose entries all carry the same date; openpyxl adds them from temporary files."""

    def write(self, filename: Any, arcname: Any = None, *_: Any, **__: Any) -> None:
        """Add a file under another name, without its date."""
        with Path(filename).open("rb") as source, self.open(entry(str(arcname)), "w") as target:
            shutil.copyfileobj(source, target, 1 << 20)

    def writestr(self, zinfo_or_arcname: Any, data: Any, *_: Any, **__: Any) -> None:
        """Add bytes or text, without a date."""
        super().writestr(entry(getattr(zinfo_or_arcname, "filename", zinfo_or_arcname)), data)
