"""Trying a workbook in a process of its own, which may break where ours may not.

Some formats do not show beforehand how much they will become: repeated rows of ods, far cells of xls.
A reader that runs out of memory takes its process with it, and one that never ends would hold up the month.
"""

import os
import subprocess
import sys
from typing import BinaryIO

from sigap.sources.refusals import UnreadableFileError

_MEMORY = 2 * 1024**3  # bytes: a million rows of twenty columns need less
_SECONDS, _SECONDS_PER_MB = 10, 2  # of computing: ten times what an ordinary workbook takes
_FAILED = 3
_READ_ALL = """
import io, resource, sys
from python_calamine import CalamineWorkbook
memory, seconds, failed = map(int, sys.argv[1:])
resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
try:
    workbook = CalamineWorkbook.from_filelike(io.BytesIO(sys.stdin.buffer.read()))
    for name in workbook.sheet_names:
        workbook.get_sheet_by_name(name).to_python(skip_empty_area=False)
except MemoryError:
    sys.exit(failed)
except Exception:
    pass  # what else is wrong shows again, and is named, when the workbook is read
except BaseException:  # a fault inside the reader, which is also how it takes that no memory is left
    sys.exit(failed)
"""


def try_reading(file: BinaryIO, file_name: str) -> None:
    """Read every sheet once and forget it, within bounds; the file's position is set back to the start.

    Raises `UnreadableFileError` when that breaks, or takes more memory or time than any list of persons.
    """
    content = file.read()
    file.seek(0)
    if not _can_be_read(content):
        raise UnreadableFileError(
            file_name,
            "is damaged, or takes more memory or time to read than any list of persons",
            "Delete the lines below and the columns beside the list, save it as .xlsx and send it again",
        )


def _can_be_read(content: bytes) -> bool:
    seconds = _SECONDS + _SECONDS_PER_MB * len(content) // 1024**2
    paths = {name: os.environ[name] for name in ("PYTHONPATH", "LD_LIBRARY_PATH") if name in os.environ}
    command = [sys.executable, "-P", "-c", _READ_ALL, str(_MEMORY), str(seconds), str(_FAILED)]
    try:
        ended = subprocess.run(
            command, input=content, capture_output=True, timeout=2 * seconds, check=False, env=paths
        )
    except subprocess.TimeoutExpired:
        return False
    if ended.returncode > 0 and ended.returncode != _FAILED:
        ended.check_returncode()  # it did not even begin
    return ended.returncode == 0  # below zero: stopped by a signal
