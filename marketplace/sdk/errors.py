"""What can go wrong for a buyer, by what the buyer can do about it."""


class SdkError(Exception):
    """Any failure of this folder."""


class KeyFileError(SdkError):
    """The key file cannot be read, is readable by others, or is not one."""


class OrderFileError(SdkError):
    """A file of the buyer, such as an order or a query, cannot be read or is not one."""


class OrderFailedError(SdkError):
    """The job failed and the money is back; `culprits` are the nodes to blame, where it can be told."""

    def __init__(self, reason: str, culprits: tuple[str, ...]) -> None:
        super().__init__(reason)
        self.reason = reason
        self.culprits = culprits


class FeeBackError(OrderFailedError):
    """A member spoiled a sum: the people in it are paid all the same, and only the platform's fee is back."""


class StillRunningError(SdkError):
    """The job is not done within the time the caller wanted to wait; waiting again is harmless."""


class ResultRefusedError(SdkError):
    """The result does not hold together: it is for another order, or was not signed by the known parties."""


class NodesContradictError(ResultRefusedError):
    """Nodes contradict each other or themselves; `culprits` are the ids of those who can be blamed."""

    def __init__(self, message: str, culprits: tuple[str, ...]) -> None:
        super().__init__(message)
        self.culprits = culprits


class LyingNodeError(NodesContradictError):
    """A node sealed something else than it signed; `role` is its role, and the key of that role proves it."""

    def __init__(self, message: str, *, node: str, role: int) -> None:
        super().__init__(message, (node,))
        self.node = node
        self.role = role


class OfferRefusedError(SdkError):
    """An offer of scores does not hold: do not ask under it."""


class LyingWalletError(ResultRefusedError):
    """A wallet answered with something else than a key for what was asked; a dispute proves it."""


class SpoiltSumError(ResultRefusedError):
    """The masks of a crowd sum do not give the sum of what the wallets proved; a dispute shows it."""


class ProofRefusedError(ResultRefusedError):
    """The proof of an answer does not hold; `step` is the name of the step that failed."""

    def __init__(self, step: str, message: str) -> None:
        super().__init__(f"{step}: {message}")
        self.step = step


class EnrolmentError(SdkError):
    """The organisation's credential was not collected, or must not be used; the message says why.

    `credential` is there only where nothing is known against it but its issuer's word that it still holds
    could not be had: keep it and check it again later, because the link is used up.
    """

    def __init__(self, message: str, *, credential: str | None = None) -> None:
        super().__init__(message)
        self.credential = credential
