"""How do messages of any length become scalars? By hashing (draft-irtf-cfrg-bbs-signatures §4.1.2)."""

from collections.abc import Iterable

from crypto.bbs.ciphersuite import Ciphersuite


def messages_to_scalars(messages: Iterable[bytes], suite: Ciphersuite) -> list[int]:
    """A scalar for each message; two messages with one scalar cannot be found."""
    return [suite.hash_to_scalar(message, b"MAP_MSG_TO_SCALAR_AS_HASH_") for message in messages]
