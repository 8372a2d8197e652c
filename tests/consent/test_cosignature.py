"""A state of the log counts when enough of its witnesses saw it grow to there, and lately."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from consent.cosignature import COSIGNATURE, LogPolicy, cosign, verify_cosignature
from consent.errors import UnwitnessedError
from consent.log import Checkpoint, sign_checkpoint
from consent.note import SignatureLine, read_note
from consent.witnessing import AddCheckpoint, read_size
from crypto.encoding import sha256
from crypto.errors import MalformedError, SignatureError
from tests.consent.examples import MARKETPLACE, NOW, STRANGER_ED25519
from tests.marketplace.mpc_node.parties import MARKET, MARKET_KEY, NAMES, assembled, ed25519, es256, parts

ORIGIN = "market.example/log"
CHECKPOINT = Checkpoint(ORIGIN, 5, sha256(b"root"))
NOTE = sign_checkpoint(CHECKPOINT, MARKETPLACE)
TEXT, _ = read_note(NOTE)
KEYS = {name: ed25519(name) for name in NAMES}
POLICY = LogPolicy(ORIGIN, MARKETPLACE.public, {name: key.public for name, key in KEYS.items()}, 2)
HOUR = timedelta(hours=1)


def line(name, at=NOW, key=None, text=TEXT):
    return cosign(text, name, key or KEYS[name], at).to_text()


def cosigned(*names, at=NOW):
    return NOTE + "".join(line(name, at) for name in names)


def test_a_checkpoint_with_the_cosignatures_of_enough_witnesses_counts():
    witnessed = POLICY.verify(cosigned("node-a", "node-c"), now=NOW)

    assert witnessed.checkpoint == CHECKPOINT
    assert witnessed.seen == {"node-a": NOW, "node-c": NOW}


@pytest.mark.parametrize(
    "note",
    [
        pytest.param(NOTE, id="nobody"),
        pytest.param(cosigned("node-a"), id="one"),
        pytest.param(cosigned("node-a", "node-a"), id="one twice"),
        pytest.param(NOTE + line("node-a") + line("node-b", key=STRANGER_ED25519), id="another key"),
        pytest.param(NOTE + line("node-a") + line("node-b", key=KEYS["node-a"]), id="one key, two names"),
        pytest.param(NOTE + line("node-a") + line("node-d", key=STRANGER_ED25519), id="another name"),
        pytest.param(NOTE + line("node-a") + line("node-b", NOW + HOUR), id="from the future"),
        pytest.param(NOTE + line("node-a") + line("node-b", text=TEXT.replace("5", "6")), id="another size"),
        pytest.param(
            NOTE + line("node-a") + SignatureLine("node-b", b"\0\0\0\0", b"\1" * 72).to_text(), id="noise"
        ),
    ],
)
def test_a_checkpoint_that_too_few_witnesses_cosigned_is_refused(note):
    with pytest.raises(UnwitnessedError, match=r"expected 2 cosignatures, got [01]"):
        POLICY.verify(note, now=NOW)


def test_a_bad_cosignature_does_not_take_the_good_ones_away():
    note = NOTE + line("node-b", key=STRANGER_ED25519) + line("node-a") + line("node-b") + line("node-c")

    assert set(POLICY.verify(note, now=NOW).seen) == set(NAMES)


def test_a_stale_checkpoint_is_refused_by_whoever_asks_for_a_fresh_one():
    note = cosigned("node-a", at=NOW - HOUR) + line("node-b", NOW) + line("node-c", NOW - 2 * HOUR)

    assert POLICY.verify(note, now=NOW).fresh_at == NOW - HOUR  # the second latest: two say so
    POLICY.verify(note, now=NOW, max_age=HOUR)
    with pytest.raises(UnwitnessedError, match="of the last 3599 s"):
        POLICY.verify(note, now=NOW, max_age=HOUR - timedelta(seconds=1))


def test_the_latest_cosignature_of_a_witness_counts():
    note = cosigned("node-a", "node-b", at=NOW - HOUR) + line("node-a") + line("node-b")

    assert POLICY.verify(note, now=NOW).fresh_at == NOW


def test_cosignatures_do_not_stand_in_for_the_signature_of_the_log():
    own = NOTE.rpartition("\n\n")[2]
    note = cosigned(*NAMES).replace(own, "")

    with pytest.raises(SignatureError):
        POLICY.verify(note, now=NOW)


def test_a_checkpoint_of_another_origin_is_refused_however_many_cosigned_it():
    other = sign_checkpoint(replace(CHECKPOINT, origin="other.example"), MARKETPLACE)
    text, _ = read_note(other)
    note = other + "".join(line(name, text=text) for name in NAMES)

    with pytest.raises(SignatureError):
        POLICY.verify(note, now=NOW)


def test_an_entry_altered_after_cosigning_leaves_the_state_without_cosignatures():
    altered = sign_checkpoint(replace(CHECKPOINT, root=sha256(b"other")), MARKETPLACE)
    note = altered + "".join(line(name) for name in NAMES)

    with pytest.raises(UnwitnessedError):
        POLICY.verify(note, now=NOW)


@given(st.integers(0, 71), st.integers(1, 255))
@settings(max_examples=60)
def test_any_changed_byte_of_a_cosignature_is_refused(place, change):
    signed = cosign(TEXT, "node-a", KEYS["node-a"], NOW)
    raw = bytearray(signed.signature)
    raw[place] ^= change

    with pytest.raises((MalformedError, SignatureError)):
        verify_cosignature(replace(signed, signature=bytes(raw)), TEXT, "node-a", KEYS["node-a"].public)


def test_a_signature_of_the_key_over_the_text_itself_is_no_cosignature():
    signed = SignatureLine("node-a", b"", KEYS["node-a"].sign(TEXT.encode()))
    cosignature = cosign(TEXT, "node-a", KEYS["node-a"], NOW)

    with pytest.raises(MalformedError):
        verify_cosignature(replace(signed, key_id=cosignature.key_id), TEXT, "node-a", KEYS["node-a"].public)


def test_a_witness_signs_with_ed25519_only():
    with pytest.raises(MalformedError):
        cosign(TEXT, "node-a", es256("node-a"), NOW)
    with pytest.raises(MalformedError):
        cosign(TEXT, "node a", KEYS["node-a"], NOW)


def test_the_example_of_the_specification_is_read():
    """C2SP tlog-cosignature: its moment is the one that the text names. The keys are not given there."""
    example = (
        "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n\n"
        "— example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1g"
        "GzGku9nTo+zyWE+xeMcTOAYQ8=\n"
        "— witness.example.com/w1 jWbPPwAAAABkGFDLEZMHwSRaJNiIDoe9DYn/zXcrtPHeolMI5OWXEhZCB9dlrDJsX3b2oyi"
        "n1nPZqhf5nNo0xUe+mbIUBkBIfZ+qnA==\n"
    )
    _, (own, witness) = read_note(example)

    assert (own.name, len(own.signature)) == ("example.com/behind-the-sofa", 64)
    assert (witness.name, len(witness.signature)) == ("witness.example.com/w1", 72)
    assert int.from_bytes(witness.signature[:8], "big") == 1679315147
    assert "".join(each.to_text() for each in (own, witness)) == example.partition("\n\n")[2]


def test_the_key_id_is_of_the_kind_of_cosignatures():
    signed = cosign(TEXT, "node-a", KEYS["node-a"], NOW)

    assert signed.is_of("node-a", KEYS["node-a"].public, COSIGNATURE)
    assert not signed.is_of("node-a", KEYS["node-a"].public)


def test_more_than_half_of_the_nodes_of_the_registry_are_asked_for():
    policy = LogPolicy.of(assembled(parts(nodes=NAMES)), now=NOW)

    assert (policy.origin, policy.key, policy.quorum) == (MARKET, MARKET_KEY.public, 2)
    assert set(policy.witnesses) == set(NAMES)


def test_a_registry_that_names_no_node_at_a_moment_witnesses_nothing():
    policy = LogPolicy.of(assembled(parts(nodes=NAMES)), now=NOW + timedelta(days=10_000))

    assert (dict(policy.witnesses), policy.quorum) == ({}, 1)


REQUEST = AddCheckpoint(3, (sha256(b"1"), sha256(b"2")), NOTE)


def test_a_request_to_cosign_has_the_lines_of_the_specification():
    raw = REQUEST.to_bytes()

    assert raw.startswith(b"old 3\n")
    assert raw.endswith(b"\n\n" + NOTE.encode())
    assert AddCheckpoint.from_bytes(raw) == REQUEST
    assert AddCheckpoint.from_bytes(replace(REQUEST, hashes=()).to_bytes()).hashes == ()


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"old 3", b"old 03"),
        (b"old 3", b"old -3"),
        (b"old 3", b"old  3"),
        (b"old 3", b"old 99999999999999999"),
        (b"old 3", b"new 3"),
        (b"old 3\n", b""),
        (b"old 3\n", b"old 3\nAAAA\n"),
        (b"old 3\n", b"old 3\n!\n"),
        (b"old 3\n", b"old 3\n" + REQUEST.to_bytes().split(b"\n")[1] * 2 + b"\n"),
        (b"old 3\n", b"old 3\n" + (REQUEST.to_bytes().split(b"\n")[1] + b"\n") * 62),
        (b"\n\n", b"\n"),
        (b"old", b"\xffold"),
        (b"old 3", b"old 3" + b" " * 30_000),
    ],
)
def test_a_request_of_another_form_is_refused(old, new):
    raw = REQUEST.to_bytes()
    changed = raw.replace(old, new) if old == b"\n\n" else raw.replace(old, new, 1)

    with pytest.raises(MalformedError):
        AddCheckpoint.from_bytes(changed)


def test_a_size_is_read_strictly():
    assert read_size(b"20852014\n") == 20852014
    for raw in (b"", b"5", b"05\n", b"5\n\n", b"x\n", b"-1\n", b"9" * 40 + b"\n", b"5\n" + b"0" * 40):
        with pytest.raises(MalformedError):
            read_size(raw)
