"""An audit ends well for an honest log of any length, and names what is wrong with any other."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from consent.cosignature import LogPolicy
from consent.log import Entry, verify_checkpoint
from crypto.merkle import leaf_hash
from crypto.tiles import Slice, decode_bundle, encode_bundle
from marketplace.domain.log import Log
from marketplace.log_auditor.audit import SAVE_EVERY, Audit, Finding
from marketplace.log_auditor.errors import (
    AlteredLogError,
    AuditError,
    ForkedLogError,
    TruncatedLogError,
    UncheckedError,
    UnconfirmedLogError,
    UnsignedLogError,
)
from marketplace.log_auditor.state import AuditState, ReadSoFar
from tests.marketplace.log_auditor.public_log import TestedLog, entries
from tests.marketplace.mpc_node.parties import MARKET, MARKET_KEY, NAMES, NOW, assembled, parts

POLICY = LogPolicy.of(assembled(parts(nodes=NAMES)), now=NOW)
LONG = entries(0, 700)
HOUR = timedelta(hours=1)


def audit(log: TestedLog, state: AuditState | None = None, **asked: timedelta) -> tuple[Finding, AuditState]:
    kept = [state or AuditState()]
    finding = Audit(log, POLICY, kept.append)(kept[0], now=NOW, **asked)
    return finding, kept[-1]


def leaf_of(entry: Entry) -> bytes:
    return leaf_hash(entry.leaf.encode())


def swap(raw: bytes, one: int, other: int) -> bytes:
    found = decode_bundle(raw, width=256)
    found[one], found[other] = found[other], found[one]
    return encode_bundle(found)


@pytest.mark.parametrize("size", [0, 1, 2, 255, 256, 257, 512, 700])
def test_an_honest_log_has_no_fault(size):
    finding, state = audit(TestedLog.of(*LONG[:size]))

    assert (finding.state.checkpoint.size, finding.read_anew, finding.before) == (size, size, 0)
    assert dict(finding.kinds) == ({"use": size} if size else {})
    assert set(finding.state.seen) == set(NAMES)
    assert (state.verified.size, state.progress) == (size, None)


@given(st.lists(st.integers(0, 300), min_size=1, max_size=4))
@settings(max_examples=15)
def test_each_audit_reads_what_is_new_and_ties_it_to_the_one_before(steps):
    log, state, size = TestedLog(), AuditState(), 0
    for step in steps:
        log.append(*entries(size, step))
        finding, kept = audit(log, state)
        assert (finding.before, finding.read_anew) == (size, step)
        size += step
        state = AuditState.from_bytes(kept.to_bytes())
        assert state == kept
    assert audit(log)[1].verified == state.verified


def test_an_erased_entry_leaves_the_log_without_a_fault():
    log = TestedLog.of(*LONG[:300])
    before, _ = audit(log)
    Log(log.book).erase(7)

    after, _ = audit(log)

    assert Log(log.book).entry(7) is None
    assert after == before


def test_an_audit_that_was_broken_off_goes_on_where_it_was():
    log = TestedLog.of(*LONG)
    half, _ = ReadSoFar().then([leaf_of(entry) for entry in LONG[:512]])

    finding, state = audit(log, AuditState(progress=half))

    assert log.bundles == [Slice(2, 188)]
    assert (finding.read_anew, state.verified.size, state.progress) == (188, 700, None)


def test_what_was_read_is_kept_now_and_then():
    log, kept = TestedLog.of(*entries(0, 256 * SAVE_EVERY + 1)), [AuditState()]

    Audit(log, POLICY, kept.append)(kept[0], now=NOW)

    assert [each.furthest.size for each in kept] == [0, 256 * SAVE_EVERY, 256 * SAVE_EVERY + 1]


def test_half_an_audit_of_another_log_is_found_out_and_forgotten():
    half, _ = ReadSoFar().then([leaf_of(entry) for entry in entries(9, 256)])
    kept = [AuditState(progress=half)]

    with pytest.raises(AlteredLogError):
        Audit(TestedLog.of(*LONG), POLICY, kept.append)(kept[0], now=NOW)


def test_a_split_view_is_forked_with_both_signed_states_as_evidence():
    _, state = audit(TestedLog.of(*LONG[:300]))
    other = TestedLog.of(*LONG[:10], *entries(900, 400))

    with pytest.raises(ForkedLogError, match="does not begin with that of 300") as raised:
        audit(other, state)

    states = [verify_checkpoint(note, MARKET, MARKET_KEY.public) for note in raised.value.evidence]
    assert [each.size for each in states] == [300, 410]


def test_another_log_of_the_same_size_is_forked():
    _, state = audit(TestedLog.of(*LONG[:300]))

    with pytest.raises(ForkedLogError):
        audit(TestedLog.of(*LONG[:299], *entries(900, 1)), state)


def test_reordered_entries_are_forked():
    _, state = audit(TestedLog.of(*LONG[:300]))

    with pytest.raises(ForkedLogError):
        audit(TestedLog.of(LONG[1], LONG[0], *LONG[2:400]), state)


def test_a_truncated_log_is_named_with_both_signed_states_as_evidence():
    log = TestedLog.of(*LONG[:300])
    _, state = audit(log)
    log.size = 299

    with pytest.raises(TruncatedLogError, match="had 300 entries and has 299") as raised:
        audit(log, state)
    assert len(raised.value.evidence) == 2


def test_an_entry_altered_after_cosigning_is_named_by_its_place():
    log = TestedLog.of(*LONG)
    log.alter_bundle = lambda wanted, raw: raw.replace(b'"use"', b'"fee"', 1) if wanted.number == 1 else raw

    with pytest.raises(AlteredLogError, match="entry 256 is another one"):
        audit(log)


def test_entries_served_in_another_order_are_named_by_their_place():
    log = TestedLog.of(*LONG)
    log.alter_bundle = lambda wanted, raw: swap(raw, 7, 9) if wanted.number == 0 else raw

    with pytest.raises(AlteredLogError, match="entry 7 is another one"):
        audit(log)


def test_entries_altered_together_with_their_tile_do_not_lead_to_the_signed_root():
    """Entries and level 0 tell one story, the signed root another."""
    told = TestedLog.of(*entries(900, 256), *LONG[256:])
    log = TestedLog.of(*LONG)
    log.alter_bundle = lambda wanted, raw: told.bundle(wanted)
    log.alter_tile = lambda level, wanted, raw: told.tile(level, wanted) if level == 0 else raw

    with pytest.raises(AlteredLogError, match="do not lead to the signed root"):
        audit(log)


@pytest.mark.parametrize("level", [0, 1])
def test_tiles_that_are_not_those_of_the_signed_root_are_found(level):
    log = TestedLog.of(*LONG)
    log.alter_tile = lambda at, wanted, raw: bytes(len(raw)) if at == level else raw

    with pytest.raises(AlteredLogError):
        audit(log)


@pytest.mark.parametrize("raw", [b"", b"\0", b"\0\5abc", b"\xff\xff"])
def test_a_bundle_that_is_cut_off_is_found(raw):
    log = TestedLog.of(*LONG)
    log.alter_bundle = lambda wanted, _: raw

    with pytest.raises(AlteredLogError, match="bundle 000"):
        audit(log)


def test_a_tile_that_is_cut_off_is_found():
    log = TestedLog.of(*LONG)
    log.alter_tile = lambda level, wanted, raw: raw[:-1]

    with pytest.raises(AlteredLogError, match=r"expected (188|2) hashes"):
        audit(log)


def test_entries_that_were_read_before_are_read_again_where_their_tile_grew():
    log = TestedLog.of(*LONG[:300])
    _, state = audit(log)
    log.append(*LONG[300:400])
    log.alter_bundle = lambda wanted, raw: raw.replace(b'"use"', b'"fee"', 1)

    with pytest.raises(AlteredLogError, match="entries below 300"):
        audit(log, state)


@pytest.mark.parametrize("witnesses", [(), ("node-a",), ("node-a", "node-d"), ("node-a", "node-a")])
def test_a_log_that_too_few_nodes_confirmed_is_unconfirmed(witnesses):
    log = TestedLog.of(*LONG[:5])
    log.witnesses = witnesses

    with pytest.raises(UnconfirmedLogError, match="expected 2 cosignatures"):
        audit(log)


def test_a_stale_checkpoint_is_unconfirmed_for_whoever_asks_for_a_fresh_one():
    log = TestedLog.of(*LONG[:5])
    log.seen_at = NOW - HOUR

    audit(log, max_age=HOUR)
    with pytest.raises(UnconfirmedLogError):
        audit(log, max_age=HOUR - timedelta(seconds=1))


def test_a_checkpoint_of_another_origin_is_unsigned():
    log = TestedLog.of(*LONG[:5])
    log.origin = "did:web:other.example"

    with pytest.raises(UnsignedLogError):
        audit(log)


def test_a_published_state_that_is_none_is_unsigned(monkeypatch):
    log = TestedLog.of(*LONG[:5])
    monkeypatch.setattr(log, "checkpoint", lambda: "<html>")

    with pytest.raises(UnsignedLogError):
        audit(log)


def test_a_fault_leaves_what_was_right_before_as_it_was():
    log = TestedLog.of(*LONG[:300])
    _, state = audit(log)
    log.append(*LONG[300:400])
    log.alter_tile = lambda level, wanted, raw: bytes(len(raw))
    kept = [state]

    with pytest.raises(AuditError):
        Audit(log, POLICY, kept.append)(state, now=NOW)
    assert {(each.note, each.verified) for each in kept} == {(state.note, state.verified)}


def test_a_state_file_of_another_log_or_one_that_contradicts_itself_is_not_used():
    _, state = audit(TestedLog.of(*LONG[:300]))
    assert state.note is not None
    other = replace(state, note=state.note.replace(MARKET, "did:web:other.example"))
    smaller = replace(state, verified=ReadSoFar())

    for wrong in (other, smaller):
        with pytest.raises(UncheckedError):
            audit(TestedLog.of(*LONG[:300]), wrong)
