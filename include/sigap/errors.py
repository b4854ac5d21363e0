"""One root for what we refuse, one class per stage.

A message says what, where and what to do; it never quotes a person.
"""


class SigapError(Exception):
    """Something a person has to put right. Retrying alone does not help."""


class PeriodError(SigapError):
    """A period that is no month."""


class SettingsError(SigapError):
    """The deployment lacks a fact or states an impossible one."""


class SourceError(SigapError):
    """A delivery that cannot be taken in."""


class QualityError(SigapError):
    """A delivery whose rows may not be used."""


class IdentityError(SigapError):
    """Persons or memberships that cannot be told apart or joined."""


class EntitlementError(SigapError):
    """Rules or a roster that cannot be applied."""


class ApprovalError(SigapError):
    """A step that lacks an approval, or an approval by the wrong person."""


class BillingError(SigapError):
    """A premium or an invoice that may not be made."""


class SettlementError(SigapError):
    """A bill or a receipt that cannot be reconciled."""


class ReportingError(SigapError):
    """A document that cannot be made or no longer agrees with the warehouse."""


class LakeError(SigapError):
    """A batch that is missing, damaged or not of its declared form."""


class WarehouseError(SigapError):
    """The warehouse is out of reach."""


class WarehouseVersionError(SigapError):
    """The warehouse's tables are older or newer than this code."""
