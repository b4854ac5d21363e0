"""Finds, in a task's log, the sentence that it ended with."""

import json
from pathlib import Path


def sentence_of(log: Path) -> str:
    """The last error of a task's log in one line; empty when there is none."""
    try:
        lines = log.read_text(encoding="utf-8").splitlines()
    except OSError:
        return ""
    for line in reversed(lines):
        try:
            entry = json.loads(line)
        except ValueError:
            continue
        if details := entry.get("error_detail"):
            return str(details[0]["exc_value"])
    return ""
