import hashlib
import hmac

from hypothesis import given
from hypothesis import strategies as st

from crypto.encoding import b64url_encode
from ssi.data_integrity.selective.labels import HMAC_KEY_BYTES, hmac_labels, shuffled_labels

keys = st.binary(min_size=HMAC_KEY_BYTES, max_size=HMAC_KEY_BYTES)
counts = st.integers(min_value=0, max_value=40)


def canonical(count: int) -> dict[str, str]:
    return {f"n{place}": f"c14n{count - 1 - place}" for place in range(count)}


@given(keys, counts)
def test_labels_are_the_hmac_of_canonical_labels(key, count):
    labels = hmac_labels(key)(canonical(count))

    for node, name in canonical(count).items():
        assert labels[node] == "u" + b64url_encode(hmac.new(key, name.encode(), hashlib.sha256).digest())


@given(keys, counts)
def test_shuffled_labels_are_the_places_of_hmac_labels(key, count):
    pseudorandom, shuffled = hmac_labels(key)(canonical(count)), shuffled_labels(key)(canonical(count))

    assert sorted(shuffled.values()) == sorted(f"b{place}" for place in range(count))
    by_place = sorted(shuffled, key=lambda node: int(shuffled[node][1:]))
    assert by_place == sorted(pseudorandom, key=lambda node: pseudorandom[node])


@given(keys, keys)
def test_another_key_gives_other_labels(key, other):
    if key != other:
        assert hmac_labels(key)({"n0": "c14n0"}) != hmac_labels(other)({"n0": "c14n0"})
