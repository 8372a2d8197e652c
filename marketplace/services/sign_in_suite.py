"""The other ways to sign in, in one value: by passkey, and through an organisation."""

from dataclasses import dataclass, field

from crypto.sealing import Vault
from marketplace.services.accounts import SignIn
from marketplace.services.desk import Desk
from marketplace.services.keep_passkeys import Passkeys
from marketplace.services.sign_in_by_institution import Institutions
from marketplace.services.sign_in_ports import Authenticators, Issuers


@dataclass(frozen=True)
class DoorSide:
    """What the other ways in need from outside; `address` is where people see this market."""

    address: str
    authenticators: Authenticators
    issuers: Issuers
    vault: Vault = field(repr=False)


@dataclass(frozen=True)
class Doors:
    """The other ways in."""

    address: str
    passkeys: Passkeys
    institutions: Institutions


def doors(desk: Desk, side: DoorSide, password: SignIn) -> Doors:
    """Make the use cases."""
    passkeys = Passkeys(desk, side.authenticators, password)
    institutions = Institutions(desk, side.issuers, passkeys, side.vault)
    return Doors(side.address, passkeys, institutions)
