"""The use cases about what opens a wallet, put together."""

from dataclasses import dataclass, field

from crypto.sealing import Argon2Cost
from wallet.domain.clock import Clock
from wallet.services.check_passkey import CheckPasskey
from wallet.services.create_wallet import CreateWallet
from wallet.services.keep_contacts import KeepContacts
from wallet.services.keep_locks import KeepLocks
from wallet.services.keep_passkeys import KeepPasskeys
from wallet.services.open_wallet import OpenWallet
from wallet.services.ports import Authenticators, PasskeyStore, WalletStore


@dataclass(frozen=True)
class Custody:
    """How wallets of this installation are found and locked."""

    lookup_key: bytes = field(repr=False)
    cost: Argon2Cost


@dataclass(frozen=True)
class Doors:
    """Making a wallet, opening it, and looking after what opens it."""

    create: CreateWallet
    open: OpenWallet
    locks: KeepLocks
    passkeys: KeepPasskeys
    contacts: KeepContacts


def assemble_doors(
    wallets: WalletStore,
    passkeys: PasskeyStore,
    authenticators: Authenticators,
    custody: Custody,
    clock: Clock,
) -> Doors:
    """Make the use cases over ready stores."""
    key, cost = custody.lookup_key, custody.cost
    open_wallet = OpenWallet(wallets, CheckPasskey(passkeys, authenticators, clock), key, cost, clock)
    locks = KeepLocks(wallets, open_wallet, key, cost)
    return Doors(
        create=CreateWallet(wallets, authenticators, key, cost, clock),
        open=open_wallet,
        locks=locks,
        passkeys=KeepPasskeys(passkeys, authenticators, open_wallet, clock, key),
        contacts=KeepContacts(wallets, locks, key),
    )
