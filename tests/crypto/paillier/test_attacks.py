"""Attacks: each succeeds against a naive variant, as is shown, and fails against ours, as is shown too."""

from dataclasses import replace
from math import gcd

import gmpy2
import phe
import pytest

from crypto.errors import DecryptionError, MalformedError, OutOfRangeError, ProofError, ShareError
from crypto.paillier.aggregation import Aggregator
from crypto.paillier.ciphertext import Ciphertext
from crypto.paillier.contribution import Contribution, contribute
from crypto.paillier.decryption import Decryptor
from crypto.paillier.encryption import BlindingPool, Encryptor
from crypto.paillier.keys import PublicKey
from crypto.paillier.membership import MembershipProof, Statement, prove
from crypto.paillier.membership_check import wrong_proofs
from crypto.paillier.one_hot import contribute_one_hot, one_hot_statement, wrong_contributions
from crypto.paillier.packing import pack, unpack
from crypto.paillier.private_key import PrivateKey
from crypto.primes import random_prime
from crypto.randomness import random_below, stream
from tests.crypto.paillier.keyring import DJN, SUBGROUP, contributor, one_hot_schema, schema

PUBLIC = SUBGROUP.public
N = int(PUBLIC.n)
P = int(SUBGROUP.first.prime)
ENCRYPTOR = Encryptor(PUBLIC, expected=1000)
RANDOM = stream(b"\x01" * 16, "attacks")
decrypt = Decryptor(SUBGROUP).decrypt


def test_an_exponent_beside_the_ciphertext_shows_the_magnitude():
    theirs = phe.PaillierPublicKey(N)
    salaries = (0.5, 12_345.25, 3e9 + 0.125, 1e-9)

    exponents = [theirs.encrypt(salary).exponent for salary in salaries]

    # Whoever reads the ciphertexts tells the people apart without any key.
    assert len(set(exponents)) == len(salaries)


def test_ours_have_one_scale_and_one_length():
    terms = schema(bins=1, value_bits=64)
    contributions = [
        contribute(terms, [value], contributor(number), ENCRYPTOR)
        for number, value in enumerate((0, 1, 2**40, 2**64 - 1))
    ]

    assert len({len(each.encode()) for each in contributions}) == 1
    public = {each.encode()[:65] for each in contributions}
    assert public == {b"\x01" + PUBLIC.key_id + terms.digest}


def test_a_bare_result_shows_what_was_computed():
    """The buyer who knows the inputs' ciphertexts tries all weights in a small range."""
    first, second = ENCRYPTOR.encrypt(10, RANDOM), ENCRYPTOR.encrypt(20, RANDOM)
    bare = first.scale(3) + second.scale(5)

    found = [(a, b) for a in range(8) for b in range(8) if first.scale(a) + second.scale(b) == bare]

    assert found == [(3, 5)]


def test_a_re_randomised_result_fits_no_computation():
    first, second = ENCRYPTOR.encrypt(10, RANDOM), ENCRYPTOR.encrypt(20, RANDOM)
    result = ENCRYPTOR.rerandomize(first.scale(3) + second.scale(5), RANDOM)

    units = {(first.scale(a) + second.scale(b)).unit for a in range(8) for b in range(8)}

    assert result.unit not in units
    assert decrypt(result) == 130


def test_slots_without_headroom_overflow_into_their_neighbours_silently():
    """Two counters of eight bits, naively packed: two hundred people make a hundred appear in the other."""
    people = [1] * 300
    total = decrypt(sum((ENCRYPTOR.encrypt(one) for one in people[1:]), ENCRYPTOR.encrypt(1)))

    assert (total & 0xFF, total >> 8) == (44, 1)


def test_our_slots_hold_the_whole_crowd_and_the_aggregator_admits_no_more():
    terms = schema(bins=2, value_bits=8, most_contributors=3, guard_bits=0)
    crowd = [contribute(terms, [255, 0], contributor(number), ENCRYPTOR) for number in range(4)]
    aggregator = Aggregator(PUBLIC, terms)

    refused = aggregator.receive_batch({each.contributor: each.encode() for each in crowd})

    assert [type(error) for error in refused.values()] == [ShareError]
    aggregate = aggregator.publish(ENCRYPTOR)
    assert unpack(terms, decrypt(aggregate.ciphertext), 3) == [765, 0]


def test_a_contribution_out_of_range_is_noticed_after_decryption():
    terms = schema(bins=2, value_bits=8)
    honest, huge = pack(terms, [1, 1]), 511
    total = decrypt(ENCRYPTOR.encrypt(honest) + ENCRYPTOR.encrypt(huge))

    with pytest.raises(DecryptionError):
        unpack(terms, total, 2)


def test_a_contribution_that_wraps_on_purpose_is_noticed_only_by_its_proof():
    """It takes the ones of others away: -1 in the first bin, which the sum makes good."""
    terms = schema(bins=2, value_bits=1)
    total = decrypt(ENCRYPTOR.encrypt(pack(terms, [1, 1])) + ENCRYPTOR.encrypt(N - 1))
    assert unpack(terms, total, 2) == [0, 1]

    assert wrong_contributions(SCHEMA, [forge(N - 1, 0)]) == (0,)


class OkamotoUchiyama:
    """n = p²q, c = g^m h^r mod n, m = log(c^(p-1)) / log(g^(p-1)) mod p (Eurocrypt 1998)."""

    def __init__(self) -> None:
        random = stream(b"\x02" * 16, "okamoto-uchiyama")
        self.p, q = (int(random_prime(96, random)) for _ in range(2))
        self.n = self.p**2 * q
        self.g = 2 + random_below(self.n - 2, random)
        self.h = pow(self.g, self.n, self.n)

    def encrypt(self, m: int, r: int) -> int:
        return pow(self.g, m, self.n) * pow(self.h, r, self.n) % self.n

    def decrypt(self, c: int) -> int:
        def log(x: int) -> int:
            return (pow(x, self.p - 1, self.p**2) - 1) // self.p

        return log(c) * pow(log(self.g), -1, self.p) % self.p


def test_one_plaintext_out_of_range_takes_the_key_of_okamoto_uchiyama():
    """Plaintexts live modulo p, which is secret: what comes back differs from what went in by a multiple."""
    scheme = OkamotoUchiyama()
    assert scheme.decrypt(scheme.encrypt(12345, 99)) == 12345
    sent = 2**200 + 1

    factor = gcd(sent - scheme.decrypt(scheme.encrypt(sent, 99)), scheme.n)

    assert factor in (scheme.p, scheme.p**2)


def test_plaintexts_out_of_range_are_refused_and_come_back_modulo_a_public_number():
    pool = BlindingPool(ENCRYPTOR)
    pool.fill(1)
    for encrypt in (ENCRYPTOR.encrypt, pool.encrypt):
        with pytest.raises(OutOfRangeError):
            encrypt(N + 5)

    overflown = ENCRYPTOR.encrypt(N - 1).add_plain(6)

    # What wraps, wraps at n, which everybody knows.
    assert decrypt(overflown) == 5
    assert gcd(N + 5 - decrypt(overflown), N) == N


def is_square_modulo_p(ciphertext: Ciphertext) -> bool:
    return bool(gmpy2.legendre(ciphertext.unit, P) == 1)


def test_a_base_without_the_minus_leaves_a_mark_that_no_blinding_takes_off():
    """With h = x², blindings are squares. Who marks a ciphertext with -1 finds it again after all hops."""
    square = PublicKey(N, N - int(PUBLIC.h), PUBLIC.profile)
    naive = Encryptor(square, expected=100)
    ciphertext = naive.encrypt(5, RANDOM)
    marked = Ciphertext.from_integer(square, N * N - ciphertext.to_integer())

    seen = {
        (name, is_square_modulo_p(naive.rerandomize(each, RANDOM)))
        for name, each in (("plain", ciphertext), ("marked", marked))
        for _ in range(20)
    }

    assert seen == {("plain", True), ("marked", False)}


def test_our_base_takes_the_mark_off():
    ciphertext = ENCRYPTOR.encrypt(5, RANDOM)
    marked = Ciphertext.from_integer(PUBLIC, N * N - ciphertext.to_integer())

    for each in (ciphertext, marked):
        seen = {is_square_modulo_p(ENCRYPTOR.rerandomize(each, RANDOM)) for _ in range(30)}
        assert seen == {True, False}
    assert decrypt(marked) == 5


@pytest.mark.parametrize("key", [SUBGROUP, DJN], ids=["subgroup", "djn"])
def test_the_holder_of_the_factors_refuses_a_base_without_the_minus(key):
    square = PublicKey(key.public.n, int(key.public.n) - int(key.public.h), key.public.profile)

    with pytest.raises(MalformedError, match="minus"):
        PrivateKey(square, key.first, key.second)


def test_a_base_of_jacobi_symbol_minus_one_is_refused_by_everyone():
    """Its ciphertexts would show a bit of their exponent in their own Jacobi symbol."""
    base = next(x for x in range(2, 100) if gmpy2.jacobi(x, N) == -1)

    exponents = (6, 7)
    assert [gmpy2.jacobi(pow(base, exponent * N, N), N) for exponent in exponents] == [1, -1]
    with pytest.raises(MalformedError, match="Jacobi"):
        PublicKey(N, base, PUBLIC.profile)


SCHEMA = one_hot_schema()


def forge(plaintext: int, branch: int) -> Contribution:
    """The honest prover's steps for a plaintext that is none of the candidates, as if it were one of them."""
    opened = ENCRYPTOR.encrypt_opened(plaintext, RANDOM)
    statement = one_hot_statement(SCHEMA, contributor(0), opened.ciphertext)
    candidates = list(statement.candidates)
    candidates[branch] = plaintext
    pretended = replace(statement, candidates=tuple(candidates))
    proof = prove(pretended, branch, opened.exponent, ENCRYPTOR, RANDOM)
    return Contribution(SCHEMA.digest, contributor(0), opened.ciphertext, proof)


@pytest.mark.parametrize(
    "values",
    [(1, 1, 0, 0), (2, 0, 0, 0), (0, 0, 0, 0), (1, 1, 1, 1), (0, 255, 0, 0), (-1, 1, 1, 0)],
    ids=str,
)
def test_a_contribution_that_is_not_one_hot_counts_without_a_proof_and_not_with_it(values):
    plaintext = sum(value << (place * SCHEMA.slot_bits) for place, value in enumerate(values)) % N
    naive = decrypt(ENCRYPTOR.encrypt(plaintext) + ENCRYPTOR.encrypt(0))
    assert naive == plaintext

    forgeries = [forge(plaintext, branch) for branch in range(4)]

    assert wrong_contributions(SCHEMA, forgeries) == (0, 1, 2, 3)


def test_a_copied_vote_is_refused():
    """Bound to nothing, a copy of a vote counts again, in somebody's favour or to find out what it says."""
    vote = contribute_one_hot(SCHEMA, 2, contributor(0), ENCRYPTOR, RANDOM)
    unbound = Statement(vote.ciphertext, one_hot_statement(SCHEMA, b"", vote.ciphertext).candidates, b"")
    opened = ENCRYPTOR.encrypt_opened(unbound.candidates[2], RANDOM)
    unbound = replace(unbound, ciphertext=opened.ciphertext)
    naive_proof = prove(unbound, 2, opened.exponent, ENCRYPTOR, RANDOM)
    assert wrong_proofs([(unbound, naive_proof), (unbound, naive_proof)]) == ()

    copies = {
        contributor(1): replace(vote, contributor=contributor(1)),
        contributor(2): replace(vote, contributor=contributor(2)),
    }
    aggregator = Aggregator(PUBLIC, SCHEMA)
    refused = aggregator.receive_batch({name: copy.encode() for name, copy in copies.items()})

    assert {type(error) for error in refused.values()} == {ProofError}
    assert len(refused) == 2


def test_a_vote_is_not_counted_in_another_query():
    other = one_hot_schema(query="another")
    vote = contribute_one_hot(SCHEMA, 2, contributor(0), ENCRYPTOR, RANDOM)

    with pytest.raises(ShareError):
        Aggregator(PUBLIC, other).receive(vote.encode(), sender=contributor(0))
    relabelled = replace(vote, schema_digest=other.digest)
    with pytest.raises(ProofError):
        Aggregator(PUBLIC, other).receive(relabelled.encode(), sender=contributor(0))


def combination_holds(
    statement: Statement, proof: MembershipProof, coefficients: list[int], power: int
) -> bool:
    """The batch equation with given coefficients, both sides raised to a power; 1 is the naive test."""
    n_squared = N * N
    left = right = 1
    c = int(statement.ciphertext.to_integer())
    for branch, candidate, rho in zip(proof.branches, statement.candidates, coefficients, strict=True):
        residue = c * (1 - candidate * N) % n_squared
        left = left * pow(int(PUBLIC.hs), rho * branch.response, n_squared) % n_squared
        commitment = pow(int(branch.commitment.to_integer()), rho, n_squared)
        right = right * commitment * pow(residue, rho * branch.challenge, n_squared) % n_squared
    return pow(left, power, n_squared) == pow(right, power, n_squared)


class Flipping(Encryptor):
    """A prover whose first commitment has the wrong sign: an element of order two."""

    flipped = False

    def power(self, exponent: int) -> Ciphertext:
        power = super().power(exponent)
        if exponent.bit_length() <= self.key.exponent_bits or self.flipped:
            return power
        self.flipped = True
        return Ciphertext.from_integer(self.key, N * N - power.to_integer())


def test_a_factor_of_order_two_fools_the_naive_batch_test_half_of_the_time():
    opened = ENCRYPTOR.encrypt_opened(1, RANDOM)
    statement = one_hot_statement(SCHEMA, contributor(0), opened.ciphertext)
    proof = prove(statement, 0, opened.exponent, Flipping(PUBLIC, expected=100), RANDOM)
    random = stream(b"\x03" * 16, "coefficients")
    draws = [[random_below(2**64, random) for _ in range(4)] for _ in range(40)]

    naive = [combination_holds(statement, proof, coefficients, 1) for coefficients in draws]
    squared = [combination_holds(statement, proof, coefficients, 2) for coefficients in draws]

    # Naive verifiers disagree by luck; squared ones, and ours, agree, and the ciphertext is one-hot indeed.
    assert set(naive) == {True, False}
    assert naive == [coefficients[0] % 2 == 0 for coefficients in draws]
    assert set(squared) == {True}
    assert {wrong_proofs([(statement, proof)], RANDOM) for _ in range(10)} == {()}
    assert decrypt(statement.ciphertext) == 1


def test_a_ciphertext_that_is_not_coprime_to_n_wipes_out_the_sum_and_is_refused():
    product = int(ENCRYPTOR.encrypt(7).to_integer()) * P**2 * int(SUBGROUP.second.prime) ** 2 % N**2
    assert product == 0

    vote = contribute(schema(), [1] * 4, contributor(0), ENCRYPTOR)
    poisoned = replace(vote, ciphertext=Ciphertext(PUBLIC, gmpy2.mpz(P), gmpy2.mpz(1)))
    with pytest.raises(OutOfRangeError, match="coprime"):
        Aggregator(PUBLIC, schema()).receive(poisoned.encode(), sender=contributor(0))


def test_adding_under_the_wrong_key_gives_nonsense_and_is_refused():
    foreign = Encryptor(DJN.public).encrypt(5)
    nonsense = int(foreign.to_integer()) % N**2 * int(ENCRYPTOR.encrypt(5).to_integer()) % N**2
    assert decrypt(Ciphertext.from_integer(PUBLIC, nonsense)) != 10

    theirs = schema(key_id=DJN.public.key_id)
    contribution = contribute(theirs, [1] * 4, contributor(0), Encryptor(DJN.public))
    with pytest.raises(ShareError):
        Aggregator(PUBLIC, schema()).receive(contribution.encode(), sender=contributor(0))
