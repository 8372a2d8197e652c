"""What the nodes give to the buyer, and how the buyer checks it.

The result of each cell is z = z_0 + z_1 + z_2 in the Goldilocks field. Role i outputs its own summand z_i and
the copy it holds of z_{i+1}, so each summand arrives twice. Each role's signed statement carries the digests
of both, which were fixed before anything was released: a copy that does not match the digest that *both*
holders stated comes from the one who sent it, and if the two stated different digests, one of the two lies.

Wire form, version 2: version (1 byte), then for each of the two summands its role (1), salt (32) and one
element of 8 bytes a cell, least significant byte first. Version 1 held elements of Z_2^64.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from crypto import goldilocks
from crypto.encoding import sha256
from crypto.errors import MalformedError, OutOfRangeError, ProtocolError
from crypto.goldilocks import ELEMENT_BYTES, FieldVector
from crypto.mpc.rounds import BINDING_BYTES
from crypto.sharing.replicated import ROLES, following, preceding

SALT_BYTES: Final = 32
_VERSION: Final = 2
_DOMAIN: Final = b"argonauta summand v2"


@dataclass(frozen=True, eq=False)
class Summand:
    """z_i: one third of every cell's result, with the salt that hides it in its digest."""

    role: int
    values: FieldVector = field(repr=False)
    salt: bytes = field(repr=False)

    def digest(self, binding: bytes) -> bytes:
        """SHA-256(domain || binding || role || salt || values), which the salt keeps from being guessed.

        Raises:
            OutOfRangeError: the binding or the salt does not have 32 bytes.
        """
        if len(binding) != BINDING_BYTES or len(self.salt) != SALT_BYTES:
            raise OutOfRangeError("a binding and a salt have 32 bytes each")
        return sha256(_DOMAIN, binding, bytes((self.role,)), self.salt, goldilocks.encode(self.values))


class Output(NamedTuple):
    """What one role gives to the buyer: its own summand and its copy of the next role's."""

    own: Summand
    held: Summand


class Digests(NamedTuple):
    """What one role stated about its output: the digests of its own summand and of its copy."""

    own: bytes
    held: bytes


def encode_output(own: Summand, held: Summand) -> bytes:
    """Write a role's output: version, then for each summand role || salt || 8 bytes a cell."""
    parts = (
        bytes((summand.role,)) + summand.salt + goldilocks.encode(summand.values) for summand in (own, held)
    )
    return bytes((_VERSION,)) + b"".join(parts)


def decode_output(raw: bytes, cells: int) -> Output:
    """Read a role's output for a program of this many cells.

    Raises:
        MalformedError: another version or length, no role, a copy of another role than the next, or a word
            that is no field element.
    """
    width = 1 + SALT_BYTES + cells * ELEMENT_BYTES
    if raw[:1] != bytes((_VERSION,)) or len(raw) != 1 + 2 * width:
        raise MalformedError(f"expected an output of version {_VERSION} and {1 + 2 * width} bytes")
    own, held = (_decode_summand(raw[start : start + width], cells) for start in (1, 1 + width))
    if held.role != following(own.role):
        raise MalformedError(f"role {own.role} holds no copy of summand {held.role}")
    return Output(own, held)


def combine(outputs: Sequence[Output], digests: Sequence[Digests], *, binding: bytes) -> list[int]:
    """The results of all cells, in (-p/2, p/2), if the outputs of roles 0, 1, 2 agree with what was stated.

    Raises:
        ProtocolError: they do not. `culprits` holds, for each summand, the one holder whose copy does not
            match the digest that both stated, or both holders if they stated different digests.
        OutOfRangeError: there are not three outputs and three pairs of digests of one length.
    """
    if len(outputs) != len(ROLES) or len(digests) != len(ROLES):
        raise OutOfRangeError(f"expected {len(ROLES)} outputs and pairs of digests")
    if len({summand.values.shape for output in outputs for summand in output}) != 1:
        raise OutOfRangeError("expected summands of one length")
    faults = [fault for role in ROLES for fault in _faults(role, outputs, digests, binding)]
    if faults:
        culprits = tuple(sorted({role for _, roles in faults for role in roles}))
        raise ProtocolError("; ".join(message for message, _ in faults), culprits)
    first, second, third = (output.own.values for output in outputs)
    return goldilocks.to_signed(goldilocks.add(goldilocks.add(first, second), third))


def _faults(
    role: int, outputs: Sequence[Output], digests: Sequence[Digests], binding: bytes
) -> list[tuple[str, tuple[int, ...]]]:
    """What is wrong with the summand of one role, and who may have caused it."""
    holder = preceding(role)
    stated = digests[role].own
    if stated != digests[holder].held:
        return [(f"roles {role} and {holder} stated different digests of summand {role}", (role, holder))]
    copies = ((role, outputs[role].own), (holder, outputs[holder].held))
    return [
        (f"role {sender} sent another summand {role} than was stated", (sender,))
        for sender, copy in copies
        if copy.role != role or copy.digest(binding) != stated
    ]


def _decode_summand(raw: bytes, cells: int) -> Summand:
    role, salt, values = raw[0], raw[1 : 1 + SALT_BYTES], raw[1 + SALT_BYTES :]
    if role not in ROLES:
        raise MalformedError(f"a role is 0, 1 or 2, got {role}")
    return Summand(role, goldilocks.decode(values, cells), salt)
