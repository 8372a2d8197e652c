"""The kept transcripts of `tests/vectors/additive`: made again byte by byte, and played from their bytes."""

import json
from typing import Any

import pytest

from crypto import errors, goldilocks
from crypto.errors import CryptoError, ProtocolError
from crypto.mpc.additive.beaver import Session, enter, multiply
from crypto.mpc.additive.dealer import receive
from crypto.mpc.additive.part import Part, open_parts
from crypto.mpc.additive.run import run_verified
from crypto.mpc.additive.sharing import Seat, Summand, combine
from crypto.mpc.rounds import Done, Envelope, Running, resume, start
from tests.crypto.mpc.additive.committed import PROGRAM, RECORDS, SEATS, deals, held_by_nodes, runs
from tests.crypto.mpc.additive.nodes import BINDING
from tests.vectors.make_additive_vectors import FOLDER, documents

KEPT: dict[str, dict[str, Any]] = {
    path.stem: json.loads(path.read_text("utf-8")) for path in sorted(FOLDER.glob("*.json"))
}
BAD = {name: vector for name, vector in KEPT.items() if name.startswith("bad_")}
VERIFIED = KEPT["verified"]


def _inboxes(vector, role):
    return [
        {int(sender): bytes.fromhex(raw) for sender, raw in boxes[str(role)].items()}
        for boxes in vector["received"]
    ]


def _protocol(role):
    held = held_by_nodes(RECORDS)[role]
    return run_verified(runs()[role], PROGRAM, held.table, held.records, deals(PROGRAM, len(RECORDS))[role])


def _raises(vector):
    return pytest.raises(getattr(errors, vector["error"]))


def test_the_vectors_are_what_the_code_makes():
    assert json.loads(json.dumps(documents())) == KEPT


def test_kept_summands_are_the_kept_values():
    vector = KEPT["sharing"]
    summands = [goldilocks.decode(bytes.fromhex(raw), len(vector["values"])) for raw in vector["summands"]]

    assert combine(summands) == vector["results"] == vector["values"]


@pytest.mark.parametrize("role", range(3))
def test_a_node_that_hears_the_kept_messages_comes_to_its_kept_product(role):
    vector = KEPT["multiplication"]
    count = len(vector["results"])
    dealt = receive(bytes.fromhex(vector["packets"][role]), SEATS[role], binding=BINDING)

    def node():
        session = Session(dealt)
        left, right = (
            Summand(SEATS[role], goldilocks.decode(bytes.fromhex(vector[side][role]), count))
            for side in ("left", "right")
        )
        x = yield from enter(session, left)
        y = yield from enter(session, right)
        return (yield from multiply(session, x, y)).values

    done = resume(node(), Envelope(role, BINDING), _inboxes(vector, role))

    assert isinstance(done, Done)
    assert goldilocks.encode(done.result).hex() == vector["parts"][role]


def test_the_kept_products_are_opened():
    vector = KEPT["multiplication"]
    count = len(vector["results"])

    parts = [goldilocks.decode(bytes.fromhex(raw), count) for raw in vector["parts"]]

    assert combine(parts) == vector["results"]


@pytest.mark.parametrize("role", range(3))
def test_a_verified_run_is_repeated_from_its_transcript(role):
    done = resume(_protocol(role), Envelope(role, BINDING), _inboxes(VERIFIED, role))

    assert isinstance(done, Done)
    assert done.result.part.encode().hex() == VERIFIED["parts"][role]
    assert [done.result.own_digest.hex(), done.result.held_digest.hex()] == VERIFIED["digests"][role]


def test_the_kept_parts_open_to_the_kept_results():
    cells = len(VERIFIED["results"])
    parts = [Part.decode(bytes.fromhex(raw), cells, authenticated=True) for raw in VERIFIED["parts"]]

    assert open_parts(parts) == VERIFIED["results"]


@pytest.mark.parametrize("name", [name for name in BAD if name.startswith("bad_packet")])
def test_a_bad_packet_is_refused(name):
    with _raises(BAD[name]):
        receive(bytes.fromhex(BAD[name]["packet"]), Seat(2, 3), binding=BINDING)


@pytest.mark.parametrize("name", [name for name in BAD if "message" in BAD[name]])
def test_a_bad_message_ends_the_run_as_it_is_kept(name):
    """The others go on honestly until the lie comes out, so the whole run is played again."""
    vector = BAD[name]
    state = start(_protocol(0), Envelope(0, BINDING))
    for number, inbox in enumerate(_inboxes(VERIFIED, 0), start=1):
        if number == vector["round"]:
            assert bytes.fromhex(vector["message"]) != inbox[1]
            break
        assert isinstance(state, Running)
        state = state.receive(inbox)
    assert json.loads(json.dumps(documents()[name])) == {"made_by": KEPT[name]["made_by"], **vector}


@pytest.mark.parametrize("name", [name for name in BAD if name.startswith("bad_part")])
def test_bad_parts_are_refused(name):
    vector, cells = BAD[name], len(VERIFIED["results"])

    with _raises(vector) as caught:
        open_parts([Part.decode(bytes.fromhex(raw), cells, authenticated=True) for raw in vector["parts"]])
    assert isinstance(caught.value, CryptoError)
    if isinstance(caught.value, ProtocolError):
        assert list(caught.value.culprits) == vector["culprits"]
