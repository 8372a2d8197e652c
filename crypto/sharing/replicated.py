"""Who holds which component: replicated sharing among three nodes against one of them.

A secret is x = x_0 + x_1 + x_2 and role i holds (x_i, x_{i+1}), indices modulo 3: the CNF scheme of Ito,
Saito and Nishizeki (Globecom 1987) for one corrupted party of three, as used by Araki, Furukawa, Lindell, Nof
and Ohara (CCS 2016, ePrint 2016/768). Every component stands at two nodes, i and i-1, so sums are held twice
and one lying node is seen, and products need no dealer. Two nodes together open everything.

A bundle carries the two components of one role; sealing it to the node is the caller's part. Components 0 and
1 are seeds, so bundles have 74 bytes for role 0 and about 8 to 12 bytes a column for the others.
"""

from collections.abc import Sequence
from typing import Final, NamedTuple

from crypto.errors import MalformedError, OutOfRangeError, ShareError
from crypto.sharing.integer_masked import (
    COMPONENTS,
    EXPLICIT_HEAD,
    SEED_BYTES,
    SEEDED_HEAD,
    Component,
)
from crypto.sharing.layout import explicit_layout

ROLES: Final = (0, 1, 2)
_VERSION: Final = 1
_HEAD_BYTES: Final = 2
_LENGTH_BYTES: Final = 4
_EXPLICIT_COMPONENT: Final = 2


class Pair(NamedTuple):
    """What a role holds: component `role` and the one after it."""

    first: Component
    second: Component


class BundleForm(NamedTuple):
    """What all bundles of one role for the same columns have in common: everything but two bodies."""

    length: int
    heads: tuple[tuple[int, bytes], ...]
    """Bytes that stand at these places in every one of them."""
    bodies: tuple[slice, slice]
    """Where the seed or the explicit columns and blinding of the two components stand."""
    explicit: tuple[bool, bool]


def following(role: int) -> int:
    """The role after this one, which holds this role's second component as its first.

    Raises:
        OutOfRangeError: not a role.
    """
    return (_checked(role) + 1) % len(ROLES)


def preceding(role: int) -> int:
    """The role before this one, which holds this role's first component as its second.

    Raises:
        OutOfRangeError: not a role.
    """
    return (_checked(role) - 1) % len(ROLES)


def held_by(role: int, components: Sequence[Component]) -> Pair:
    """The two of three components that a role holds.

    Raises:
        OutOfRangeError: not a role.
        ShareError: there are not three components.
    """
    if len(components) != COMPONENTS:
        raise ShareError(f"expected {COMPONENTS} components, got {len(components)}")
    return Pair(components[_checked(role)], components[following(role)])


def encode_bundle(role: int, components: Sequence[Component]) -> bytes:
    """Pick a role's two of all three components and write them.

    version || role || length of the first (4 bytes) || first || second. The length depends on the role and
    the columns' widths, never on a value.

    Raises:
        OutOfRangeError: not a role.
        ShareError: there are not three components.
    """
    first, second = (component.encode() for component in held_by(role, components))
    return bytes((_VERSION, role)) + len(first).to_bytes(_LENGTH_BYTES, "big") + first + second


def bundle_form(role: int, bits: Sequence[int]) -> BundleForm:
    """The form of a role's bundle for columns of these widths.

    Raises:
        OutOfRangeError: not a role.
        ShareError: a column has no width from 1 to 188 bits; it is named.
    """
    explicit = (_checked(role) == _EXPLICIT_COMPONENT, following(role) == _EXPLICIT_COMPONENT)
    first, second = (explicit_layout(bits).total if each else SEED_BYTES for each in explicit)
    first_head, second_head = (EXPLICIT_HEAD if each else SEEDED_HEAD for each in explicit)
    own = len(first_head) + first
    head = bytes((_VERSION, role)) + own.to_bytes(_LENGTH_BYTES, "big") + first_head
    middle = len(head) + first
    start = middle + len(second_head)
    return BundleForm(
        length=start + second,
        heads=((0, head), (middle, second_head)),
        bodies=(slice(len(head), middle), slice(start, start + second)),
        explicit=explicit,
    )


def decode_bundle(raw: bytes, role: int, bits: Sequence[int]) -> Pair:
    """Read the bundle of a role for columns of these widths.

    Raises:
        OutOfRangeError: not a role.
        MalformedError: another version, another role's bundle, another length, or a component in the form of
            another: 0 and 1 are seeds and 2 is explicit.
        ShareError: a value of the explicit component is out of range.
    """
    second_role = following(role)
    if raw[:_HEAD_BYTES] != bytes((_VERSION, role)):
        raise MalformedError(f"expected a bundle of version {_VERSION} for role {role}")
    start = _HEAD_BYTES + _LENGTH_BYTES
    end = start + int.from_bytes(raw[_HEAD_BYTES:start], "big")
    return Pair(
        _component(raw[start:end], role, bits),
        _component(raw[end:], second_role, bits),
    )


def _component(raw: bytes, index: int, bits: Sequence[int]) -> Component:
    component = Component.decode(raw, bits)
    if (component.seed is None) != (index == _EXPLICIT_COMPONENT):
        raise MalformedError(f"component {index} has the form of another component")
    return component


def _checked(role: int) -> int:
    if role not in ROLES:
        raise OutOfRangeError(f"a role is 0, 1 or 2, got {role}")
    return role
