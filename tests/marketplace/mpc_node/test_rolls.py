"""A job whose people stand on a roll: pieces come first, in any order; what is missing is noticed."""

import os
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from consent.job import Manifest, admitted_root, put_on_roll
from consent.outcomes import Outcomes
from consent.roll import digest_of_piece
from consent.statement import AdmissionStatement
from crypto.encoding import Json, b64url_encode, canonical_json, parse_json, sha256
from crypto.errors import MalformedError
from marketplace.mpc_node.agreement import Position
from marketplace.mpc_node.errors import PieceRefusedError
from marketplace.mpc_node.long_position import named_pieces, pack_position, unpack_position
from marketplace.mpc_node.storage.pieces import MAX_PIECE, Pieces
from tests.marketplace.mpc_node.buyer import open_outputs
from tests.marketplace.mpc_node.orders import EXACT, NOISY, manifest_for
from tests.marketplace.mpc_node.parties import NAMES, STATUS_URI, node_keys
from tests.marketplace.mpc_node.people import Person, people, withdrawal_of
from tests.marketplace.mpc_node.town import Town

CROWD = people(13)
MARKET = "market"


@pytest.fixture(autouse=True)
def small_pieces(monkeypatch: pytest.MonkeyPatch):
    """Five people to a piece of a roll, and positions in pieces of two hundred bytes."""
    monkeypatch.setattr("consent.roll.PIECE_RECORDS", 5)
    monkeypatch.setattr("marketplace.mpc_node.long_position._CHUNK", 200)


def rolled(crowd: Sequence[Person], query=EXACT) -> tuple[Manifest, tuple[bytes, ...]]:
    """A manifest over these people with its pieces."""
    return put_on_roll(manifest_for(crowd, query))


def send(town: Town, pieces: Sequence[bytes], *, names: Sequence[str] = NAMES) -> None:
    """Bring pieces to nodes."""
    for name in names:
        for piece in pieces:
            answer = town.put(name, f"/v1/pieces/{digest_of_piece(piece)}", piece)
            assert answer.status_code == 204, answer.text


def refusals(ended, manifest: Manifest) -> dict[str, str]:
    """Why people are left out, as all three nodes say."""
    told = [Outcomes.from_json(each["people"], rows=len(manifest.rows)) for each in ended.values()]
    assert told[0] == told[1] == told[2]
    return told[0].refusals(manifest.rows)


@pytest.mark.parametrize("query", [EXACT, NOISY], ids=["exact", "noised"])
def test_a_job_over_a_roll_gives_the_answer_of_one_that_names_everybody(town: Town, query):
    town.settle(CROWD)
    manifest, pieces = rolled(CROWD, query)
    send(town, pieces[::-1])

    ended = town.run(manifest)

    assert {each["state"] for each in ended.values()} == {"DONE"}, ended
    assert all("refusals" not in each and each["admitted"] == 13 for each in ended.values())
    output = town.get("node-a", "/v1/jobs/job-1/output").json
    assert "admitted" not in output
    in_order = sorted(CROWD, key=lambda each: each.consent_id)
    assert open_outputs(town, manifest, in_order).answer().rows
    outcomes = Outcomes.from_json(output["people"], rows=13)
    assert outcomes.admitted(manifest.rows) == tuple(each.consent_id for each in in_order)


def test_who_is_left_out_of_a_roll_is_told_with_the_reason(town: Town):
    town.settle(CROWD)
    revoked, gone = CROWD[2], CROWD[7]
    town.statuses.revoked[STATUS_URI] = {revoked.index}
    for name in NAMES:
        town.post(name, "/v1/withdrawals", {"withdrawal": withdrawal_of(gone)}, caller=None)
    manifest, pieces = rolled(CROWD)
    send(town, pieces)

    ended = town.run(manifest)

    assert {each["state"] for each in ended.values()} == {"DONE"}, ended
    told = {revoked.consent_id: "credential_revoked", gone.consent_id: "withdrawn"}
    assert refusals(ended, manifest) == told


def test_a_failed_attempt_over_a_roll_says_why_people_were_left_out(town: Town):
    town.settle(CROWD)
    town.statuses.unreachable.add(STATUS_URI)
    manifest, pieces = rolled(CROWD)
    send(town, pieces)

    ended = town.run(manifest)

    assert {each["reason"] for each in ended.values()} == {"crowd_too_small"}
    assert set(refusals(ended, manifest).values()) == {"status_unknown"}


def test_a_manifest_whose_pieces_are_missing_is_refused_until_they_come(town: Town):
    """As after a crash of the marketplace between two of them."""
    town.settle(CROWD)
    manifest, pieces = rolled(CROWD)
    send(town, pieces[:1])

    early = town.ask(manifest)
    missing = town.post("node-a", "/v1/pieces/missing", {"pieces": list(manifest.roll)}).json["missing"]
    send(town, pieces[1:])
    ended = town.run(manifest)

    assert {answer.status_code for answer in early} == {422}
    assert "pieces_missing" in early[0].text
    assert missing == list(manifest.roll[1:])
    assert {each["state"] for each in ended.values()} == {"DONE"}


def test_a_piece_that_was_altered_on_the_disk_is_as_good_as_missing(town: Town):
    manifest, pieces = rolled(CROWD)
    send(town, pieces)
    held = [path for path in (town.folder / "node-a" / "pieces").rglob("*") if path.is_file()]
    held[0].write_bytes(held[0].read_bytes()[:-1] + b"!")
    held[1].write_bytes(held[1].read_bytes()[:-1])

    (answer,) = town.ask(manifest, of=["node-a"])
    missing = town.post("node-a", "/v1/pieces/missing", {"pieces": list(manifest.roll)}).json["missing"]

    assert answer.status_code == 422
    assert len(missing) == 2


def test_pieces_of_positions_are_dropped_once_they_are_read(town: Town):
    town.settle(CROWD)
    manifest, pieces = rolled(CROWD)
    send(town, pieces)

    town.run(manifest)

    folders = (town.folder / "node-a" / "pieces").iterdir()
    assert sorted(len(list(folder.iterdir())) for folder in folders) == [0, 0, len(pieces)]


def test_a_peer_whose_pieces_do_not_arrive_as_it_sent_them_stops_the_job(town: Town):
    town.settle(CROWD)
    manifest, pieces = rolled(CROWD)
    send(town, pieces)
    town.piece = lambda sender, piece: piece[:-1] + b"!" if sender == "node-b" else piece

    ended = town.run(manifest)

    assert ended["node-b"]["reason"] == "peer_refused"
    assert not any(each["state"] == "DONE" for each in ended.values())


@pytest.mark.parametrize("caller", [None, "nobody"])
def test_only_those_of_the_registry_leave_pieces(town: Town, caller):
    piece = b"piece"
    overrides = {} if caller is None else {"test.fingerprint": "unknown"}

    for method, path in (("put", f"/v1/pieces/{digest_of_piece(piece)}"), ("post", "/v1/pieces/missing")):
        answer = getattr(town.client("node-a"), method)(path, data=piece, environ_overrides=overrides)
        assert answer.status_code == 403


@pytest.mark.parametrize("name", ["-", "A" * 43, "../../node.json", "A" * 100])
def test_a_piece_under_a_name_that_is_not_its_own_is_refused(town: Town, name):
    answer = town.put("node-a", f"/v1/pieces/{name}", b"piece")

    assert answer.status_code in {400, 404, 422}
    assert not (town.folder / "node-a" / "pieces").exists()


def test_a_piece_that_is_too_long_is_refused_before_it_is_read(town: Town):
    content = bytes(MAX_PIECE + 1)

    assert town.put("node-a", f"/v1/pieces/{digest_of_piece(content)}", content).status_code == 413


def test_a_piece_of_one_sender_is_not_another_ones(tmp_path: Path):
    held = Pieces(tmp_path)
    held.put("node-b", digest_of_piece(b"piece"), b"piece")

    assert held.find("node-b", digest_of_piece(b"piece")) == b"piece"
    assert held.find(MARKET, digest_of_piece(b"piece")) is None


def test_a_sender_that_floods_its_folder_loses_what_it_did_not_use(tmp_path: Path):
    held = Pieces(tmp_path, most=3)
    held.put(MARKET, digest_of_piece(b"other"), b"other")
    for age, content in enumerate((b"1", b"2", b"3")):
        held.put("node-b", digest_of_piece(content), content)
        (place,) = [each for each in tmp_path.rglob("*") if each.is_file() and each.read_bytes() == content]
        os.utime(place, (age, age))
    held.find("node-b", digest_of_piece(b"1"))

    held.put("node-b", digest_of_piece(b"4"), b"4")

    wanted = {content: digest_of_piece(content) for content in (b"1", b"2", b"3", b"4")}
    assert held.missing("node-b", wanted.values()) == (wanted[b"2"],)
    assert held.find(MARKET, digest_of_piece(b"other")) == b"other"


def test_a_piece_that_is_none_is_refused(tmp_path: Path):
    with pytest.raises(PieceRefusedError):
        Pieces(tmp_path).put(MARKET, digest_of_piece(b"piece"), b"another")


def test_what_a_crash_left_half_written_is_removed(tmp_path: Path):
    held = Pieces(tmp_path)
    held.put(MARKET, digest_of_piece(b"piece"), b"piece")
    (folder,) = tmp_path.iterdir()
    (folder / "00.part").write_bytes(b"half")

    held.clear()

    assert [path.suffix for path in folder.iterdir()] == [""]


ORDER = tuple(sorted(each.consent_id for each in CROWD))
KEY = node_keys("node-a").signing
DIGEST = b64url_encode(sha256(b"manifest"))
EXPECTED = AdmissionStatement("job-1", 1, 0, DIGEST, "", 0)


def position(out: int = 2) -> Position:
    """What a node says about a roll of which it refuses some."""
    refused = dict.fromkeys(ORDER[:out], "expired")
    root = admitted_root(ORDER[out:])
    statement = AdmissionStatement("job-1", 1, 0, DIGEST, root, len(ORDER) - out, refused)
    rows = {row: b64url_encode(sha256(row.encode())) for row in ORDER[out:]}
    return Position(statement, rows, frozenset(ORDER[-1:]), frozenset({DIGEST}))


def unpacked(body: bytes, pieces: Sequence[bytes], *, expected=EXPECTED, order=ORDER, key=KEY) -> Position:
    """What a peer reads."""
    held = {digest_of_piece(piece): piece for piece in pieces}
    return unpack_position(body, key.public, expected=expected, order=order, find=held.get)


@pytest.mark.parametrize("out", [0, 2, 13])
def test_a_position_comes_back_from_its_pieces(out):
    said = position(out)
    parcel = pack_position(said, KEY, order=ORDER)

    found = unpacked(parcel.body, parcel.pieces)

    assert (found.rows, found.cannot_afford, found.charged_roots) == (
        said.rows,
        said.cannot_afford,
        said.charged_roots,
    )
    assert found.statement == said.statement
    assert named_pieces(parcel.body) == tuple(map(digest_of_piece, parcel.pieces))


def is_read(body: bytes, pieces: Sequence[bytes]) -> bool:
    """Whether a peer takes this for a position."""
    try:
        unpacked(body, pieces)
    except MalformedError:
        return False
    return True


def forged(parcel, **changes: Json) -> bytes:
    """A message with members changed; the statement in it stays signed."""
    document = parse_json(parcel.body)
    assert isinstance(document, dict)
    return canonical_json(document | changes)


def test_no_position_is_read_that_contradicts_itself_or_the_roll():
    parcel, other = pack_position(position(2), KEY, order=ORDER), pack_position(position(3), KEY, order=ORDER)
    digests = list(named_pieces(parcel.body))
    bulk = b"".join(piece[32:] for piece in parcel.pieces)
    head = parcel.pieces[0][:32]

    def with_bulk(changed: bytes) -> tuple[bytes, list[bytes]]:
        piece = head + changed
        return forged(parcel, pieces=[digest_of_piece(piece)]), [piece]

    hostile = {
        "a piece is missing": (parcel.body, parcel.pieces[1:]),
        "pieces in another order": (forged(parcel, pieces=digests[::-1]), parcel.pieces),
        "other refusals than signed": (forged(parcel, pieces=list(named_pieces(other.body))), other.pieces),
        "no reasons": (forged(parcel, reasons=[]), parcel.pieces),
        "another reason": (forged(parcel, reasons=["withdrawn"]), parcel.pieces),
        "a code more": with_bulk(bytes(1) + bulk),
        "a digest less": with_bulk(bulk[:-32]),
        "half a digest": with_bulk(bulk[:-16]),
        "a budget code of two": with_bulk(bulk[:13] + bytes([2]) + bulk[14:]),
        "nothing": (forged(parcel, pieces=[]), []),
        "of another attempt": (
            forged(parcel, pieces=[digest_of_piece(bytes(32) + bulk)]),
            [bytes(32) + bulk],
        ),
        "one member more": (forged(parcel, more=1), parcel.pieces),
    }
    read = [what for what, (body, pieces) in hostile.items() if is_read(body, pieces)]
    assert read == []


def test_a_position_of_another_signer_role_or_roll_is_refused():
    parcel = pack_position(position(), KEY, order=ORDER)

    for changes in (
        {"key": node_keys("node-b").signing},
        {"expected": replace(EXPECTED, role=1)},
        {"expected": replace(EXPECTED, attempt=2)},
        {"order": (*ORDER[:-1], "urn:uuid:ffffffff-0000-4000-8000-000000000000")},
    ):
        with pytest.raises(MalformedError):
            unpacked(parcel.body, parcel.pieces, **changes)
