"""A manifest over a state of the log, and a withdrawal that stands in it: together they are evidence."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consent.contradiction import Contradiction, verify_contradiction
from consent.errors import MismatchError, MissingPiecesError, NoContradictionError
from consent.job import Manifest, put_on_roll, sign_manifest
from consent.log import Checkpoint, Entry, InclusionProof, LogState, sign_checkpoint
from consent.logged_withdrawal import WITHDRAWAL, LoggedWithdrawal
from consent.roll import digest_of_piece
from crypto.encoding import b64url_encode, sha256
from crypto.errors import MalformedError, ProofError, SignatureError
from crypto.merkle import inclusion_proof, root
from crypto.randomness import stream
from crypto.reading import Fields
from tests.consent.examples import MARKETPLACE, NOW, SEED, STRANGER_ED25519, loose, manifest

ORIGIN, KEY = "market.example/log", MARKETPLACE.public
DRAW = stream(SEED, "withdrawals")
HERS = next(iter(manifest().contributions))
SIZE, AT = 9, 5


def entries(what: Entry) -> list[Entry]:
    before = [Entry.of("usage", NOW, {"job_id": f"job-{index}"}, DRAW) for index in range(SIZE)]
    return [*before[:AT], what, *before[AT + 1 :]]


def entry(kind: str = WITHDRAWAL, **changes: Any) -> Entry:
    body = {"consent_id": HERS, "withdrawal_digest": b64url_encode(sha256(b"token")), **changes}
    return Entry.of(kind, NOW, body, DRAW)


def proof_of(what: Entry, *, size: int = SIZE, signed_by=MARKETPLACE, origin: str = ORIGIN) -> InclusionProof:
    leaves = [each.leaf.encode() for each in entries(what)][:size]
    note = sign_checkpoint(Checkpoint(origin, size, root(leaves)), signed_by)
    return InclusionProof(what.leaf, AT, tuple(inclusion_proof(AT, leaves)), note)


def over(size: int, **changes: Any) -> Manifest:
    return manifest(log=LogState(size, sha256(b"root")), **changes)


def found(
    made: Manifest, what: Entry, proof: InclusionProof, *, key=MARKETPLACE, **more: Any
) -> Contradiction:
    shown = LoggedWithdrawal(what, proof)
    return verify_contradiction(sign_manifest(made, key), shown, origin=ORIGIN, key=KEY, **more)


@given(st.integers(1, 40), st.integers(AT + 1, SIZE))
def test_naming_a_consent_contradicts_its_withdrawal_if_and_only_if_that_was_looked_at(looked, size):
    hers = entry()

    if looked > AT:
        expected = Contradiction(HERS, "job-1", 1, AT, looked)
        assert found(over(looked), hers, proof_of(hers, size=size)) == expected
    else:
        with pytest.raises(NoContradictionError, match="stands at 5"):
            found(over(looked), hers, proof_of(hers, size=size))


def test_a_manifest_that_ran_out_is_evidence_as_well():
    hers = entry()
    old = over(SIZE, issued_at=NOW - timedelta(days=900), expires_at=NOW - timedelta(days=899))

    assert found(old, hers, proof_of(hers)).consent_id == HERS


def test_people_on_a_roll_are_named_too():
    hers = entry()
    rolled, pieces = put_on_roll(over(SIZE))
    kept = {digest_of_piece(piece): piece for piece in pieces}

    assert found(rolled, hers, proof_of(hers), find=kept.get).log_index == AT
    with pytest.raises(MissingPiecesError):
        found(rolled, hers, proof_of(hers))


def test_somebody_elses_withdrawal_contradicts_nothing():
    other = entry(consent_id="urn:uuid:6f1dbf52-7d5b-4b6e-9d9a-0a4f9c1d2e30")

    with pytest.raises(NoContradictionError, match="does not name"):
        found(over(SIZE), other, proof_of(other))


def test_an_entry_about_something_else_contradicts_nothing():
    offer = entry("offer")

    with pytest.raises(MismatchError, match="'offer'"):
        found(over(SIZE), offer, proof_of(offer))


def test_evidence_that_was_tampered_with_does_not_hold():
    hers = entry()
    proof = proof_of(hers)
    longer = replace(proof, hashes=(*proof.hashes[:-1], bytes(32)))
    foreign = proof_of(hers, signed_by=STRANGER_ED25519)

    with pytest.raises(SignatureError):
        found(over(SIZE), hers, proof, key=STRANGER_ED25519)
    with pytest.raises(SignatureError):
        found(over(SIZE), hers, foreign)
    with pytest.raises(ProofError):
        found(over(SIZE), hers, longer)
    with pytest.raises(ProofError):
        found(over(SIZE), hers, replace(proof, index=AT - 1))
    with pytest.raises(MismatchError):
        found(over(SIZE), replace(hers, salt=bytes(32)), proof)
    with pytest.raises(MismatchError):
        found(over(SIZE), entry(withdrawal_digest="another"), proof)
    with pytest.raises(SignatureError):
        found(over(SIZE), hers, proof_of(hers, origin="other.example/log"))


@pytest.mark.parametrize(
    "body", [{"consent_id": "hers"}, {"consent_id": 5}, {}], ids=["form", "type", "none"]
)
def test_a_logged_withdrawal_of_no_consent_is_malformed(body):
    what = Entry.of(WITHDRAWAL, NOW, body, DRAW)

    with pytest.raises(MalformedError):
        found(over(SIZE), what, proof_of(what))


@pytest.mark.parametrize("token", ["", "a.b.c", "x" * 50], ids=["empty", "parts", "long"])
def test_what_is_no_manifest_is_malformed(token):
    hers = entry()

    with pytest.raises(MalformedError):
        verify_contradiction(token, LoggedWithdrawal(hers, proof_of(hers)), origin=ORIGIN, key=KEY)


def test_a_shown_withdrawal_is_read_back_and_nothing_else_is():
    hers = entry()
    shown = LoggedWithdrawal(hers, proof_of(hers))
    document = loose(shown.to_json())

    assert LoggedWithdrawal.from_fields(Fields.of(document, "shown")) == shown
    for member in ("entry", "proof"):
        for more in ({**document, "more": 1}, {**document, member: {**document[member], "more": 1}}):
            with pytest.raises(MalformedError):
                LoggedWithdrawal.from_fields(Fields.of(more, "shown"))
        with pytest.raises(MalformedError):
            LoggedWithdrawal.from_fields(Fields.of({**document, member: None}, "shown"))
