"""What it costs to prove, and to check, that a ciphertext holds what an issuer signed.

A record of 60 columns, 16 of them encrypted. One core; medians of one run, in turns. Reading is included in
checking: points from bytes are a third of it. Nobody else is known to us who does this, so the peer is the
textbook on the same curve and with the same sums of points: one equation for each point of the ciphertext,
instead of three for all.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Final

from crypto.base_point import BASE
from crypto.commitments import Opening, commit, generators
from crypto.curve import ORDER, Point
from crypto.elgamal import ciphertext as elgamal
from crypto.elgamal.keys import PublicKey
from crypto.functional import als16_wire
from crypto.functional.als16 import MasterPublicKey, setup
from crypto.linked import als16_link, elgamal_link
from crypto.linked.preimage import Claim, Equation, Form, Statement, Term, Weighted, prove
from crypto.linked.proof import Proof
from crypto.linked.search import find_wrong_claims
from crypto.linked.statement import Context, LinkedCiphertext, Terms
from crypto.randomness import random_below, stream
from examples.bench.als16 import key_shares
from examples.bench.row import Row, interleaved

COLUMNS: Final = 60
CHOSEN: Final = tuple(range(0, 48, 3))
DOMAIN: Final = "argonauta/bench/1"
PEOPLE: Final = 200
TEXTBOOK_PEOPLE: Final = 20
RANDOM: Final = stream(b"\x1a" * 32, "linked")
PEER: Final = "an equation a point"
MILLI: Final = 1e3
GATE: Final = 1.0
"""Milliseconds for a contribution of a batch, read and checked."""

Work = tuple[Callable[[], object], int]


def rows() -> list[Row]:
    """Everything about linked ciphertexts, in less than a minute."""
    people = [_record(person) for person in range(PEOPLE)]
    return [*elgamal_rows(key_shares()[0].public, people), *als16_rows(people)]


def elgamal_rows(key: PublicKey, people: Sequence[Opening]) -> list[Row]:
    """Contributions to a sum."""
    linked = [
        elgamal_link.encrypt_linked(key, who, _terms(person), RANDOM) for person, who in enumerate(people)
    ]
    sent = [(one.ciphertext.encode(), one.proof.encode(), one.commitment.to_bytes()) for one in linked]
    lie = [replace(linked[0], terms=_terms(1)), *linked[1:]]
    encryption = elgamal.encrypt(key, [people[0].values[place] for place in CHOSEN], RANDOM)
    textbook = [_textbook(key, who, encryption) for who in people[:TEXTBOOK_PEOPLE]]
    theirs = [(claim.proof.encode(), encryption.ciphertext.encode()) for claim in textbook]

    def read() -> list[elgamal_link.LinkedContribution]:
        return [
            LinkedCiphertext(
                _terms(person), Point.from_bytes(point), elgamal.Ciphertext.decode(raw), Proof.decode(proof)
            )
            for person, (raw, proof, point) in enumerate(sent)
        ]

    def check_textbook() -> None:
        for claim, (proof, ciphertext) in zip(textbook, theirs, strict=True):
            elgamal.Ciphertext.decode(ciphertext)
            _expect_none_wrong([Claim(claim.statement, Proof.decode(proof))])

    proving, peer_proving, checking, batch, alone, peer_checking, searching = _each(
        [
            (lambda: elgamal_link.prove_linked(key, people[0], encryption, _terms(0)), 1),
            (lambda: _textbook(key, people[0], encryption), 1),
            (lambda: elgamal_link.verify_all_linked(key, read()), PEOPLE),
            (lambda: elgamal_link.verify_all_linked(key, linked), PEOPLE),
            (lambda: elgamal_link.verify_linked(key, linked[0]), 1),
            (check_textbook, TEXTBOOK_PEOPLE),
            (lambda: elgamal_link.find_wrong(key, lie), PEOPLE),
        ]
    )
    what = f"{len(CHOSEN)} of {COLUMNS} columns"
    return [
        Row(f"linked ElGamal: prove {what}", "ms", proving, PEER, peer_proving),
        Row(f"linked ElGamal: read and check one of {PEOPLE}", "ms", checking, gate=GATE),
        Row(f"linked ElGamal: the same beside one by one, {what}", "ms", checking, PEER, peer_checking),
        Row(f"linked ElGamal: check one of {PEOPLE}, read before", "ms", batch),
        Row("linked ElGamal: check one alone", "ms", alone),
        Row(f"linked ElGamal: name one liar of {PEOPLE}, each", "ms", searching),
        Row(f"linked ElGamal: a proof, {what}", "bytes", len(sent[0][1]), PEER, len(theirs[0][0])),
    ]


def als16_rows(people: Sequence[Opening]) -> list[Row]:
    """Records for weighted scores: many under one key, and each under a key of its own."""
    public = setup(len(CHOSEN), RANDOM).public
    keys = [setup(len(CHOSEN), RANDOM).public for _ in people]
    one_key = _als16_sent([public] * len(people), people)
    many_keys = _als16_sent(keys, people)
    proving, checking, many = _each(
        [
            (lambda: als16_link.encrypt_linked(public, people[0], _terms(0)), 1),
            (lambda: _als16_check([public] * len(people), one_key), PEOPLE),
            (lambda: _als16_check(keys, many_keys), PEOPLE),
        ]
    )
    what = f"{len(CHOSEN)} of {COLUMNS} columns"
    return [
        Row(f"linked ALS16: encrypt and prove {what}", "ms", proving),
        Row(f"linked ALS16: read and check one of {PEOPLE}, one key", "ms", checking, gate=GATE),
        Row(f"linked ALS16: read and check one of {PEOPLE}, a key each", "ms", many, gate=GATE),
    ]


def _als16_sent(keys: Sequence[MasterPublicKey], people: Sequence[Opening]) -> list[tuple[bytes, ...]]:
    linked = [
        als16_link.encrypt_linked(key, who, _terms(person), RANDOM)
        for person, (key, who) in enumerate(zip(keys, people, strict=True))
    ]
    return [
        (als16_wire.encode_ciphertext(one.ciphertext), one.proof.encode(), one.commitment.to_bytes())
        for one in linked
    ]


def _als16_check(keys: Sequence[MasterPublicKey], sent: Sequence[tuple[bytes, ...]]) -> None:
    claims = [
        als16_link.claim_of(
            key,
            LinkedCiphertext(
                _terms(person),
                Point.from_bytes(point),
                als16_wire.decode_ciphertext(raw),
                Proof.decode(proof),
            ),
        )
        for person, (key, (raw, proof, point)) in enumerate(zip(keys, sent, strict=True))
    ]
    _expect_none_wrong(claims)


def _textbook(key: PublicKey, who: Opening, encryption: elgamal.Encryption) -> Claim:
    """The same statement with an equation and a commitment for each point, and a witness for each mask."""
    bases = generators(DOMAIN, COLUMNS)
    opened = (
        Term(point, Form((place,), (1,))) for place, point in enumerate((bases.blinding, *bases.values))
    )
    equations = [Equation(Weighted((who.commitment,), (1,)), tuple(opened))]
    for number, (place, one) in enumerate(zip(CHOSEN, encryption.ciphertext.bins, strict=True)):
        mask = COLUMNS + 1 + number
        masked = (Term(BASE, Form((place + 1,), (1,))), Term(key.point, Form((mask,), (1,))))
        equations += [
            Equation(Weighted((one.mask,), (1,)), (Term(BASE, Form((mask,), (1,))),)),
            Equation(Weighted((one.masked,), (1,)), masked),
        ]
    witness = (who.blinding, *who.values, *encryption.masks)
    statement = Statement(bytes(32), len(witness), tuple(equations))
    return Claim(statement, prove(statement, witness, RANDOM))


def _record(person: int) -> Opening:
    # Chosen columns are equal for all, so that one encryption serves every textbook proof.
    values = [place % 7 if place in CHOSEN else (person * place) % 100 for place in range(COLUMNS)]
    blinding = random_below(ORDER, RANDOM)
    return Opening(commit(values, blinding, domain=DOMAIN), values, blinding)


def _terms(person: int) -> Terms:
    return Terms(Context(f"consent {person}", "bench/1", "schema 1"), DOMAIN, COLUMNS, CHOSEN)


def _expect_none_wrong(claims: Sequence[Claim | None]) -> None:
    if find_wrong_claims(claims):
        raise AssertionError("an honest proof was refused")


def _each(works: Sequence[Work]) -> list[float]:
    """Milliseconds of each piece of work, by the number of times it does the same."""
    medians = interleaved([work for work, _ in works], rounds=5)
    return [MILLI * median / times for median, (_, times) in zip(medians, works, strict=True)]
