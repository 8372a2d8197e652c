"""A node cosigns a log that grows, and no other."""

from typing import Any

import pytest

from consent.cosignature import LogPolicy, cosign, verify_cosignature
from consent.errors import UnwitnessedError
from consent.log import Checkpoint, sign_checkpoint
from consent.note import SignatureLine, read_note, sign_note
from consent.witnessing import AddCheckpoint, read_size
from crypto import merkle
from marketplace.mpc_node.storage.witnessed import WitnessedLog
from tests.marketplace.mpc_node.parties import MARKET, MARKET_KEY, NAMES, NOW, ed25519
from tests.marketplace.mpc_node.town import Town, fingerprint_of

LEAVES = [bytes((number,)) for number in range(40)]
OTHER = [*LEAVES[:5], b"another", *LEAVES[6:]]
SWAPPED = [LEAVES[1], LEAVES[0], *LEAVES[2:]]
PATH = "/v1/log/add-checkpoint"


def note_of(size: int, leaves=LEAVES, *, origin: str = MARKET, key=MARKET_KEY) -> str:
    return sign_checkpoint(Checkpoint(origin, size, merkle.root(leaves[:size])), key)


def request(old: int, size: int, leaves=LEAVES, **changes: Any) -> bytes:
    proof = merkle.consistency_proof(old, leaves[:size]) if old <= size else []
    return AddCheckpoint(old, tuple(proof), note_of(size, leaves, **changes)).to_bytes()


def ask(town: Town, raw: bytes, node: str = "node-a", caller: str | None = "market") -> Any:
    environ = {} if caller is None else {"test.fingerprint": fingerprint_of(caller)}
    return town.client(node).post(PATH, data=raw, environ_overrides=environ)


def test_a_node_cosigns_a_log_that_grows(town: Town):
    for old, size in ((0, 3), (3, 3), (3, 7), (7, 8), (8, 40)):
        answer = ask(town, request(old, size))

        assert (answer.status_code, answer.content_type) == (200, "text/plain; charset=utf-8")
        line = SignatureLine.read(answer.text.removesuffix("\n"))
        body, _ = read_note(note_of(size))
        assert verify_cosignature(line, body, "node-a", ed25519("node-a").public) == town.moment
    assert town.nodes["node-a"].witnessed.last(MARKET) == WitnessedLog(
        40, merkle.root(LEAVES), note_of(40), town.moment
    )


@pytest.mark.parametrize("old", [0, 2, 4, 5])
def test_a_node_that_knows_another_size_says_which(town: Town, old):
    ask(town, request(0, 3))

    answer = ask(town, request(old, 5))

    assert (answer.status_code, answer.content_type) == (409, "text/x.tlog.size")
    assert read_size(answer.data) == 3


def test_a_truncated_log_is_not_cosigned_again(town: Town):
    ask(town, request(0, 30))

    assert ask(town, request(20, 20)).status_code == 409
    assert ask(town, request(30, 20)).status_code == 400
    assert ask(town, request(0, 20)).status_code == 409


@pytest.mark.parametrize("leaves", [OTHER, SWAPPED], ids=["altered", "reordered"])
def test_a_split_view_is_not_cosigned(town: Town, leaves, caplog):
    ask(town, request(0, 20))

    grown = ask(town, request(20, 30, leaves))
    same_size = ask(town, request(20, 20, leaves))

    assert grown.status_code == 422
    assert same_size.status_code == 409
    kept = town.nodes["node-a"].witnessed.last(MARKET)
    assert kept is not None
    assert kept.root == merkle.root(LEAVES[:20])
    written = [record for record in caplog.records if "does not continue" in record.message]
    assert len(written) == 2
    assert repr(note_of(30, leaves)) in str(vars(written[0]))
    assert repr(note_of(20)) in str(vars(written[0]))


def test_a_proof_for_another_size_is_refused(town: Town):
    ask(town, request(0, 20))
    proof = merkle.consistency_proof(20, LEAVES[:31])

    answer = ask(town, AddCheckpoint(20, tuple(proof), note_of(30)).to_bytes())

    assert answer.status_code == 422


def test_a_first_checkpoint_needs_no_proof_and_takes_none(town: Town):
    raw = AddCheckpoint(0, (bytes(32),), note_of(5)).to_bytes()

    assert ask(town, raw).status_code == 422
    assert town.nodes["node-a"].witnessed.last(MARKET) is None


def test_a_checkpoint_of_another_origin_is_of_an_unknown_log(town: Town):
    assert ask(town, request(0, 3, origin="did:web:other.example")).status_code == 404


def test_a_checkpoint_that_the_marketplace_did_not_sign_is_forbidden(town: Town):
    assert ask(town, request(0, 3, key=ed25519("node-b"))).status_code == 403
    body, _ = read_note(note_of(3))
    other_name = AddCheckpoint(0, (), sign_note(body, "node-b", ed25519("node-b"))).to_bytes()
    assert ask(town, other_name).status_code == 403


@pytest.mark.parametrize(
    "raw", [b"", b"old 0\n", b"old 0\n\nnothing\n", b"\xff", b"old 0\n\n" + b"x" * 19_000]
)
def test_what_is_no_request_is_a_bad_request(town: Town, raw):
    assert ask(town, raw).status_code == 400


def test_a_request_that_is_too_long_is_not_read(town: Town):
    assert ask(town, b"x" * 20_001).status_code == 413


@pytest.mark.parametrize("caller", [None, "node-b"])
def test_only_the_marketplace_asks_for_cosignatures(town: Town, caller):
    assert ask(town, request(0, 3), caller=caller).status_code == 403


def test_lines_of_others_are_neither_needed_nor_kept(town: Town):
    body, _ = read_note(note_of(3))
    line = cosign(body, "node-b", ed25519("node-b"), NOW).to_text()
    raw = AddCheckpoint(0, (), note_of(3) + line).to_bytes()

    assert ask(town, raw).status_code == 200
    kept = town.nodes["node-a"].witnessed.last(MARKET)
    assert kept is not None
    assert kept.note == note_of(3)


def test_what_was_cosigned_is_known_after_a_restart(town: Town):
    ask(town, request(0, 20))
    town.start("node-a")

    assert ask(town, request(0, 10)).status_code == 409
    assert ask(town, request(20, 21)).status_code == 200


def test_one_rolled_back_witness_is_too_few_for_a_split_view(town: Town):
    """A node that was restored from an old copy cosigns the other view; the two that remember do not."""
    for name in NAMES[1:]:
        ask(town, request(0, 20), name)
    views = {name: ask(town, request(0, 20, OTHER), name) for name in NAMES}

    lines = [answer.text for answer in views.values() if answer.status_code == 200]
    assert [answer.status_code for answer in views.values()] == [200, 409, 409]
    policy = LogPolicy.of(town.registry, now=town.moment)
    with pytest.raises(UnwitnessedError):
        policy.verify(note_of(20, OTHER) + "".join(lines), now=town.moment)
