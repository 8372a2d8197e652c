"""A person gives a device an address, or takes it away."""

import uuid
from dataclasses import dataclass

from crypto.randomness import RandomBytes, random_bytes
from crypto.sealing import SealingKey
from wallet.domain.broker_access import SALT_BYTES, verifier_of
from wallet.domain.clock import Clock
from wallet.domain.letterbox import (
    MAX_NAME,
    MOST_ADDRESSES,
    PASSWORD_BYTES,
    Address,
    AddressNote,
    new_letterbox,
    password_text,
    read_note,
    seal_note,
)
from wallet.domain.session import Session
from wallet.errors import ChoiceError
from wallet.services.letter_ports import LetterStore
from wallet.services.source_ports import Chosen, FileSources
from wallet.services.stream_ports import StreamStore
from wallet.services.take_letters import TakeLetters


@dataclass(frozen=True)
class GivenAddress:
    """An address as it is shown once: the password is not kept."""

    address_id: str
    password: str


@dataclass(frozen=True)
class KeepAddresses:
    """Looks after the addresses of a wallet."""

    letters: LetterStore
    take: TakeLetters
    sources: FileSources
    streams: StreamStore
    clock: Clock
    random: RandomBytes = random_bytes

    def all(self, session: Session) -> tuple[tuple[str, AddressNote], ...]:
        """The addresses with their notes, the newest first."""
        found = [
            (each.address_id, read_note(each, session.vault))
            for each in self.letters.addresses(session.wallet_id)
        ]
        return tuple(sorted(found, key=lambda each: (each[1].made_at, each[0]), reverse=True))

    def give(self, session: Session, name: str, source: str, chosen: Chosen) -> GivenAddress:
        """A new address for one source at the grain that was chosen.

        Raises:
            NotInWalletError: there is no such source.
            ChoiceError: the name cannot be used, nothing is chosen, or there are too many addresses. A name
                under which readings were counted before is not used again: a new device begins to count
                anew, and its readings would be taken for those.
        """
        told = name.strip()
        if not 1 <= len(told) <= MAX_NAME or not told.isprintable():
            raise ChoiceError(f"Give it a name of 1 to {MAX_NAME} characters.", "name")
        manifest = self.sources.manifest(source)
        if not manifest.grains(chosen.switches):
            raise ChoiceError("Choose how fine your wallet keeps it.", "switches")
        if len(self.letters.addresses(session.wallet_id)) >= MOST_ADDRESSES:
            raise ChoiceError(f"There are {MOST_ADDRESSES} already. Take one away first.", "name")
        if any(each.source == told and each.seen.ranges for each in self.streams.all(session)):
            raise ChoiceError("A device of this name has sent already. Choose another name.", "name")
        box = new_letterbox(session.wallet_id, session.vault, SealingKey.generate_hybrid(self.random))
        self.letters.keep_box(box)
        address_id = str(uuid.UUID(bytes=self.random(16), version=4))
        password = password_text(self.random(PASSWORD_BYTES))
        verifier = verifier_of(password, self.random(SALT_BYTES))
        note = AddressNote(told, source, chosen.switches, chosen.zone, self.clock())
        self.letters.keep_address(
            Address(
                address_id,
                session.wallet_id,
                self.take.digest(address_id, password),
                seal_note(address_id, note, session.vault),
                verifier,
            )
        )
        return GivenAddress(address_id, password)

    def remove(self, session: Session, address_id: str) -> None:
        """Take an address away; letters that wait at it are thrown away."""
        self.letters.remove_address(session.wallet_id, address_id)
