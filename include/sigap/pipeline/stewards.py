"""Who settles what waits for a person."""

from sigap.errors import SigapError
from sigap.settings import Settings


def refuse_stranger(actor: str, settings: Settings, error: type[SigapError]) -> None:
    """Raise `error` unless the account is one of the stewards that the settings name."""
    if actor.strip() not in [name.strip() for name in settings.stewards.split(",")]:
        raise error(
            "Rows and pairs are settled by the stewards that SIGAP_STEWARDS names, and the account given is "
            "none of them. Ask one of them, or have the setting changed."
        )
