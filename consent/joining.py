"""Which two records belong to one person, and how does anybody know that she said so?

A person who lets a record be joined with one of another data set signs a *join handle* into both consents: a
public key (Ed25519, 32 bytes) that her wallet derives from a secret of its own, for exactly these two data
sets at this marketplace. Under each consent stands the signature of that key, the *join proof*. So a handle
links nothing that she did not allow: consents that allow no join carry none, and those for other pairs or
other marketplaces carry others. A handle that somebody has seen cannot be put into another consent, because
the proof is about one consent and one credential.

A row of a computation stands on one consent, or on two where data sets are joined. It is named by them, the
consent to the first data set first (`row_of`), so that whatever is agreed or signed about a set of rows says
which records were put together.

NOTE: what is proved is that one wallet holds both records, not that one person does. Two wallets in league
can share a key and present two people's records as those of one.
"""

from dataclasses import dataclass
from functools import lru_cache

from consent.errors import MismatchError, QueryRefusedError
from consent.query import Query
from consent.signed import is_consent_id
from crypto.encoding import b64url_encode, canonical_json
from crypto.sealing import derive_subkey
from crypto.signing import SigningKey, VerifyingKey, generate_ed25519
from ssi.dataset import DataSet, data_set
from ssi.errors import DataSetError
from ssi.joined import joined_by_ref
from ssi.windowed import Window, windowed

JOIN_KEY_USE = "argonauta join key v1"
JOIN_PROOF_USE = "argonauta join proof v1"
MOST_JOINS = 16
MOST_RECORDS = 2
"""How many records of one person can stand in one row."""
HANDLE_BYTES = 32
PROOF_BYTES = 64
_ROW_LINK = "+"


@dataclass(frozen=True, order=True)
class Joining:
    """That a record may be joined with one of another data set, and the handle under which that one is found.

    `handle` is the public join key, 32 bytes in base64url.
    """

    data_set: str
    handle: str


@dataclass(frozen=True)
class JoinClaim:
    """What a join proof is about: one consent to one record, to be joined with one of another data set."""

    consent_id: str
    credential_digest: str
    marketplace: str
    data_set: str
    other: str

    @property
    def message(self) -> bytes:
        """The bytes that are signed."""
        return canonical_json(
            {
                "use": JOIN_PROOF_USE,
                "consent_id": self.consent_id,
                "credential_digest": self.credential_digest,
                "marketplace": self.marketplace,
                "data_set": self.data_set,
                "other": self.other,
            }
        )


def asked_about(query: Query) -> DataSet:
    """The data set whose attributes a query may name: its own, or its two as one, with the query's windows.

    Raises:
        UnknownDataSetError: there is no such data set.
        QueryRefusedError: a data set is to be joined with itself, or a window is of no series or leaves it.
    """
    windows = query.windows
    return _windowed(query.data_set, query.join, windows) if windows else _records(query)


def _records(query: Query) -> DataSet:
    if query.join is None:
        return data_set(query.data_set)
    if query.join == query.data_set:
        raise QueryRefusedError(
            f"{query.data_set} is to be joined with itself", "join another data set, or leave the join out"
        )
    return joined_by_ref(query.data_set, query.join)


@lru_cache(maxsize=256)
def _windowed(left: str, right: str | None, windows: tuple[Window, ...]) -> DataSet:
    known = data_set(left) if right is None else joined_by_ref(left, right)
    try:
        return windowed(known, windows)
    except DataSetError as error:
        raise QueryRefusedError(
            str(error), f"ask with windows of a series of {known.ref}, within its readings"
        ) from error


def row_of(*consent_ids: str) -> str:
    """The name of the row that stands on these consents, which are in the order of the query's data sets."""
    return _ROW_LINK.join(consent_ids)


def consents_of(row: str) -> tuple[str, ...]:
    """The consents on which a row stands, by its name."""
    return tuple(row.split(_ROW_LINK))


def is_row(text: str) -> bool:
    """Whether a text has the form of a row's name: one consent id, or two different ones."""
    consent_ids = consents_of(text)
    return len(consent_ids) == len(set(consent_ids)) <= MOST_RECORDS and all(map(is_consent_id, consent_ids))


def join_key(wallet_secret: bytes, *, marketplace: str, data_sets: tuple[str, str]) -> SigningKey:
    """The key of one wallet for joining two data sets, in whichever order, at one marketplace.

    `wallet_secret` has 32 secret bytes. Keys for other pairs or marketplaces are independent of it, as HKDF
    gives them (RFC 5869).
    """
    about = canonical_json({"marketplace": marketplace, "data_sets": sorted(data_sets)}).decode()
    seed = derive_subkey(wallet_secret, f"{JOIN_KEY_USE} {about}")
    return generate_ed25519(lambda _: seed)


def handle_of(key: SigningKey) -> str:
    """The join handle of a key: its public part in base64url."""
    return key.public.to_jwk()["x"]


def prove_join(claim: JoinClaim, key: SigningKey) -> str:
    """Sign a claim with the join key; 64 bytes in base64url."""
    return b64url_encode(key.sign(claim.message))


def verify_join(claim: JoinClaim, handle: str, proof: bytes) -> None:
    """Return only if the holder of this handle signed this claim.

    Raises:
        MalformedError: the handle is no public key.
        SignatureError: the proof does not verify.
    """
    VerifyingKey.from_jwk({"kty": "OKP", "crv": "Ed25519", "x": handle}).verify(proof, claim.message)


def require_one_person(left: str | None, right: str | None) -> None:
    """Return only if two consents name one and the same join handle.

    Raises:
        MismatchError: they name two, or one names none.
    """
    if left is None or left != right:
        raise MismatchError("these consents do not say that their records are of one person")
