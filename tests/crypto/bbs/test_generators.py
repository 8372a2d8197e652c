from concurrent.futures import ThreadPoolExecutor
from itertools import islice

import pytest

from crypto.bbs.ciphersuite import BLS12381_SHA_256, BLS12381_SHAKE_256
from crypto.bbs.generators import MAX_MESSAGES, create_generators, generators
from crypto.bbs.group import write_g1
from crypto.errors import OutOfRangeError
from examples.bench import bbs_on_py_ecc
from tests.crypto.bbs.foreign_vectors import MISSING, load, paths, shake_256

SUITES = (BLS12381_SHA_256, BLS12381_SHAKE_256)


@pytest.mark.skipif(not paths("generators.json"), reason=MISSING)
def test_generators_are_those_of_the_draft():
    document = load("generators.json")

    made = generators(BLS12381_SHA_256, 10)

    assert write_g1(BLS12381_SHA_256.base).hex() == document["P1"]
    assert write_g1(made.blinding).hex() == document["Q1"]
    assert [write_g1(point).hex() for point in made.messages] == document["MsgGenerators"][:10]


def test_generators_with_shake_256_are_those_of_the_draft():
    made = generators(BLS12381_SHAKE_256, 10)

    assert [write_g1(point).hex() for point in (made.blinding, *made.messages)] == shake_256()["generators"]


def test_generators_are_those_of_py_ecc():
    theirs = [bbs_on_py_ecc.octets_of(point) for point in bbs_on_py_ecc.generators(2)]

    assert generators(BLS12381_SHA_256, 2).octets == b"".join(theirs)


@pytest.mark.parametrize("suite", SUITES, ids=["SHA-256", "SHAKE-256"])
def test_the_base_point_is_hashed_from_a_label_too(suite):
    assert next(create_generators(suite, b"BP_MESSAGE_GENERATOR_SEED")) == suite.base


def test_a_shorter_list_is_the_beginning_of_a_longer_one():
    long, short = generators(BLS12381_SHA_256, 7), generators(BLS12381_SHA_256, 3)

    assert short.messages == long.messages[:3]
    assert long.octets.startswith(short.octets)


def test_threads_that_ask_at_once_get_the_same_list():
    expected = [*islice(create_generators(BLS12381_SHAKE_256), 41)]

    with ThreadPoolExecutor(8) as threads:
        lists = list(threads.map(lambda count: generators(BLS12381_SHAKE_256, count), [40, 20, 40, 33] * 4))

    for made in lists:
        assert [made.blinding, *made.messages] == expected[: len(made.messages) + 1]


@pytest.mark.parametrize("count", [-1, MAX_MESSAGES + 1])
def test_no_more_messages_than_the_limit(count):
    with pytest.raises(OutOfRangeError):
        generators(BLS12381_SHA_256, count)
