"""What functional encryption for one owner, discrete logarithms and threshold ElGamal cost, beside PyMIFE."""

import json
from typing import Any

from rich.console import Console

from crypto.base_point import BASE
from crypto.discrete_log import discrete_log, prepare
from crypto.elgamal.ciphertext import add, encrypt, rerandomize
from crypto.elgamal.decryption import decrypt, decrypt_partially
from crypto.elgamal.key_generation import start
from crypto.elgamal.key_generation_messages import Terms
from crypto.elgamal.keys import KeyShare
from crypto.elgamal.one_hot import prove_one_hot, verify_contributions
from crypto.functional.als16 import MasterSecretKey
from crypto.functional.als16_batch import Encryptor
from crypto.randomness import stream
from examples.bench.environments import ask
from examples.bench.row import Row, interleaved, median_seconds

SEED = b"\x19" * 32
LENGTH, BINS, PEOPLE = 100, 32, 50
VALUES = [pow(7, place, 101) for place in range(LENGTH)]
WEIGHTS = [pow(5, place, 211) - 105 for place in range(LENGTH)]
BOUND = 100 * 105 * LENGTH
MICRO, MILLI = 1e6, 1e3
PEER = "PyMIFE 0.0.14, Curve25519"


def rows(console: Console) -> list[Row]:
    """All rows; a peer that cannot be had leaves its columns empty."""
    vectors = json.dumps({"values": VALUES, "weights": WEIGHTS, "bound": BOUND})
    theirs = ask("pymife", "pymife_peer.py", console, vectors)
    return [*als16_rows(theirs), *discrete_log_rows(), *elgamal_rows()]


def als16_rows(theirs: Any) -> list[Row]:
    """A record of a hundred values, and a score with signed weights of eight bits."""
    owner = MasterSecretKey(LENGTH, SEED)
    public, key = owner.public, owner.derive_key(WEIGHTS)
    encryptor, sealed = Encryptor(public), owner.owner_encrypt(VALUES)
    tables, one, mine, opened = interleaved(
        [
            lambda: encryptor.encrypt(VALUES),
            lambda: public.encrypt(VALUES),
            lambda: owner.owner_encrypt(VALUES),
            lambda: key.decrypt(sealed, bound=BOUND),
        ],
        rounds=15,
    )
    peer = {} if theirs is None else {name: seconds * MILLI for name, seconds in theirs.items()}
    encrypting, decrypting = peer.get("encrypt"), peer.get("decrypt")
    return [
        _against("ALS16: encrypt 100 values, key with tables", tables, encrypting, 20),
        _against("ALS16: encrypt 100 values, key seen once", one, encrypting, 20),
        _against("ALS16: encrypt 100 values as the owner", mine, encrypting, 20),
        _against("ALS16: decrypt a sum of 100 values", opened, decrypting, 50),
        Row("ALS16: tables of a key of 100", "ms", median_seconds(lambda: Encryptor(public)) * MILLI),
    ]


def discrete_log_rows() -> list[Row]:
    """The search for a result, where it lies last."""
    prepare()
    gates = {32: 50.0, 34: None, 40: None}
    return [
        Row(f"discrete logarithm below 2^{bits}", "ms", _searched((1 << bits) - 1) * MILLI, gate=gate)
        for bits, gate in gates.items()
    ]


def elgamal_rows() -> list[Row]:
    """A histogram of 32 bins that two of three parties open."""
    shares = key_shares()
    key, random = shares[0].public, stream(SEED, "contributions")
    votes = [[int(at == person % BINS) for at in range(BINS)] for person in range(PEOPLE)]
    ballots = [encrypt(key, vote, random) for vote in votes]
    proved = [prove_one_hot(key, ballot, context=b"bench", random=random) for ballot in ballots]
    total = rerandomize(key, add([one.ciphertext for one in proved]), random)
    parts = [decrypt_partially(share, total, random) for share in shares[:2]]
    works = {
        "encrypt": (lambda: encrypt(key, ballots[0].values), BINS, 100.0),
        "prove one-hot": (lambda: prove_one_hot(key, ballots[0], context=b"bench"), BINS, None),
        f"verify {PEOPLE} contributions": (lambda: verify_contributions(key, proved), BINS * PEOPLE, None),
        f"add {PEOPLE} contributions": (lambda: add([one.ciphertext for one in proved]), BINS * PEOPLE, None),
        "decrypt partially": (lambda: decrypt_partially(shares[0], total), BINS, None),
        "check two parts and decrypt": (
            lambda: decrypt(key, total, parts, low=0, high=PEOPLE),
            BINS,
            None,
        ),
    }
    medians = interleaved([work for work, _, _ in works.values()], rounds=5)
    return [
        Row(f"threshold ElGamal: {name}, a bin", "µs", seconds / bins * MICRO, gate=gate)
        for (name, (_, bins, gate)), seconds in zip(works.items(), medians, strict=True)
    ]


def key_shares() -> list[KeyShare]:
    """The shares of a key that three parties make together."""
    terms = Terms(3, 2, bytes(32))
    states: dict[int, Any] = {me: start(terms, me, stream(SEED, f"party {me}")) for me in terms.everyone}
    boxes = {me: state.outbox for me, state in states.items()}
    for number in range(6):
        said = {me: state.broadcast for me, state in states.items()}
        for me, state in states.items():
            others = {sender: raw for sender, raw in said.items() if sender != me}
            dealt = ({sender: box[me] for sender, box in boxes.items() if sender != me},)
            states[me] = state.receive(others, *(dealt if number == 0 else ()))
    return [state.key for state in states.values()]


def _searched(high: int) -> float:
    point = BASE.multiply_public(high)
    return median_seconds(lambda: discrete_log(point, low=0, high=high), rounds=5)


def _against(name: str, seconds: float, theirs: float | None, gate: float | None) -> Row:
    return Row(name, "ms", seconds * MILLI, PEER, theirs, gate)
