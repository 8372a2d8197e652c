"""Which devices may write at the broker: everything that it has to be told, made anew each time."""

from dataclasses import dataclass

from crypto.randomness import RandomBytes, random_bytes
from wallet.domain.broker_access import (
    COLLECTOR_ROUNDS,
    SALT_BYTES,
    access_lines,
    password_lines,
    verifier_of,
)
from wallet.services.letter_ports import LetterStore


@dataclass(frozen=True)
class AccessFiles:
    """The `password_file` and the `acl_file` of the broker, and how many devices they let in."""

    passwords: str
    rights: str
    devices: int


@dataclass(frozen=True)
class BrokerAccess:
    """Lists the addresses of all wallets; one that was taken away is not among them any more."""

    letters: LetterStore
    random: RandomBytes = random_bytes

    def __call__(self, collector: str, password: str) -> AccessFiles:
        """The files, in which the collector has this name and password.

        Raises:
            ChoiceError: the name cannot be used.
        """
        rights = access_lines(collector)
        devices = self.letters.broker_verifiers()
        own = verifier_of(password, self.random(SALT_BYTES), COLLECTOR_ROUNDS)
        return AccessFiles(password_lines((collector, own), devices), rights, len(devices))
