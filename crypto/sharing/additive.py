"""Who holds which component: one each, so that all three are needed to see anything.

The components of `crypto.sharing.integer_masked` with x = x_0 + x_1 + x_2, of which role i gets x_i and
nothing else. Any two roles together know nothing of a record but what two components tell, which is at most
2^-64 a column; all three open it. Nothing is held twice: a role that says another sum than it holds is not
contradicted by anybody. `crypto.mpc.additive` computes on what is held so.

A bundle carries the component of one role; sealing it to the node is the caller's part. It begins with
another byte than a bundle of `crypto.sharing.replicated`, so that neither is ever read as the other.
"""

from collections.abc import Sequence
from typing import Final

from crypto.errors import MalformedError, OutOfRangeError, ShareError
from crypto.sharing.integer_masked import COMPONENTS, Component

ROLES: Final = (0, 1, 2)
_VERSION: Final = 0x81
"""Version 1, and a bit that no bundle of two components has."""
_HEAD_BYTES: Final = 2
_EXPLICIT_COMPONENT: Final = 2


def encode_bundle(role: int, components: Sequence[Component]) -> bytes:
    """Pick a role's one of all three components and write it: version || role || component.

    36 bytes for roles 0 and 1, 8 to 12 bytes a column for role 2, never depending on a value.

    Raises:
        OutOfRangeError: not a role.
        ShareError: there are not three components.
    """
    if len(components) != COMPONENTS:
        raise ShareError(f"expected {COMPONENTS} components, got {len(components)}")
    return bytes((_VERSION, _checked(role))) + components[role].encode()


def decode_bundle(raw: bytes, role: int, bits: Sequence[int]) -> Component:
    """Read the bundle of a role for columns of these widths.

    Raises:
        OutOfRangeError: not a role.
        MalformedError: another version or length, another role's bundle, one that holds two components, or a
            component in the form of another: 0 and 1 are seeds and 2 is explicit.
        ShareError: a value of the explicit component is out of range, or a column has no width from 1 to 188
            bits.
    """
    if raw[:_HEAD_BYTES] != bytes((_VERSION, _checked(role))):
        raise MalformedError(f"expected a bundle of one component for role {role}")
    component = Component.decode(raw[_HEAD_BYTES:], bits)
    if (component.seed is None) != (role == _EXPLICIT_COMPONENT):
        raise MalformedError(f"component {role} has the form of another component")
    return component


def _checked(role: int) -> int:
    if role not in ROLES:
        raise OutOfRangeError(f"a role is 0, 1 or 2, got {role}")
    return role
