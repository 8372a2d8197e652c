"""A function key opens its weighted sum; what it does not protect is shown, too."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from py_ecc.secp256k1 import secp256k1 as peer

from crypto.base_point import BASE, multiply_base
from crypto.curve import INFINITY, ORDER, Point, hash_to_point
from crypto.errors import CryptoError, DecryptionError, MalformedError, OutOfRangeError
from crypto.functional import als16
from crypto.functional import als16_wire as wire
from crypto.functional.als16 import (
    MAX_LENGTH,
    Ciphertext,
    FunctionalKey,
    MasterSecretKey,
    setup,
    weighted_sum,
)
from crypto.functional.als16_batch import Encryptor
from crypto.masked_multiples import add_messages
from crypto.randomness import stream
from crypto.shared_multiples import multiply_each

LENGTH = 4
OWNER = setup(LENGTH, stream(b"\x01" * 16, "owner"))
STRANGER = setup(LENGTH, stream(b"\x02" * 16, "stranger"))
ENCRYPTOR = Encryptor(OWNER.public)
RECORD = (17, 0, 4, 255)
RANDOM = stream(b"\x03" * 16, "masks")
records = st.lists(st.integers(-1000, 1000), min_size=LENGTH, max_size=LENGTH)
weight_lists = st.lists(st.integers(-1000, 1000), min_size=LENGTH, max_size=LENGTH)
BOUND = LENGTH * 1000 * 1000


def inner(x, y):
    return sum(map(int.__mul__, x, y))


@settings(max_examples=40)
@given(records, weight_lists, st.sampled_from(["public", "owner", "batch"]))
def test_decrypting_gives_the_weighted_sum(record, weights, way):
    encrypt = {
        "public": OWNER.public.encrypt,
        "owner": OWNER.owner_encrypt,
        "batch": ENCRYPTOR.encrypt,
    }[way]

    result = OWNER.derive_key(weights).decrypt(encrypt(record, RANDOM), bound=BOUND)

    assert result == inner(record, weights)


@settings(max_examples=10)
@given(records, st.binary(min_size=16, max_size=16))
def test_all_ways_to_encrypt_give_the_same_ciphertext(record, seed):
    made = OWNER.public.encrypt(record, stream(seed, "mask"))

    assert OWNER.owner_encrypt(record, stream(seed, "mask")) == made
    assert ENCRYPTOR.encrypt(record, stream(seed, "mask")) == made


def test_a_ciphertext_is_the_formula_of_the_paper_in_another_implementation():
    r = 5
    ciphertext = OWNER.public.encrypt(RECORD, lambda length: (r - 1).to_bytes(length, "big"))

    def theirs(point):
        raw = point.to_bytes()
        x = int.from_bytes(raw[1:], "big")
        y = pow(x**3 + 7, (peer.P + 1) // 4, peer.P)
        return (x, y if y % 2 == raw[0] % 2 else peer.P - y)

    assert theirs(ciphertext.mask) == peer.multiply(peer.G, r)
    assert theirs(ciphertext.second_mask) == peer.multiply(theirs(OWNER.public.h), r)
    for base, x, value in zip(OWNER.public.bases, RECORD, ciphertext.values, strict=True):
        masked = peer.multiply(theirs(base), r)
        assert theirs(value) == (peer.add(masked, peer.multiply(peer.G, x)) if x else masked)


@settings(max_examples=20)
@given(weight_lists, weight_lists)
def test_ciphertexts_of_one_key_add_up(one, other):
    first, second = OWNER.owner_encrypt(one, RANDOM), OWNER.owner_encrypt(other, RANDOM)
    total = Ciphertext(
        first.key_id,
        first.mask + second.mask,
        first.second_mask + second.second_mask,
        tuple(map(Point.__add__, first.values, second.values)),
    )

    key = OWNER.derive_key((1, 2, -3, 4))

    assert key.decrypt(total, bound=BOUND) == inner(map(int.__add__, one, other), (1, 2, -3, 4))


def test_equal_records_have_different_ciphertexts():
    one, other = (OWNER.public.encrypt(RECORD) for _ in range(2))

    assert not {one.mask, one.second_mask, *one.values} & {other.mask, other.second_mask, *other.values}


@settings(max_examples=30)
@given(st.lists(st.integers(-(2**63) + 1, 2**63 - 1), min_size=1, max_size=6))
def test_a_weighted_sum_of_points_is_that_of_single_multiplications(weights):
    points = [hash_to_point("weights", index) for index in range(len(weights))]
    expected = INFINITY
    for point, weight in zip(points, weights, strict=True):
        expected += point.multiply(weight)

    assert weighted_sum(points, weights) == expected


def test_the_largest_values_and_weights_do_not_wrap():
    largest, heaviest = 2**64 - 1, 2**63 - 1
    ciphertext = OWNER.owner_encrypt((largest, -largest, largest, 7), RANDOM)

    key = OWNER.derive_key((heaviest, heaviest, 0, 1))

    assert key.decrypt(ciphertext, bound=10) == 7


@pytest.mark.parametrize("encrypt", [OWNER.public.encrypt, OWNER.owner_encrypt, ENCRYPTOR.encrypt])
@pytest.mark.parametrize("value", [2**64, -(2**64)])
def test_a_value_out_of_range_is_refused_by_its_place_alone(encrypt, value):
    with pytest.raises(OutOfRangeError, match="value 2") as refused:
        encrypt((1, 2, value, 4))

    assert str(value) not in str(refused.value)


@pytest.mark.parametrize("encrypt", [OWNER.public.encrypt, OWNER.owner_encrypt, ENCRYPTOR.encrypt])
@pytest.mark.parametrize("count", [0, 3, 5])
def test_another_number_of_values_is_refused(encrypt, count):
    with pytest.raises(OutOfRangeError):
        encrypt((1,) * count)


@pytest.mark.parametrize("weights", [(), (1,) * 3, (1,) * 5, (1, 1, 1, 2**63), (1, 1, 1, -(2**63))])
def test_weights_that_do_not_fit_are_refused(weights):
    with pytest.raises(OutOfRangeError):
        OWNER.derive_key(weights)


@pytest.mark.parametrize("length", [0, MAX_LENGTH + 1])
def test_a_length_out_of_range_is_refused(length):
    with pytest.raises(OutOfRangeError):
        setup(length)


def test_a_zero_is_encrypted_like_any_value(monkeypatch):
    masked, added = [], []
    original_masks, original_sum = multiply_each, add_messages

    def counted_masks(points, scalar):
        masked.append(len(points))
        return original_masks(points, scalar)

    def counted_sum(masks, messages):
        added.append((len(masks), tuple(messages)))
        return original_sum(masks, messages)

    monkeypatch.setattr(als16, "multiply_each", counted_masks)
    monkeypatch.setattr(als16, "add_messages", counted_sum)

    OWNER.public.encrypt((0, 0, 1, 0), RANDOM)

    assert masked == [LENGTH + 1]
    assert added == [(LENGTH, (0, 0, 1, 0))]


# What the scheme leaves to the authority: function keys are linear.


def combination(keys, factors):
    """What anyone who holds some function keys computes."""
    columns = zip(*(key.weights for key in keys), strict=True)
    return FunctionalKey(
        keys[0].key_id,
        tuple(inner(factors, column) for column in columns),
        inner(factors, [key.s for key in keys]) % ORDER,
        inner(factors, [key.t for key in keys]) % ORDER,
    )


@settings(max_examples=20)
@given(weight_lists, weight_lists, st.integers(-9, 9), st.integers(-9, 9))
def test_combining_function_keys_gives_the_key_of_the_combined_weights(one, other, a, b):
    held = [OWNER.derive_key(one), OWNER.derive_key(other)]
    combined = tuple(a * x + b * y for x, y in zip(one, other, strict=True))

    assert combination(held, (a, b)) == OWNER.derive_key(combined)


def test_two_harmless_sums_that_differ_in_one_place_reveal_that_place():
    everyone, all_but_the_last = OWNER.derive_key((1, 1, 1, 1)), OWNER.derive_key((1, 1, 1, 0))
    ciphertext = OWNER.public.encrypt(RECORD, RANDOM)

    unit = combination((everyone, all_but_the_last), (1, -1))

    assert unit.weights == (0, 0, 0, 1)
    assert unit.decrypt(ciphertext, bound=1000) == RECORD[3]


def test_one_key_whose_weights_are_powers_returns_the_whole_record():
    key = OWNER.derive_key((1, 2**8, 2**16, 2**24))

    packed = key.decrypt(OWNER.public.encrypt(RECORD, RANDOM), bound=2**32)

    assert tuple(packed >> shift & 255 for shift in (0, 8, 16, 24)) == RECORD


# What the scheme refuses.


def test_a_key_does_not_open_the_ciphertext_of_another_owner():
    ciphertext = STRANGER.public.encrypt(RECORD, RANDOM)

    with pytest.raises(DecryptionError):
        OWNER.derive_key((1, 1, 1, 1)).decrypt(ciphertext, bound=2**20)
    # Not by its label either, which anyone can change.
    renamed = replace(ciphertext, key_id=OWNER.public.key_id)
    with pytest.raises(DecryptionError):
        OWNER.derive_key((1, 1, 1, 1)).decrypt(renamed, bound=2**20)


def test_ciphertexts_of_two_owners_do_not_mix():
    mine, hers = OWNER.public.encrypt(RECORD, RANDOM), STRANGER.public.encrypt(RECORD, RANDOM)
    mixed = replace(mine, values=(*mine.values[:2], *hers.values[2:]))

    with pytest.raises(DecryptionError):
        OWNER.derive_key((1, 1, 1, 1)).decrypt(mixed, bound=2**20)


def test_a_key_of_another_length_does_not_open():
    ciphertext = OWNER.public.encrypt(RECORD, RANDOM)
    shorter = replace(ciphertext, values=ciphertext.values[:3])

    with pytest.raises(DecryptionError):
        OWNER.derive_key((1, 1, 1, 0)).decrypt(shorter, bound=2**20)


@pytest.mark.parametrize(("bound", "least"), [(275, None), (1000, 277), (-1, -1000), (275, 0)])
def test_a_result_beyond_the_bound_is_refused_and_not_wrapped(bound, least):
    key, ciphertext = OWNER.derive_key((1, 1, 1, 1)), OWNER.public.encrypt(RECORD, RANDOM)
    assert key.decrypt(ciphertext, bound=276, least=276) == sum(RECORD)

    with pytest.raises(DecryptionError):
        key.decrypt(ciphertext, bound=bound, least=least)


def test_every_failed_decryption_reads_the_same():
    key, ciphertext = OWNER.derive_key((1, 1, 1, 1)), OWNER.public.encrypt(RECORD, RANDOM)
    messages = set()
    for failing in (
        lambda: key.decrypt(ciphertext, bound=1),
        lambda: key.decrypt(STRANGER.public.encrypt(RECORD), bound=10),
        lambda: key.decrypt(replace(ciphertext, mask=BASE), bound=10),
    ):
        with pytest.raises(DecryptionError) as refused:
            failing()
        messages.add(str(refused.value))

    assert len(messages) == 1


@pytest.mark.parametrize("place", range(LENGTH))
def test_an_altered_ciphertext_gives_another_result_or_none(place):
    key, ciphertext = OWNER.derive_key((3, 5, 7, 9)), OWNER.public.encrypt(RECORD, RANDOM)
    values = list(ciphertext.values)
    values[place] += BASE
    honest = inner(RECORD, (3, 5, 7, 9))

    # Known and documented: without a signature anyone can add to a value.
    assert key.decrypt(replace(ciphertext, values=tuple(values)), bound=2**20) == honest + (3, 5, 7, 9)[place]
    values[place] = hash_to_point("altered", 0)
    with pytest.raises(DecryptionError):
        key.decrypt(replace(ciphertext, values=tuple(values)), bound=2**20)


def test_without_its_masks_a_ciphertext_says_nothing():
    ciphertext = OWNER.public.encrypt(RECORD, RANDOM)
    stripped = replace(ciphertext, mask=INFINITY, second_mask=INFINITY)

    with pytest.raises(DecryptionError):
        OWNER.derive_key((1, 0, 0, 0)).decrypt(stripped, bound=2**20)


# Bytes.

PUBLIC = wire.encode_public_key(OWNER.public)
SECRET = wire.encode_secret_key(OWNER)
FUNCTION = wire.encode_function_key(OWNER.derive_key((3, -5, 7, 0)))
CIPHERTEXT = wire.encode_ciphertext(OWNER.public.encrypt(RECORD, RANDOM))
FORMS: dict[str, tuple[bytes, Callable[[bytes], Any], Callable[[Any], bytes]]] = {
    "public": (PUBLIC, wire.decode_public_key, wire.encode_public_key),
    "secret": (SECRET, wire.decode_secret_key, wire.encode_secret_key),
    "function": (FUNCTION, wire.decode_function_key, wire.encode_function_key),
    "ciphertext": (CIPHERTEXT, wire.decode_ciphertext, wire.encode_ciphertext),
}


@pytest.mark.parametrize("form", FORMS)
def test_every_object_has_one_form_of_a_stated_length(form):
    raw, decode, encode = FORMS[form]
    lengths = {"public": 4 + 33 * 5, "secret": 36, "function": 4 + 32 + 32 + 64, "ciphertext": 36 + 33 * 6}

    assert encode(decode(raw)) == raw
    assert len(raw) == lengths[form]


@pytest.mark.parametrize("form", FORMS)
@settings(max_examples=60)
@given(st.data())
def test_arbitrary_bytes_are_refused_by_name(form, data):
    decode = FORMS[form][1]
    head = data.draw(st.sampled_from([b"", FORMS[form][0][:2], FORMS[form][0][:4]]))

    with pytest.raises(MalformedError):
        decode(head + data.draw(st.binary(max_size=31)))


@pytest.mark.parametrize("form", FORMS)
@settings(max_examples=80)
@given(st.data())
def test_a_changed_byte_is_refused_or_another_object(form, data):
    raw, decode, encode = FORMS[form]
    place = data.draw(st.integers(0, len(raw) - 1))
    changed = bytearray(raw)
    changed[place] ^= data.draw(st.integers(1, 255))

    try:
        other = decode(bytes(changed))
    except MalformedError:
        return
    assert encode(other) == bytes(changed) != raw


@settings(max_examples=60)
@given(st.integers(0, len(CIPHERTEXT) - 1), st.integers(1, 255))
def test_a_changed_byte_of_a_ciphertext_never_gives_a_result(place, change):
    changed = bytearray(CIPHERTEXT)
    changed[place] ^= change

    def opened():
        ciphertext = wire.decode_ciphertext(bytes(changed))
        return OWNER.derive_key((3, -5, 7, 1)).decrypt(ciphertext, bound=10_000)

    with pytest.raises((MalformedError, DecryptionError)):
        opened()


def test_no_secret_stands_in_a_representation():
    key = OWNER.derive_key((3, -5, 7, 0))

    assert repr(OWNER) == "MasterSecretKey(length=4)"
    assert str(key.s) not in repr(key)
    assert str(key.t) not in repr(key)


def test_a_secret_key_needs_a_whole_seed():
    with pytest.raises(OutOfRangeError):
        MasterSecretKey(3, bytes(31))


def test_tables_and_the_library_agree_that_masks_are_multiples_of_the_public_key():
    r = 0xABCDEF << 200
    made = ENCRYPTOR.encrypt(RECORD, lambda length: (r - 1).to_bytes(length, "big"))

    assert made.mask == multiply_base(r)
    assert made.second_mask == OWNER.public.h.multiply(r)


@pytest.mark.slow
def test_a_hundred_values_at_real_size():
    owner = setup(100)
    record = [pow(7, place, 101) - 50 for place in range(100)]
    weights = [pow(5, place, 211) - 105 for place in range(100)]
    key = wire.decode_function_key(wire.encode_function_key(owner.derive_key(weights)))

    for encrypt in (owner.public.encrypt, owner.owner_encrypt, Encryptor(owner.public).encrypt):
        ciphertext = wire.decode_ciphertext(wire.encode_ciphertext(encrypt(record)))
        assert key.decrypt(ciphertext, bound=2**31) == inner(record, weights)


def test_hostile_points_in_memory_raise_a_named_error():
    ciphertext = OWNER.public.encrypt(RECORD, RANDOM)

    with pytest.raises(CryptoError):
        wire.encode_ciphertext(replace(ciphertext, mask=INFINITY))
