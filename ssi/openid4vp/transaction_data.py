"""What does the owner of a wallet agree to while presenting? Transaction data (OpenID4VP 1.0 §8.4).

The verifier sends each transaction as base64url of JSON; the wallet shows it, and signs the hash of the text
as it came, so that both mean the same bytes.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, cast

from crypto.encoding import Json, b64url_decode, b64url_encode, canonical_json, parse_json
from crypto.errors import MalformedError
from crypto.reading import Fields
from ssi.openid4vp.errors import ErrorCode, RequestRefusedError

HASHES_CLAIM: Final = "transaction_data_hashes"
ALGORITHM_CLAIM: Final = "transaction_data_hashes_alg"
MAX_TRANSACTIONS: Final = 20
MAX_ENCODED: Final = 20_000
_DEFAULT: Final = "sha-256"
_HASHES: Final = {"sha-256": hashlib.sha256, "sha-384": hashlib.sha384, "sha-512": hashlib.sha512}


@dataclass(frozen=True)
class TransactionData:
    """One transaction: the text as sent, its type, and which credential queries may confirm it."""

    encoded: str = field(repr=False)
    type: str
    credential_ids: tuple[str, ...]
    algorithms: tuple[str, ...] | None
    document: Mapping[str, Json] = field(repr=False, hash=False)

    def digest(self, algorithm: str) -> str:
        """The base64url hash of the text as it was sent."""
        return b64url_encode(_HASHES[algorithm](self.encoded.encode("ascii")).digest())


def write_transaction(
    kind: str, credential_ids: Sequence[str], details: Mapping[str, Json]
) -> TransactionData:
    """The transaction of a type with its details, to be confirmed with one of these credentials."""
    document = {**details, "type": kind, "credential_ids": list(credential_ids)}
    return _read(b64url_encode(canonical_json(document)))


def read_transactions(
    listed: Sequence[Json], *, known_types: frozenset[str] | None, query_ids: frozenset[str]
) -> tuple[TransactionData, ...]:
    """The transactions of a request, all of which the wallet must understand; None stands for every type.

    Raises:
        RequestRefusedError: `invalid_transaction_data`: not of the form, of an unknown type, for a credential
            that is not asked for, or hashed in no way that is known here.
    """
    try:
        found = [_read(one) for one in listed]
        for one in found:
            _check(one, known_types, query_ids)
    except MalformedError as error:
        raise RequestRefusedError(ErrorCode.INVALID_TRANSACTION_DATA, str(error)) from error
    return tuple(found)


def confirmation(transactions: Sequence[TransactionData]) -> dict[str, Json]:
    """The claims by which a key binding confirms these transactions; none for none.

    The hash is the first that the first transaction names and that all allow.

    Raises:
        RequestRefusedError: `invalid_transaction_data`: no hash is allowed by all.
    """
    if not transactions:
        return {}
    shared = [
        name for name in _allowed(transactions[0]) if all(name in _allowed(one) for one in transactions)
    ]
    if not shared:
        raise RequestRefusedError(
            ErrorCode.INVALID_TRANSACTION_DATA, "the transactions allow no hash in common that is known here"
        )
    claims: dict[str, Json] = {HASHES_CLAIM: [one.digest(shared[0]) for one in transactions]}
    if any(one.algorithms is not None for one in transactions):
        claims[ALGORITHM_CLAIM] = shared[0]
    return claims


def check_confirmation(claims: Mapping[str, Json], transactions: Sequence[TransactionData]) -> None:
    """Return only if a key binding confirms exactly these transactions, in their order.

    Raises:
        MalformedError: other hashes, another number of them, or a hash that was not allowed.
    """
    if not transactions:
        return  # what a wallet adds unasked is relied on by nothing
    algorithm = claims.get(ALGORITHM_CLAIM, _DEFAULT)
    allowed = all(algorithm in _allowed(one) for one in transactions)
    named = ALGORITHM_CLAIM in claims or all(one.algorithms is None for one in transactions)
    if not isinstance(algorithm, str) or not allowed or not named:
        raise MalformedError(f"{ALGORITHM_CLAIM}: not a hash that was asked for")
    if claims.get(HASHES_CLAIM) != [one.digest(algorithm) for one in transactions]:
        raise MalformedError(f"{HASHES_CLAIM}: not those of the transactions that were asked about")


def _read(encoded: Json) -> TransactionData:
    if not isinstance(encoded, str) or not 0 < len(encoded) <= MAX_ENCODED:
        raise MalformedError(f"transaction_data: expected a text of up to {MAX_ENCODED} characters")
    document = parse_json(b64url_decode(encoded))
    fields = Fields.of(document, "transaction_data")
    return TransactionData(
        encoded=encoded,
        type=fields.text("type", max_length=500),
        credential_ids=fields.texts("credential_ids", least=1, max_length=100),
        algorithms=fields.texts(ALGORITHM_CLAIM, least=1) if fields.has(ALGORITHM_CLAIM) else None,
        document=cast("Mapping[str, Json]", document),
    )


def _check(one: TransactionData, known_types: frozenset[str] | None, query_ids: frozenset[str]) -> None:
    if known_types is not None and one.type not in known_types:
        raise MalformedError(f"transaction_data: the type {one.type[:100]!r} is not known here")
    if not set(one.credential_ids) <= query_ids:
        raise MalformedError("transaction_data: it names a credential that is not asked for")
    if not _allowed(one):
        raise MalformedError(f"transaction_data: expected one of the hashes {', '.join(_HASHES)}")


def _allowed(one: TransactionData) -> tuple[str, ...]:
    named = (_DEFAULT,) if one.algorithms is None else one.algorithms
    return tuple(name for name in named if name in _HASHES)
