"""What reaches a wallet while it is locked: letters, sealed to its public key as they come in.

A letterbox has a key pair of its own; the private key is sealed under the data key, so only the open wallet
reads what came. An address is what a device is told: a name and a password, both random, for one source.
Whoever has them can put letters in, and read none.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from crypto.encoding import Json, b64url_encode, canonical_json, parse_json
from crypto.errors import CryptoError, MalformedError
from crypto.reading import Fields, utc_text
from crypto.sealing import SealingKey, SealingPublicKey, Vault, open_sealed, seal
from wallet.domain.source import Grain
from wallet.errors import DamagedError

PASSWORD_BYTES: Final = 20
MAX_LETTER_BYTES: Final = 64 * 1024
MOST_LETTERS: Final = 20_000
MOST_WAITING_BYTES: Final = 64 * 1024 * 1024
MOST_ADDRESSES: Final = 100
MAX_NAME: Final = 60


@dataclass(frozen=True)
class Letterbox:
    """The key pair of one wallet's letters: anybody may seal, only the open wallet opens."""

    wallet_id: str
    public_key: bytes
    sealed_key: bytes = field(repr=False)


@dataclass(frozen=True)
class Address:
    """Where one device sends to. `password_digest` is keyed; `sealed_note` is what only the wallet reads.

    `broker_verifier` is what a broker recognises the password by (`wallet.domain.broker_access`); addresses
    that were made before brokers were known have none.
    """

    address_id: str
    wallet_id: str
    password_digest: bytes = field(repr=False)
    sealed_note: bytes = field(repr=False)
    broker_verifier: str | None = field(default=None, repr=False)


@dataclass(frozen=True)
class AddressNote:
    """What a person calls it, which source speaks there and how fine it may be; and what came so far."""

    name: str
    source: str
    switches: frozenset[str]
    zone: ZoneInfo
    made_at: datetime
    letters: int = 0
    unread: int = 0
    last_at: datetime | None = None

    def after(self, letters: int, unread: int, last_at: datetime) -> "AddressNote":
        """After letters were unpacked, some of which were none of this source."""
        latest = last_at if self.last_at is None else max(last_at, self.last_at)
        return replace(self, letters=self.letters + letters, unread=self.unread + unread, last_at=latest)


@dataclass(frozen=True)
class Letter:
    """One thing that came in, sealed."""

    letter_id: str
    wallet_id: str
    address_id: str
    received_at: datetime
    sealed_body: bytes = field(repr=False)


def new_letterbox(wallet_id: str, vault: Vault, key: SealingKey) -> Letterbox:
    """A letterbox around a fresh key pair."""
    sealed = vault.seal(key.to_bytes(), _key_place(wallet_id))
    return Letterbox(wallet_id, key.public.to_bytes(), sealed)


def private_key(box: Letterbox, vault: Vault) -> SealingKey:
    """The key that opens its letters.

    Raises:
        DamagedError: it was altered, or belongs to another wallet.
    """
    try:
        return SealingKey.from_bytes(vault.open(box.sealed_key, _key_place(box.wallet_id)))
    except CryptoError as error:
        raise DamagedError("A part of this wallet was changed from outside and does not open.") from error


def seal_letter(body: bytes, box: Letterbox, address_id: str, letter_id: str, now: datetime) -> Letter:
    """Seal what came in, so that it opens only in its place."""
    letter = Letter(letter_id, box.wallet_id, address_id, now, b"")
    public = SealingPublicKey.from_bytes(box.public_key)
    return replace(letter, sealed_body=seal(body, public, context=_context(letter)))


def open_letter(letter: Letter, key: SealingKey) -> bytes:
    """What came in.

    Raises:
        CryptoError: it was altered, or put in another place.
    """
    return open_sealed(letter.sealed_body, key, context=_context(letter))


def seal_note(address_id: str, note: AddressNote, vault: Vault) -> bytes:
    """The note of an address, to be kept beside it."""
    document: dict[str, Json] = {
        "name": note.name,
        "source": note.source,
        "switches": sorted(note.switches),
        "zone": note.zone.key,
        "made_at": utc_text(note.made_at),
        "letters": note.letters,
        "unread": note.unread,
        "last_at": utc_text(note.last_at) if note.last_at else None,
    }
    return vault.seal(canonical_json(document), _note_place(address_id))


def read_note(address: Address, vault: Vault) -> AddressNote:
    """What the open wallet knows of an address.

    Raises:
        DamagedError: it was altered, or belongs to another wallet.
    """
    try:
        plain = vault.open(address.sealed_note, _note_place(address.address_id))
        fields = Fields.of(parse_json(plain), "address")
        return AddressNote(
            name=fields.text("name"),
            source=fields.text("source"),
            switches=frozenset(fields.texts("switches")),
            zone=_zone(fields.text("zone")),
            made_at=fields.moment("made_at"),
            letters=fields.integer("letters", least=0, most=2**53 - 1),
            unread=fields.integer("unread", least=0, most=2**53 - 1),
            last_at=fields.moment("last_at") if fields.has("last_at") else None,
        )
    except CryptoError as error:
        raise DamagedError("A part of this wallet was changed from outside and does not open.") from error


def settled_before(now: datetime, grains: Iterable[Grain], zone: ZoneInfo) -> datetime:
    """Up to when everything has come in that one value of these grains is made of; excluded.

    It is where the present day, hour or half hour began in the zone of the person, or this moment: the finest
    grain that is on is the one that values are kept at.
    """
    local = now.astimezone(zone)
    begins = {
        Grain.DAY: local.replace(hour=0, minute=0, second=0, microsecond=0),
        Grain.HOUR: local.replace(minute=0, second=0, microsecond=0),
        Grain.HALF_HOUR: local.replace(minute=local.minute // 30 * 30, second=0, microsecond=0),
        Grain.EACH: local + timedelta(seconds=1),
    }
    return max(begins[grain] for grain in grains).astimezone(UTC)


def password_text(password: bytes) -> str:
    """A password as a device is told it."""
    return b64url_encode(password)


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise MalformedError("address.zone: unknown") from error


def _context(letter: Letter) -> bytes:
    return f"argonauta letter|{letter.wallet_id}|{letter.address_id}|{letter.letter_id}".encode()


def _key_place(wallet_id: str) -> str:
    return f"letterbox|{wallet_id}|sealed_key"


def _note_place(address_id: str) -> str:
    return f"letter_address|{address_id}|sealed_note"
