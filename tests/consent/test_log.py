from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from consent.errors import MismatchError
from consent.log import (
    Checkpoint,
    Entry,
    InclusionProof,
    Leaf,
    sign_checkpoint,
    verify_checkpoint,
    verify_growth,
)
from consent.note import sign_note
from crypto.encoding import b64url_encode, canonical_json, parse_json
from crypto.errors import MalformedError, ProofError, SignatureError
from crypto.merkle import consistency_proof, inclusion_proof, root
from crypto.randomness import stream
from crypto.reading import utc_text
from tests.consent.examples import MARKETPLACE, NOW, SEED, STRANGER_ED25519, loose

ORIGIN = "market.example/log"
KEY = MARKETPLACE.public
DRAW = stream(SEED, "salts")
ENTRIES = [
    Entry.of("usage", NOW + timedelta(seconds=index), {"job_id": f"job-{index}"}, DRAW) for index in range(7)
]
LEAVES = [entry.leaf.encode() for entry in ENTRIES]


def _checkpoint(size):
    return Checkpoint(ORIGIN, size, root(LEAVES[:size]))


def _proof(index, size=7):
    note = sign_checkpoint(_checkpoint(size), MARKETPLACE)
    return InclusionProof(ENTRIES[index].leaf, index, tuple(inclusion_proof(index, LEAVES[:size])), note)


@given(st.text(min_size=1, max_size=100).filter(str.isprintable), st.binary(min_size=32, max_size=32))
@settings(max_examples=50)
def test_a_leaf_is_the_canonical_json_of_its_members(kind, digest):
    leaf = Leaf(kind, NOW, b64url_encode(digest))

    members = {"kind": kind, "at": utc_text(NOW), "body_digest": leaf.body_digest}
    assert leaf.encode() == canonical_json(members)
    assert Leaf.decode(leaf.encode()) == leaf


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b'{"at"', b'{ "at"'),
        (b'"kind"', b'"kynd"'),
        (b'"usage"', b'"\\u0075sage"'),
        (b"}", b',"more":1}'),
        (b"Z", b"+00:00"),
        (b'{"at":', b""),
        (b'{"at"', b'\xff{"at"'),
    ],
)
def test_another_spelling_of_a_leaf_is_none(old, new):
    with pytest.raises(MalformedError):
        Leaf.decode(LEAVES[0].replace(old, new, 1))


def test_a_checkpoint_is_origin_size_and_root():
    note = sign_checkpoint(_checkpoint(3), MARKETPLACE)

    assert note.split("\n")[:2] == [ORIGIN, "3"]
    assert verify_checkpoint(note, ORIGIN, KEY) == _checkpoint(3)


def test_a_checkpoint_of_another_log_is_refused():
    note = sign_note(_checkpoint(3).to_text().replace(ORIGIN, "other.example"), ORIGIN, MARKETPLACE)

    with pytest.raises(MalformedError, match="another log"):
        verify_checkpoint(note, ORIGIN, KEY)


def test_a_checkpoint_that_the_log_did_not_sign_is_refused():
    with pytest.raises(SignatureError):
        verify_checkpoint(sign_checkpoint(_checkpoint(3), STRANGER_ED25519), ORIGIN, KEY)


ROOT = _checkpoint(3).to_text().split("\n")[2]
HOSTILE_TEXTS = {
    "two lines": f"{ORIGIN}\n3\n",
    "an extension": f"{ORIGIN}\n3\n{ROOT}\nmore\n",
    "a size with a sign": f"{ORIGIN}\n+3\n{ROOT}\n",
    "a size with a leading zero": f"{ORIGIN}\n03\n{ROOT}\n",
    "a size in words": f"{ORIGIN}\nthree\n{ROOT}\n",
    "a size in other digits": f"{ORIGIN}\n३\n{ROOT}\n",
    "a size without end": f"{ORIGIN}\n{'9' * 5000}\n{ROOT}\n",
    "a root that is too short": f"{ORIGIN}\n3\nAAAA\n",
    "a root in base64url": f"{ORIGIN}\n3\n{'_' * 43}=\n",
    "a root spelled otherwise": f"{ORIGIN}\n3\n{'A' * 42}B=\n",
}


@pytest.mark.parametrize("text", HOSTILE_TEXTS.values(), ids=HOSTILE_TEXTS.keys())
def test_a_checkpoint_with_this_is_malformed(text):
    with pytest.raises(MalformedError):
        verify_checkpoint(sign_note(text, ORIGIN, MARKETPLACE), ORIGIN, KEY)


@given(st.integers(1, len(LEAVES)), st.data())
@settings(max_examples=30)
def test_every_entry_is_proven_in_every_later_tree(size, data):
    index = data.draw(st.integers(0, size - 1))
    proof = InclusionProof.from_json(parse_json(canonical_json(_proof(index, size).to_json())))

    assert proof.verify_entry(ENTRIES[index], ORIGIN, KEY) == _checkpoint(size)


def test_a_proof_of_another_place_is_refused():
    with pytest.raises(ProofError):
        replace(_proof(2), index=3).verify(ORIGIN, KEY)


def test_a_proof_with_a_changed_leaf_is_refused():
    proof = _proof(2)

    with pytest.raises(ProofError):
        replace(proof, leaf=replace(proof.leaf, kind="payment")).verify(ORIGIN, KEY)


def test_a_proof_is_about_its_own_entry_only():
    with pytest.raises(MismatchError):
        _proof(2).verify_entry(ENTRIES[3], ORIGIN, KEY)


def test_an_entry_with_another_body_is_another_entry():
    forged = replace(ENTRIES[2], body={"job_id": "job-99"})

    with pytest.raises(MismatchError):
        _proof(2).verify_entry(forged, ORIGIN, KEY)


def test_a_proof_without_the_logs_signature_is_refused():
    note = sign_checkpoint(_checkpoint(7), STRANGER_ED25519)

    with pytest.raises(SignatureError):
        replace(_proof(2), checkpoint=note).verify(ORIGIN, KEY)


def test_a_proof_outlives_the_body_it_is_about():
    leaf = ENTRIES[2].leaf

    assert replace(_proof(2), leaf=leaf).verify(ORIGIN, KEY).size == 7
    assert b"job" not in leaf.encode()


def test_equal_bodies_leave_different_leaves():
    first, second = (Entry.of("usage", NOW, {"amount_cents": 50}, DRAW) for _ in range(2))

    assert first.leaf != second.leaf


def test_neither_body_nor_salt_is_in_what_is_logged_of_an_entry():
    assert "job-2" not in repr(ENTRIES[2])
    assert repr(ENTRIES[2].salt) not in repr(ENTRIES[2])


@pytest.mark.parametrize("old", range(len(LEAVES) + 1))
def test_a_log_that_only_grew_is_consistent(old):
    verify_growth(_checkpoint(old), _checkpoint(7), consistency_proof(old, LEAVES))


def test_a_log_that_changed_an_entry_is_caught():
    forged = Checkpoint(ORIGIN, 3, root([b"other", *LEAVES[1:3]]))

    with pytest.raises(ProofError):
        verify_growth(forged, _checkpoint(7), consistency_proof(3, LEAVES))


def test_a_log_that_lost_entries_is_caught():
    with pytest.raises(ProofError):
        verify_growth(_checkpoint(7), _checkpoint(3), [])


def test_checkpoints_of_two_logs_have_no_common_growth():
    with pytest.raises(MismatchError):
        verify_growth(replace(_checkpoint(3), origin="other.example"), _checkpoint(7), [])


HOSTILE = {
    "no checkpoint": lambda d: d.pop("checkpoint"),
    "a negative index": lambda d: d.update(index=-1),
    "hashes that are short": lambda d: d.update(hashes=["AAAA"]),
    "hashes that are numbers": lambda d: d.update(hashes=[1]),
    "hashes without end": lambda d: d.update(hashes=d["hashes"] * 100),
    "a digest that is none": lambda d: d.update(body_digest="x"),
    "a member more": lambda d: d.update(body={}),
}


@pytest.mark.parametrize("tamper", HOSTILE.values(), ids=HOSTILE.keys())
def test_a_proof_with_this_is_malformed(tamper):
    document = loose(_proof(2).to_json())
    tamper(document)

    with pytest.raises(MalformedError):
        InclusionProof.from_json(document)
