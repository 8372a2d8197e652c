"""Make the vectors of `crypto.functional`: `PYTHONPATH=. python tests/vectors/make_functional_vectors.py`.

Those of the schemes for many wallets and of the authority; `make_functional_owner_vectors.py` makes the
others. The schemes are written out a second time here: masks are hashlib's, sums are Python's, and points are
added in the group of `py_ecc`. Only the run with a silent wallet and the decisions are kept as the code makes
them.
"""

import hashlib
import json
from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

from py_ecc.secp256k1 import secp256k1 as reference

from crypto.curve import ORDER, hash_to_point
from crypto.functional.authority import Granted, Grants, decide
from crypto.functional.authority_store import encode_grants
from crypto.functional.authority_terms import Terms
from crypto.functional.decentralised_keys import AgreementKey, Cohort, PairwiseSeeds
from crypto.functional.multi_client import plan as plan_subscription
from crypto.functional.multi_client_function import Function, label_digest
from crypto.functional.one_label import plan as plan_purchase
from crypto.functional.one_label_dropout import start
from crypto.functional.one_label_messages import EncryptionKey as OneLabelKey
from crypto.functional.one_label_run import Run
from crypto.randomness import expand, stream

FOLDER = Path(__file__).parent / "functional"
MADE_BY = "python tests/vectors/make_functional_vectors.py"
Document = dict[str, Any]

SEED = bytes(range(40, 72))
LABEL, OTHER_LABEL, EPOCH = "purchase 7", "purchase 8", "2031"
BOUNDS = (100, 1000)
WEIGHTS = ((1, 2), (-3, 0), (7, 1))
OTHER_WEIGHTS = ((1, 2), (-3, 1), (7, 1))
TABLE = ((5, 700), (-100, 0), (33, -1000))
AGREEMENT = tuple(AgreementKey.from_bytes(expand(SEED, f"agreement {at}", 32)) for at in range(3))
COHORT = Cohort(tuple(key.public for key in AGREEMENT))
FUNCTION = Function(COHORT, WEIGHTS, BOUNDS)
OTHER_FUNCTION = Function(COHORT, OTHER_WEIGHTS, BOUNDS)
WORD = 2**64


def documents() -> dict[str, Document]:
    """All vectors of many wallets and of the authority, by name."""
    made = {
        "one_label": one_label(),
        "one_label_dropout": DROPOUT.document(),
        "multi_client": multi_client(),
        "authority": authority(),
        **bad_one_label(),
        **bad_dropout(),
        **bad_multi_client(),
        **bad_states(),
    }
    return {name: {"made_by": MADE_BY, **document} for name, document in made.items()}


def write(folder: Path) -> None:
    """Write one file for each vector."""
    folder.mkdir(exist_ok=True)
    for name, document in documents().items():
        text = json.dumps(document, indent=1, ensure_ascii=False) + "\n"
        (folder / f"{name}.json").write_text(text, encoding="utf-8")


def story() -> Document:
    """What the two schemes for many wallets compute."""
    return {
        "agreement_keys": [key.to_bytes().hex() for key in AGREEMENT],
        "members": [member.hex() for member in COHORT.members],
        "bounds": list(BOUNDS),
        "weights": [list(row) for row in WEIGHTS],
        "table": [list(row) for row in TABLE],
        "result": inner(WEIGHTS, TABLE),
    }


def inner(weights: Sequence[Sequence[int]], table: Sequence[Sequence[int]]) -> int:
    """The weighted sum in the clear."""
    pairs = zip(weights, table, strict=True)
    return sum(y * x for ys, xs in pairs for y, x in zip(ys, xs, strict=True))


def masks(place: int, binding: bytes, tag: bytes, width: int) -> list[int]:
    """The pairwise masks of one member, each `width` bytes little-endian words or big-endian scalars."""
    seeds = PairwiseSeeds.agree(AGREEMENT[place], COHORT).seeds
    length = 8 if width == WORD else 64
    order: Any = "little" if width == WORD else "big"
    count = 1 if width == WORD else 2
    totals = [0] * count
    for other, seed in enumerate(seeds):
        if other == place:
            continue
        raw = hashlib.shake_256(tag + binding + seed).digest(length * count)
        for at in range(count):
            part = int.from_bytes(raw[at * length : (at + 1) * length], order)
            totals[at] += part if other > place else -part
    return [total % width for total in totals]


def prf_key(place: int) -> bytes:
    return expand(SEED, f"one label {place}", 32)


def prf(place: int, label: str) -> list[int]:
    raw = hashlib.shake_256(b"argonauta one label mask v1" + prf_key(place) + label_digest(label)).digest(16)
    return [int.from_bytes(raw[at : at + 8], "little") for at in (0, 8)]


def one_label_ciphertext(place: int, label: str) -> bytes:
    words = [(x + mask) % WORD for x, mask in zip(TABLE[place], prf(place, label), strict=True)]
    body = b"".join(word.to_bytes(8, "big") for word in words)
    return b"\x01\x01" + label_digest(label) + (2).to_bytes(2, "big") + body


def one_label_share(place: int, label: str, function: Function = FUNCTION) -> bytes:
    binding = plan_purchase(function, label=label)
    opened = sum(y * mask for y, mask in zip(function.weights[place], prf(place, label), strict=True))
    (mask,) = masks(place, binding, b"argonauta functional mask words v1", WORD)
    word = (opened + mask) % WORD
    return b"\x01\x02" + binding + place.to_bytes(2, "big") + word.to_bytes(8, "big")


def one_label() -> Document:
    return {
        "source": "ePrint 2017/972, keys from a PRF, decentralised by pairwise masks as in ePrint 2019/020",
        **story(),
        "label": LABEL,
        "keys": [prf_key(place).hex() for place in range(3)],
        "ciphertexts": [one_label_ciphertext(place, LABEL).hex() for place in range(3)],
        "shares": [one_label_share(place, LABEL).hex() for place in range(3)],
    }


def bad_one_label() -> dict[str, Document]:
    text, share = one_label_ciphertext(1, LABEL), one_label_share(1, LABEL)
    cases = {
        "ciphertext_truncated": ("ciphertexts", text[:-1], "MalformedError"),
        "ciphertext_version": ("ciphertexts", b"\x02" + text[1:], "MalformedError"),
        "ciphertext_without_columns": ("ciphertexts", text[:34] + bytes(2), "MalformedError"),
        "ciphertext_of_another_label": (
            "ciphertexts",
            one_label_ciphertext(1, OTHER_LABEL),
            "ProtocolError",
        ),
        "ciphertext_relabelled": (
            "ciphertexts",
            text[:34] + one_label_ciphertext(0, OTHER_LABEL)[34:],
            "DecryptionError",
        ),
        "share_truncated": ("shares", share[:-1], "MalformedError"),
        "share_of_another_kind": ("shares", b"\x01\x01" + share[2:], "MalformedError"),
        "share_of_another_label": ("shares", one_label_share(1, OTHER_LABEL), "ProtocolError"),
        "share_of_another_function": (
            "shares",
            one_label_share(1, LABEL, OTHER_FUNCTION),
            "ProtocolError",
        ),
        "share_of_another_member": ("shares", one_label_share(2, LABEL), "ProtocolError"),
        "share_rebound": (
            "shares",
            share[:36] + one_label_share(1, LABEL, OTHER_FUNCTION)[36:],
            "DecryptionError",
        ),
    }
    return bad("one_label", cases)


class Dropout:
    """A run over five wallets of which one falls silent before its key share; every byte is kept."""

    silent = 2

    def __init__(self) -> None:
        keys = [AgreementKey.from_bytes(expand(SEED, f"dropout {at}", 32)) for at in range(5)]
        cohort = Cohort(tuple(key.public for key in keys))
        weights = (*WEIGHTS, (2, 2), (0, -5))
        self.run = Run(Function(cohort, weights, BOUNDS), LABEL, threshold=4, colluding=1)
        self.keys = [OneLabelKey(prf_key(at)) for at in range(5)]
        self.table = (*TABLE, (1, 1), (99, 10))
        random = stream(SEED, "dropout randomness")
        seeds = [PairwiseSeeds.agree(key, cohort) for key in keys]
        started = [start(self.run, self.keys[at], seeds[at], random) for at in range(5)]
        self.roster = {at: state.outbox for at, state in enumerate(started)}
        self.sharing = [state.receive(self.roster, random) for state in started]
        self.masked = [state.receive(self.inbox(at)) for at, state in enumerate(self.sharing)]
        self.heard = frozenset(range(5)) - {self.silent}
        self.revealed = [self.masked[at].reveal(self.heard) for at in sorted(self.heard)]

    def inbox(self, receiver: int) -> dict[int, bytes]:
        states = enumerate(self.sharing)
        return {sender: state.outbox[receiver] for sender, state in states if sender != receiver}

    def document(self) -> Document:
        weights = [self.run.function.weights[at] for at in sorted(self.heard)]
        return {
            "source": "ePrint 2017/281, double masking, for one-label key shares",
            "label": LABEL,
            "bounds": list(BOUNDS),
            "weights": [list(row) for row in self.run.function.weights],
            "table": [list(row) for row in self.table],
            "agreement_keys": [expand(SEED, f"dropout {at}", 32).hex() for at in range(5)],
            "keys": [prf_key(at).hex() for at in range(5)],
            "random": SEED.hex(),
            "threshold": self.run.threshold,
            "colluding": self.run.colluding,
            "roster": [self.roster[at].hex() for at in range(5)],
            "sealed_to_0": [self.sharing[at].outbox[0].hex() for at in range(1, 5)],
            "heard": sorted(self.heard),
            "shares": [self.masked[at].outbox.encode().hex() for at in sorted(self.heard)],
            "revealed": [answer.encode().hex() for answer in self.revealed],
            "result": inner(weights, [self.table[at] for at in sorted(self.heard)]),
        }


DROPOUT = Dropout()


def bad_dropout() -> dict[str, Document]:
    answer, share = DROPOUT.revealed[1].encode(), DROPOUT.masked[1].outbox.encode()
    everybody = DROPOUT.masked[1].reveal(frozenset(range(5))).encode()
    cases = {
        "answer_truncated": ("revealed", answer[:-1], "MalformedError"),
        "answer_about_everybody": ("revealed", everybody, "ProtocolError"),
        "answer_of_another_run": ("revealed", answer[:2] + bytes(32) + answer[34:], "ProtocolError"),
        "answer_altered": ("revealed", answer[:-1] + bytes((answer[-1] ^ 1,)), "DecryptionError"),
        "answer_not_reduced": ("revealed", answer[:-32] + b"\xff" * 32, "MalformedError"),
        "share_of_another_member": ("shares", DROPOUT.masked[3].outbox.encode(), "ProtocolError"),
        "share_altered": ("shares", share[:36] + bytes((share[36] ^ 64,)) + share[37:], "DecryptionError"),
    }
    return bad("one_label_dropout", cases)


def secrets(place: int) -> list[tuple[int, int]]:
    raw = expand(subscription_seed(place), "argonauta multi-client secrets v1", 4 * 64)
    drawn = [int.from_bytes(raw[at : at + 64], "big") % ORDER for at in range(0, 256, 64)]
    return [(drawn[0], drawn[1]), (drawn[2], drawn[3])]


def subscription_seed(place: int) -> bytes:
    return expand(SEED, f"multi-client {place}", 32)


def affine(compressed: bytes) -> tuple[int, int]:
    """A compressed point by the curve's equation."""
    x = int.from_bytes(compressed[1:], "big")
    y = pow(x**3 + 7, (reference.P + 1) // 4, reference.P)
    return x, y if y % 2 == compressed[0] % 2 else reference.P - y


def compressed(point: tuple[int, int]) -> bytes:
    return bytes((2 + point[1] % 2,)) + point[0].to_bytes(32, "big")


def multi_client_ciphertext(place: int, label: str) -> bytes:
    digest = label_digest(label)
    domain = f"argonauta multi-client label v1/{digest.hex()}"
    u, v = (affine(hash_to_point(domain, at).to_bytes()) for at in range(2))
    points = []
    for x, (s, t) in zip(TABLE[place], secrets(place), strict=True):
        mask = reference.add(reference.multiply(u, s), reference.multiply(v, t))
        points.append(reference.add(mask, reference.multiply(reference.G, x % ORDER)) if x else mask)
    return b"\x01\x03" + digest + (2).to_bytes(2, "big") + b"".join(map(compressed, points))


def multi_client_share(place: int, function: Function = FUNCTION, epoch: str = EPOCH) -> bytes:
    binding = plan_subscription(function, epoch=epoch)
    added = masks(place, binding, b"argonauta functional mask scalars v1", ORDER)
    pairs = list(zip(function.weights[place], secrets(place), strict=True))
    terms = [(sum(y * pair[at] for y, pair in pairs) + added[at]) % ORDER for at in range(2)]
    scalars = b"".join(term.to_bytes(32, "big") for term in terms)
    return b"\x01\x04" + binding + place.to_bytes(2, "big") + scalars


def multi_client() -> Document:
    return {
        "source": "ePrint 2017/989, keys decentralised by pairwise masks as in ePrint 2019/020",
        **story(),
        "label": LABEL,
        "epoch": EPOCH,
        "keys": [subscription_seed(place).hex() for place in range(3)],
        "ciphertexts": [multi_client_ciphertext(place, LABEL).hex() for place in range(3)],
        "shares": [multi_client_share(place).hex() for place in range(3)],
    }


def bad_multi_client() -> dict[str, Document]:
    text, share = multi_client_ciphertext(1, LABEL), multi_client_share(1)
    other = multi_client_ciphertext(1, OTHER_LABEL)
    cases = {
        "ciphertext_truncated": ("ciphertexts", text[:-1], "MalformedError"),
        "ciphertext_not_a_point": ("ciphertexts", text[:36] + b"\x05" + text[37:], "MalformedError"),
        "ciphertext_of_another_label": ("ciphertexts", other, "ProtocolError"),
        "ciphertext_relabelled": ("ciphertexts", text[:36] + other[36:], "DecryptionError"),
        "share_truncated": ("shares", share[:-1], "MalformedError"),
        "share_not_reduced": ("shares", share[:-32] + ORDER.to_bytes(32, "big"), "MalformedError"),
        "share_of_another_epoch": ("shares", multi_client_share(1, epoch="2032"), "ProtocolError"),
        "share_of_another_function": ("shares", multi_client_share(1, OTHER_FUNCTION), "ProtocolError"),
        "share_rebound": (
            "shares",
            share[:36] + multi_client_share(1, OTHER_FUNCTION)[36:],
            "DecryptionError",
        ),
    }
    return bad("multi_client", cases)


TERMS = Terms((100,) * 8, 20_000, ((1, 1, 0, 0, 0, 0, 0, 0),))
EVEN, ODD = (1,) * 8, (0, 0, 1, 0, 0, 0, 0, 0)
REQUESTS = (
    EVEN,
    (2,) * 8,
    ODD,
    (0, 0, 1, 1, 1, 1, 1, 1),
    (0, 1, 1, 1, 1, 1, 1, 1),
    (*(101**power for power in range(5)), 1, 1, 1),
    (1000, 1, 1, 1, 1, 1, 1, 1),
    (1, 2, 1, 2, 1, 2, 1, 2),
    (1, 0, 1, 0, 1, 0, 1, 0),
    (1, 1, 1, 1, 2, 2, 2, 2),
    (2**40,) * 8,
)


def authority() -> Document:
    state, decisions = Grants(TERMS), []
    for weights in REQUESTS:
        decision = decide(state, weights)
        if isinstance(decision, Granted):
            state = decision.grants
            decisions.append({"weights": list(weights), "charged": decision.charged_millibits})
        else:
            decisions.append({"weights": list(weights), "refused": decision.reason.name})
    return {
        "source": "own rules; see crypto.functional.authority",
        "spans": list(TERMS.spans),
        "budget_millibits": TERMS.budget_millibits,
        "protected": [list(combination) for combination in TERMS.protected],
        "largest_share": str(TERMS.largest_share),
        "least_ambiguity": str(TERMS.least_ambiguity),
        "largest_result": TERMS.largest_result,
        "decisions": decisions,
        "state": encode_grants(state).hex(),
    }


def bad_states() -> dict[str, Document]:
    honest = encode_grants(Grants(TERMS, (EVEN,)))
    other = Terms(TERMS.spans, 20_001, TERMS.protected, Fraction(1, 2))
    cases = {
        "state_truncated": ("state", honest[:-1], "MalformedError"),
        "state_damaged": ("state", honest[:40] + b"\x01" + honest[41:], "MalformedError"),
        "state_of_other_terms": ("state", encode_grants(Grants(other)), "MalformedError"),
        "state_with_a_unit_vector": (
            "state",
            encode_grants(Grants(TERMS, (ODD,))),
            "MalformedError",
        ),
        "state_with_a_function_twice": (
            "state",
            encode_grants(Grants(TERMS, (EVEN, EVEN))),
            "MalformedError",
        ),
    }
    return bad("authority", cases)


def bad(base: str, cases: dict[str, tuple[str, bytes, str]]) -> dict[str, Document]:
    """One document for each tampering: the second message of its kind is replaced."""
    return {
        f"bad_{base}_{name}": {"base": base, "kind": kind, "bytes": raw.hex(), "error": error}
        for name, (kind, raw, error) in cases.items()
    }


if __name__ == "__main__":
    write(FOLDER)
