"""How are Prio3's messages written, and how are they read from a stranger?

The encodings of draft-irtf-cfrg-vdaf-20, section 7.2: field elements and seeds of fixed sizes in order, so
every message of an algorithm and role has one exact length. The draft's version stands in every derivation,
not in the message: a message of another version decodes and then fails its proof. Readers check lengths
before anything else and refuse elements that are not reduced.
"""

from collections.abc import Sequence

from crypto.errors import MalformedError
from crypto.prio3.field import Vector
from crypto.prio3.report import (
    LEADER,
    HelperShare,
    InputShare,
    LeaderShare,
    PublicShare,
    VerifierShare,
)
from crypto.prio3.scheme import AnyPrio3
from crypto.prio3.tag import SEED_BYTES


def public_share_length(prio3: AnyPrio3) -> int:
    """How many bytes a public share has."""
    return SEED_BYTES * prio3.shares if prio3.joint else 0


def input_share_length(prio3: AnyPrio3, role: int) -> int:
    """How many bytes the input share of a role has."""
    blind = _seed_length(prio3)
    if role != LEADER:
        return SEED_BYTES + blind
    return _elements(prio3) * prio3.circuit.field.element_bytes + blind


def verifier_share_length(prio3: AnyPrio3) -> int:
    """How many bytes a verifier share has."""
    elements = prio3.sizes.verifier * prio3.proofs
    return elements * prio3.circuit.field.element_bytes + _seed_length(prio3)


def verifier_message_length(prio3: AnyPrio3) -> int:
    """How many bytes a verifier message has."""
    return _seed_length(prio3)


def encode_public_share(public_share: PublicShare) -> bytes:
    """The joint randomness parts of all nodes, or nothing."""
    return b"".join(public_share)


def decode_public_share(prio3: AnyPrio3, raw: bytes) -> PublicShare:
    """Read a public share.

    Raises:
        MalformedError: another length.
    """
    _check_length("a public share", raw, public_share_length(prio3))
    return tuple(raw[place : place + SEED_BYTES] for place in range(0, len(raw), SEED_BYTES))


def encode_input_share(prio3: AnyPrio3, share: InputShare) -> bytes:
    """Measurement share || proofs share || blind for the leader, seed || blind for any other role."""
    if isinstance(share, LeaderShare):
        return prio3.circuit.field.encode([*share.measurement, *share.proofs]) + share.blind
    return share.seed + share.blind


def decode_input_share(prio3: AnyPrio3, role: int, raw: bytes) -> InputShare:
    """Read the input share of a role.

    Raises:
        MalformedError: another length, or an element that is not reduced.
    """
    _check_length(f"an input share of role {role}", raw, input_share_length(prio3, role))
    if role != LEADER:
        return HelperShare(raw[:SEED_BYTES], raw[SEED_BYTES:])
    end = len(raw) - _seed_length(prio3)
    elements = prio3.circuit.field.decode(raw[:end], _elements(prio3))
    length = prio3.circuit.measurement_length
    return LeaderShare(elements[:length], elements[length:], raw[end:])


def encode_verifier_share(prio3: AnyPrio3, share: VerifierShare) -> bytes:
    """Verifiers || joint randomness part."""
    return prio3.circuit.field.encode(share.verifiers) + share.joint_randomness_part


def decode_verifier_share(prio3: AnyPrio3, raw: bytes) -> VerifierShare:
    """Read a verifier share.

    Raises:
        MalformedError: another length, or an element that is not reduced.
    """
    _check_length("a verifier share", raw, verifier_share_length(prio3))
    end = len(raw) - _seed_length(prio3)
    return VerifierShare(
        prio3.circuit.field.decode(raw[:end], prio3.sizes.verifier * prio3.proofs), raw[end:]
    )


def decode_verifier_message(prio3: AnyPrio3, raw: bytes) -> bytes:
    """Read a verifier message, which is the joint randomness seed or empty.

    Raises:
        MalformedError: another length.
    """
    _check_length("a verifier message", raw, verifier_message_length(prio3))
    return raw


def encode_aggregate_share(prio3: AnyPrio3, share: Sequence[int]) -> bytes:
    """The elements of an aggregate share, or of an output share."""
    return prio3.circuit.field.encode(share)


def decode_aggregate_share(prio3: AnyPrio3, raw: bytes) -> Vector:
    """Read an aggregate share.

    Raises:
        MalformedError: another length, or an element that is not reduced.
    """
    return prio3.circuit.field.decode(raw, prio3.circuit.output_length)


def _elements(prio3: AnyPrio3) -> int:
    return prio3.circuit.measurement_length + prio3.sizes.proof * prio3.proofs


def _seed_length(prio3: AnyPrio3) -> int:
    return SEED_BYTES if prio3.joint else 0


def _check_length(what: str, raw: bytes, length: int) -> None:
    if len(raw) != length:
        raise MalformedError(f"expected {what} of {length} bytes, got {len(raw)}")
