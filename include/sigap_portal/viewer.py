"""Who looks at a page."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Viewer:
    """A signed-in person, by the account name under which approvals and the audit know them."""

    account: str
