"""How do many small numbers share one plaintext without ever running into each other?

A contributor's values x_0 … x_(k-1) become Σ (x_j + offset) · 2^(j · slot), with the slot length of the
signed query schema. A sum of at most `most_contributors` such plaintexts has every slot below 2^(value_bits
+ ⌈log2 most_contributors⌉): nothing carries, and nothing wraps modulo n. The offset makes signed values
countable; it is taken off again as often as there were contributors, so the count must be authentic.

What honest contributors cannot cause, `unpack` refuses: a slot that exceeds what the counted contributors
could have put there. That notices accidents. A contributor who wraps a slot on purpose is stopped by a
proof only (`crypto.paillier.one_hot`).
"""

from collections.abc import Sequence

from crypto.errors import DecryptionError, OutOfRangeError
from crypto.paillier.schema import QuerySchema


def pack(schema: QuerySchema, values: Sequence[int]) -> int:
    """The plaintext of one contributor's values.

    Raises:
        OutOfRangeError: there are not as many values as bins, or a value is out of the schema's range; the
            message names its place only.
    """
    if len(values) != schema.bins:
        raise OutOfRangeError(f"expected {schema.bins} values, got {len(values)}")
    plaintext = 0
    for place, value in enumerate(values):
        if not 0 <= value + schema.offset < 1 << schema.value_bits:
            raise OutOfRangeError(f"the value of bin {place} does not fit into {schema.value_bits} bits")
        plaintext |= (value + schema.offset) << (place * schema.slot_bits)
    return plaintext


def pack_one_hot(schema: QuerySchema, place: int) -> int:
    """The plaintext of a contribution that is 1 in one bin.

    Raises:
        OutOfRangeError: there is no such bin, or the schema is not one-hot.
    """
    if not schema.one_hot or not 0 <= place < schema.bins:
        raise OutOfRangeError(f"expected a bin below {schema.bins} of a one-hot schema")
    return one_hot_plaintexts(schema)[place]


def one_hot_plaintexts(schema: QuerySchema) -> tuple[int, ...]:
    """All plaintexts that a one-hot contribution may have, by bin."""
    return tuple(1 << (place * schema.slot_bits) for place in range(schema.bins))


def unpack(schema: QuerySchema, plaintext: int, contributors: int) -> list[int]:
    """The sum of each bin, from the decrypted sum of this many contributions.

    Raises:
        OutOfRangeError: more contributors than the schema allows, or none.
        DecryptionError: the plaintext is no sum of that many contributions.
    """
    if not 1 <= contributors <= schema.most_contributors:
        raise OutOfRangeError(f"expected 1 to {schema.most_contributors} contributors, got {contributors}")
    mask, most = (1 << schema.slot_bits) - 1, contributors * ((1 << schema.value_bits) - 1)
    slots = [int(plaintext >> (place * schema.slot_bits)) & mask for place in range(schema.bins)]
    beyond = plaintext >> (schema.bins * schema.slot_bits)
    if plaintext < 0 or beyond or max(slots) > most or (schema.one_hot and sum(slots) != contributors):
        raise DecryptionError("the plaintext is no sum of that many contributions")
    return [slot - contributors * schema.offset for slot in slots]
