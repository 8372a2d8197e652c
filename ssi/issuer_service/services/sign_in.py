"""Who may come in: officers by a password, institutions' systems by an API key.

Passwords are stretched with Argon2id (RFC 9106) and kept as the hash of the stretched key. Wrong passwords
are counted in the database, per address and in all, so that guessing is slow from one address and from
many. API keys have 256 random bits, so a plain SHA-256 keeps them.
"""

import hashlib
import hmac
import threading
from collections.abc import Sequence
from datetime import datetime, timedelta

from crypto.encoding import b64url_encode
from crypto.errors import MalformedError
from crypto.randomness import RandomBytes
from crypto.sealing import Argon2Cost, derive_key_from_password
from ssi.issuer_service.domain.scope import ALL_SCOPES, ApiKey, Scope
from ssi.issuer_service.domain.secrets import fingerprint
from ssi.issuer_service.errors import TooManyAttemptsError, UnauthorisedError
from ssi.issuer_service.services.ports import Books, Register, StoredPassword

WINDOW = timedelta(minutes=5)
MAX_FAILURES_PER_ADDRESS = 5
MAX_FAILURES_IN_ALL = 50
_EVERYONE = hashlib.sha256(b"every address").digest()
_SALT_BYTES = 16
_PASSWORD_BYTES = 15
_KEY_ID_BYTES = 6
_API_KEY_BYTES = 32
MAX_KEY_NAME = 100


class SignIn:
    """Lets an officer in."""

    def __init__(self, books: Books) -> None:
        self._books = books
        # One attempt at a time: nobody races the count of failures, and Argon2id's 64 MiB are taken once.
        self._turn = threading.Lock()

    def __call__(self, password: str, *, address: bytes, now: datetime) -> str:
        """Return only if the password is right: a mark of the password in force, for the session.

        `address` is a keyed digest of where the attempt comes from: the address itself is not kept.

        Raises:
            UnauthorisedError: the password is wrong, or none was ever set.
            TooManyAttemptsError: five attempts from this address, or fifty in all, failed in five minutes;
                the password is not even looked at.
        """
        with self._turn:
            return self._attempt(password, address, now)

    def still_holds(self, mark: str) -> bool:
        """Whether the password of a session is still the one in force."""
        with self._books.reading() as register:
            stored = register.access.password()
        return stored is not None and hmac.compare_digest(_mark(stored).encode(), mark.encode())

    def _attempt(self, password: str, address: bytes, now: datetime) -> str:
        with self._books.reading() as register:
            self._require_calm(register, address, now)
            stored = register.access.password()
        # Argon2id takes half a second; it must not hold the one writer's place meanwhile.
        right = stored is not None and hmac.compare_digest(_verifier(password, stored), stored.verifier)
        with self._books.writing() as register:
            if right:
                register.access.forget_failures(address)
            else:
                register.access.count_failure(address, now)
                register.access.count_failure(_EVERYONE, now)
        if stored is None or not right:
            raise UnauthorisedError("the password is wrong")
        return _mark(stored)

    def _require_calm(self, register: Register, address: bytes, now: datetime) -> None:
        limits = ((address, MAX_FAILURES_PER_ADDRESS), (_EVERYONE, MAX_FAILURES_IN_ALL))
        if any(register.access.failures(subject, now - WINDOW) >= limit for subject, limit in limits):
            wait = int(WINDOW.total_seconds())
            raise TooManyAttemptsError(
                "too many wrong passwords: wait five minutes and try again", retry_after_seconds=wait
            )


class SetPassword:
    """Draws a new password for the officers."""

    def __init__(self, books: Books, *, cost: Argon2Cost, random: RandomBytes) -> None:
        self._books = books
        self._cost = cost
        self._random = random

    def __call__(self) -> str:
        """A password of 120 random bits, in place of any earlier one; it is told once and not kept."""
        password = b64url_encode(self._random(_PASSWORD_BYTES))
        bare = StoredPassword(salt=self._random(_SALT_BYTES), cost=self._cost, verifier=b"")
        stored = StoredPassword(bare.salt, bare.cost, _verifier(password, bare))
        with self._books.writing() as register:
            register.access.set_password(stored)
        return password


class ApiKeys:
    """Makes, checks and revokes the keys of institutions' systems."""

    def __init__(self, books: Books, random: RandomBytes) -> None:
        self._books = books
        self._random = random

    def create(self, *, now: datetime, name: str = "", scopes: frozenset[Scope] = ALL_SCOPES) -> str:
        """A new key, `<id>.<256 random bits>`; it is told once and not kept.

        Raises:
            MalformedError: the name is too long or cannot be printed.
        """
        if len(name) > MAX_KEY_NAME or not (name.isprintable() or not name):
            raise MalformedError(f"name: expected at most {MAX_KEY_NAME} printable characters")
        key_id = self._random(_KEY_ID_BYTES).hex()
        key = f"{key_id}.{b64url_encode(self._random(_API_KEY_BYTES))}"
        with self._books.writing() as register:
            register.access.add_api_key(ApiKey(key_id, name, scopes, now), fingerprint(key))
        return key

    def all(self) -> Sequence[ApiKey]:
        """Every key there ever was, oldest first."""
        with self._books.reading() as register:
            return register.access.api_keys()

    def admit(self, key: str) -> tuple[str, frozenset[Scope]]:
        """The id of a key that is in force, by which the register names who acted, and what it may do.

        Raises:
            UnauthorisedError: there is no such key, or it was revoked.
        """
        key_id = key.partition(".")[0]
        with self._books.reading() as register:
            kept, scopes = register.access.api_key(key_id[:20]) or (None, frozenset())
        # Compared even when nothing was found, so that the time does not tell which ids exist.
        right = hmac.compare_digest(fingerprint(key), kept or bytes(32))
        if kept is None or not right:
            raise UnauthorisedError("the API key is missing, wrong or revoked")
        return key_id, scopes

    def revoke(self, key_id: str, *, now: datetime) -> None:
        """Put a key out of force, at once.

        Raises:
            UnauthorisedError: there is no such key in force.
        """
        with self._books.writing() as register:
            if not register.access.revoke_api_key(key_id, now):
                raise UnauthorisedError(f"no API key {key_id[:20]!r} is in force")


def _mark(stored: StoredPassword) -> str:
    return hashlib.sha256(b"argonauta issuer session v1" + stored.verifier).hexdigest()[:32]


def _verifier(password: str, stored: StoredPassword) -> bytes:
    stretched = derive_key_from_password(password, salt=stored.salt, cost=stored.cost)
    return hashlib.sha256(b"argonauta issuer sign-in v1" + stretched).digest()
