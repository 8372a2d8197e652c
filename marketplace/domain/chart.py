"""Which accounts does the ledger have? The chart of accounts, one function for each kind of name.

An account exists as soon as a transfer names it. All are guarded against falling below zero, except those
of the world outside, whose balance is the mirror of what came in.
"""

PLATFORM_FEE = "platform:fee"
SANDBOX = "external:sandbox"
BANK = "external:bank"
_UNGUARDED = "external:"
_REFUND = "refund:"


def buyer_available(account_id: str) -> str:
    """What a buyer can spend."""
    return f"buyer:{account_id}:available"


def escrow(order_id: str) -> str:
    """What waits for one order's answer."""
    return f"escrow:{order_id}"


def node_fee(node_id: str) -> str:
    """What a computation node has earned."""
    return f"node:{node_id}:fee"


def subject_earned(consent_id: str) -> str:
    """What a person was compensated for one consent."""
    return f"subject:{consent_id}:earned"


def payout_requested(payout_id: str) -> str:
    """What a person asked to be paid, until it is paid or goes back."""
    return f"payout:{payout_id}:requested"


def vat(country: str) -> str:
    """What is owed to the tax office of a country (ISO 3166-1 alpha-2)."""
    return f"vat:{country}"


def rail(name: str) -> str:
    """The mirror of what came in and went back over a payment rail."""
    return f"{_UNGUARDED}{name}"


def refund_requested(refund_id: str) -> str:
    """What a buyer asked to have back, until the rail has it or it returns."""
    return f"{_REFUND}{refund_id}:requested"


def is_refund(account: str) -> bool:
    """Whether it holds what a buyer asked to have back."""
    return account.startswith(_REFUND)


def is_external(account: str) -> bool:
    """Whether it mirrors the world outside."""
    return account.startswith(_UNGUARDED)


def is_guarded(account: str) -> bool:
    """Whether the account may never fall below zero."""
    return not account.startswith(_UNGUARDED)
