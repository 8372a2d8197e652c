"""ANDs of shared bits are right for every table, cost one bit each, and show nothing on the wire."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crypto.errors import OutOfRangeError
from crypto.mpc.bits import and_all, and_outer, and_planes, choose, or_planes, select, spread
from crypto.mpc.packing import pack_bits, unpack_bits, words_for
from crypto.mpc.party import KeyStream, Party
from crypto.mpc.shares import Planes
from crypto.sharing.replicated import ROLES
from tests.crypto.mpc.trio import (
    BINDING,
    flip,
    opened_planes,
    opened_words,
    parties,
    play,
    run,
    share_planes,
    share_words,
)

OTHER = b"\x01" * 32
PAIRS = st.lists(st.tuples(st.integers(0, 255), st.integers(0, 255)), min_size=1, max_size=140)


def two(pairs):
    left, right = zip(*pairs, strict=True)
    return share_planes(left, 8), share_planes(right, 8, OTHER)


@given(PAIRS)
def test_the_and_of_shared_bits_is_the_and_of_the_bits(pairs):
    left, right = two(pairs)

    assert opened_planes(run(and_planes, left, right).results) == [a & b for a, b in pairs]
    assert opened_planes(run(or_planes, left, right).results) == [a | b for a, b in pairs]


@given(PAIRS)
def test_a_bit_chooses_between_two_numbers(pairs):
    left, right = two(pairs)
    bits = [a % 3 % 2 for a, _ in pairs]

    chosen = run(choose, share_planes(bits, 1, b"2" * 16), left, right)

    assert opened_planes(chosen.results) == [a if bit else b for bit, (a, b) in zip(bits, pairs, strict=True)]


@given(PAIRS)
def test_every_plane_meets_every_plane_of_the_other_table(pairs):
    left, right = two(pairs)

    outer = run(and_outer, [share.take(slice(3)) for share in left], right)

    bits = unpack_bits(opened_words(outer.results), len(pairs)).astype(int).tolist()
    assert bits == [[(a >> i & 1) & (b >> j & 1) for a, b in pairs] for i in range(3) for j in range(8)]
    assert outer.rounds == 1


@given(PAIRS, st.integers(1, 4))
def test_shared_bits_select_whole_planes(pairs, cases):
    size = len(pairs)
    switches = np.arange(cases * 2).reshape(cases, 2) % 3 == 1
    tables = np.array([[[(a + case) & 1, b >> case & 1] for a, b in pairs] for case in range(cases)])
    tables = tables.transpose(0, 2, 1)
    words = pack_bits(tables.reshape(cases * 2, size)).reshape(cases, 2, -1)
    bits = [spread(share) for share in share_words(pack_bits(switches.reshape(1, -1)), cases * 2)]
    bits = [Planes(b.role, b.records, b.first.reshape(cases, 2), b.second.reshape(cases, 2)) for b in bits]

    chosen = run(select, bits, share_words(words, size, OTHER))

    expected = (tables * switches[:, :, None]).sum(axis=0) % 2
    assert unpack_bits(opened_words(chosen.results), size).tolist() == expected.tolist()
    assert chosen.rounds == 1
    assert all(len(chosen.received(role)[0]) == 2 * words_for(size) * 8 for role in ROLES)


def test_many_pairs_of_any_shape_take_one_round():
    shapes = [(3, 2), (1, 5), (0, 2), (4, 1)]
    tables = [np.arange(np.prod(shape, dtype=int), dtype=np.uint64).reshape(shape) * 77 for shape in shapes]
    left = [share_words(table, 64 * table.shape[1]) for table in tables]
    right = [share_words(~table >> np.uint64(3), 64 * table.shape[1], OTHER) for table in tables]
    pairs = [[(x[role], y[role]) for x, y in zip(left, right, strict=True)] for role in ROLES]

    played = run(and_all, pairs)

    assert played.rounds == 1
    for index, table in enumerate(tables):
        opened = opened_words([result[index] for result in played.results])
        assert np.array_equal(opened, table & ~table >> np.uint64(3))


@pytest.mark.parametrize("records", [1, 64, 65, 1000])
def test_an_and_costs_one_bit_on_the_wire_and_one_round(records):
    played = run(and_planes, share_planes([1] * records, 3), share_planes([2] * records, 3, OTHER))

    assert played.rounds == 1
    assert [len(b"".join(played.received(role))) for role in ROLES] == [3 * 8 * words_for(records)] * 3


def by_cases(share):
    """Four planes as two cases of two planes."""
    halves = (words[:4].reshape(2, 2, -1) for words in (share.first, share.second))
    return Planes(share.role, share.records, *halves)


def all_kinds_of_ands(party, left, right, switches):
    yield from and_planes(party, left, right)
    yield from and_outer(party, left, right)
    yield from choose(party, left.take(0), right, left)
    return (yield from select(party, switches, by_cases(left)))


def test_every_and_is_noted_where_it_shall_be_verified():
    left, right = share_planes(range(100), 8), share_planes(range(100, 200), 8, OTHER)
    switches = [spread(share) for share in share_planes([1, 2], 2)]
    met = parties()
    logs: list[list[tuple[Planes, Planes, Planes]]] = [[], [], []]
    for party, log in zip(met, logs, strict=True):
        party.audit = log

    audited = play([all_kinds_of_ands(*each) for each in zip(met, left, right, switches, strict=True)])

    plain = run(all_kinds_of_ands, left, right, switches)
    assert np.array_equal(opened_words(plain.results), opened_words(audited.results))
    assert [len(log) for log in logs] == [4, 4, 4]
    for triples in zip(*logs, strict=True):
        x, y, z = (opened_words([triple[index] for triple in triples]) for index in range(3))
        assert np.array_equal(x & y, z)


def test_tables_that_do_not_fit_are_refused():
    small, large = share_planes([1, 2], 2)[0], share_planes([1] * 100, 2)[0]
    party = parties()[0]
    for protocol in (
        and_planes(party, small, large),
        and_planes(party, small, small.take(0)),
        and_all(party, [(small, small), (small, large)]),
        and_outer(party, small, large),
        choose(party, small, small, small),
        select(party, small, Planes(0, 2, np.zeros((3, 1, 1), np.uint64), np.zeros((3, 1, 1), np.uint64))),
    ):
        with pytest.raises(OutOfRangeError):
            next(protocol)


@pytest.mark.parametrize("sender", ROLES)
def test_a_flipped_bit_flips_one_bit_at_the_receiver_and_leaves_the_holders_apart(sender):
    left, right = share_planes(range(100), 8), share_planes([255] * 100, 8, OTHER)
    receiver = (sender - 1) % 3

    honest = run(and_planes, left, right).results
    lied = run(and_planes, left, right, tamper=flip(1, sender, receiver, word=5, bit=9)).results

    assert np.array_equal(honest[receiver].second ^ lied[receiver].second, one_bit(lied[0], 5, 9))
    assert np.array_equal(honest[sender].first, lied[sender].first)


class Liar(Party):
    """A role that flips one bit of its part of every product, in its own copy and in what it sends."""

    def zero_words(self, count):
        words = super().zero_words(count)
        words[0] ^= np.uint64(1)
        return words


@pytest.mark.parametrize("role", ROLES)
def test_a_consistent_lie_flips_the_product_unseen_and_shows_the_liar_nothing(role):
    left, right = share_planes(range(100), 8), share_planes([255] * 100, 8, OTHER)
    honest = run(and_planes, left, right)
    met = parties()
    met[role] = Liar(role, BINDING, met[role]._first, met[role]._second, met[role]._own)

    lied = play([and_planes(*each) for each in zip(met, left, right, strict=True)])

    assert opened_planes(lied.results) == [1, *range(1, 100)]
    assert lied.received(role) == honest.received(role)


def test_without_zero_shares_a_role_would_read_its_neighbours_data():
    size = 640
    secret = [(7 * place) % 11 % 2 for place in range(size)]
    left, right = share_planes([1] * size, 1), share_planes(secret, 1, OTHER)

    def guessed(met):
        played = play([and_planes(*each) for each in zip(met, left, right, strict=True)])
        # Role 0 got z_1 = x_1 (y_1 ^ y_2) ^ x_2 y_1 ^ zero share and lacks x_2, y_2. Where y_1 = 0 and
        # x_1 = 1 the naive message is y_2, so that y = y_0 ^ y_1 ^ y_2 lies open.
        mine, theirs = left[0], right[0]
        got = unpack_bits(np.frombuffer(played.received(0)[0], dtype=np.uint64)[None], size)[0]
        x1, y0, y1 = (unpack_bits(words, size)[0] for words in (mine.second, theirs.first, theirs.second))
        seen = (x1 == 1) & (y1 == 0)
        return float(np.mean((y0 ^ got)[seen] == np.array(secret)[seen]))

    same = KeyStream(bytes(32), BINDING)
    naive = [Party(role, BINDING, same, same, bytes(32)) for role in ROLES]

    assert guessed(naive) == 1.0
    assert 0.35 < guessed(parties()) < 0.65


def one_bit(like: Planes, word: int, bit: int):
    table = np.zeros_like(like.first)
    table.reshape(-1)[word] = np.uint64(1 << bit)
    return table
