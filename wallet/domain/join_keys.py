"""Under which handles may a person's records be put together? Keys that only her wallet can make again.

One key for each two data sets at each marketplace, from the wallet's own secret (`consent.joining`): so both
consents name the same handle although they are given at different times, and nothing links what she did not
allow to be joined.
"""

from collections.abc import Iterable, Mapping

from consent.joining import JoinClaim, Joining, handle_of, join_key, prove_join
from crypto.signing import SigningKey
from wallet.domain.session import Session

_LABEL = "argonauta join secret v1"


def join_keys(
    session: Session, *, marketplace: str, data_set: str, others: Iterable[str]
) -> dict[str, SigningKey]:
    """The keys for joining one data set with each of some others."""
    secret = session.vault.derive(_LABEL)
    return {other: join_key(secret, marketplace=marketplace, data_sets=(data_set, other)) for other in others}


def joins_of(keys: Mapping[str, SigningKey]) -> frozenset[Joining]:
    """What a policy says of these keys."""
    return frozenset(Joining(other, handle_of(key)) for other, key in keys.items())


def proofs_of(
    keys: Mapping[str, SigningKey],
    *,
    consent_id: str,
    credential_digest: str,
    marketplace: str,
    data_set: str,
) -> dict[str, str]:
    """The join proofs of a consent."""
    return {
        other: prove_join(JoinClaim(consent_id, credential_digest, marketplace, data_set, other), key)
        for other, key in keys.items()
    }
