"""Who may judge: account names that the settings give."""

from sigap.errors import ApprovalError
from sigap.settings import Settings

SUBJECTS = ("roster", "invoices")


def approvers(subject: str, settings: Settings) -> tuple[str, ...]:
    """The account names that may judge the `roster` or the `invoices`."""
    if subject not in SUBJECTS:
        raise ApprovalError(f"{subject!r} cannot be judged. Name one of: {', '.join(SUBJECTS)}.")
    names = settings.roster_approvers if subject == "roster" else settings.invoice_approvers
    return tuple(name.strip() for name in names.split(",") if name.strip())
