"""Who looks at a page."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Viewer:
    """A signed-in account: `account` as approvals and the audit keep it, `name` as people read it."""

    account: str
    name: str
