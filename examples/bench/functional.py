"""What functional encryption for many wallets, large results and batches costs, and what peers need."""

from collections.abc import Callable
from typing import Any

from rich.console import Console

from crypto.functional import dcr, multi_client, one_label
from crypto.functional.authority import Grants, decide
from crypto.functional.authority_terms import Terms
from crypto.functional.dcr_keys import Bounds, setup
from crypto.functional.decentralised_keys import AgreementKey, Cohort, PairwiseSeeds
from crypto.functional.multi_client_function import Function
from crypto.functional.multi_client_labels import UsedLabels
from crypto.functional.multi_client_messages import EncryptionKey
from crypto.functional.one_label_messages import EncryptionKey as OneLabelKey
from crypto.functional.rlwe import scheme as lattice
from crypto.functional.rlwe.parameters import choose
from crypto.randomness import stream
from examples.bench.environments import ask
from examples.bench.row import Row, median_seconds

SEED = b"\x17" * 32
WALLETS = COLUMNS = 100
MICRO, MILLI = 1e6, 1e3
PEER = "PyMIFE 0.0.14, Curve25519"


def rows(console: Console) -> list[Row]:
    """All rows; a peer that cannot be had leaves its columns empty."""
    theirs = ask("pymife", "pymife_multi_client_peer.py", console)
    return [
        *one_label_rows(theirs),
        *multi_client_rows(theirs),
        *dcr_rows(),
        *lattice_rows(),
        *authority_rows(),
    ]


def one_label_rows(theirs: Any) -> list[Row]:
    """One purchase over a hundred wallets of a hundred values."""
    members, function = cohort(COLUMNS)
    keys = [OneLabelKey.generate(stream(SEED, f"wallet {at}")) for at in range(WALLETS)]
    values, used = list(range(COLUMNS)), UsedLabels()

    def encrypt(at: int) -> Any:
        return one_label.encrypt(values, keys[at], used, label="purchase", bounds=function.bounds)[0]

    def share(at: int) -> Any:
        return one_label.derive_key_share(keys[at], members[at], function, label="purchase")

    texts, shares = [[make(at) for at in range(WALLETS)] for make in (encrypt, share)]

    def decrypt() -> int:
        return one_label.decrypt(function, texts, shares, label="purchase")

    peer = None if theirs is None else theirs["encrypt_100"] * MICRO
    return [
        Row("one label: encrypt 100 values", "µs", repeated(lambda: encrypt(0)) * MICRO, gate=50),
        Row("the same, to a peer with labels", "µs", repeated(lambda: encrypt(0)) * MICRO, PEER, peer),
        Row("one label: key share among 100 wallets", "µs", repeated(lambda: share(0)) * MICRO),
        Row("one label: decrypt 100 × 100", "ms", median_seconds(decrypt) * MILLI),
    ]


def multi_client_rows(theirs: Any) -> list[Row]:
    """A subscription: each of a hundred wallets sends one value a day."""
    members, function = cohort(1)
    keys = [EncryptionKey.generate(1, stream(SEED, f"subscriber {at}")) for at in range(WALLETS)]
    used, days = UsedLabels(), iter(range(1_000_000))

    def encrypt(at: int, label: str) -> Any:
        return multi_client.encrypt([at], keys[at], used, label=label, bounds=function.bounds)[0]

    shares = [
        multi_client.derive_key_share(key, member, function, epoch="epoch")
        for key, member in zip(keys, members, strict=True)
    ]
    key = multi_client.combine_key(function, shares, epoch="epoch")
    texts = [encrypt(at, "monday") for at in range(WALLETS)]
    # Every day has a new label, so hashing it to the group is part of the work.
    ours = repeated(lambda: encrypt(0, f"day {next(days)}")) * MICRO
    opened = median_seconds(lambda: multi_client.decrypt(key, texts, label="monday")) * MILLI
    peer = None if theirs is None else theirs["encrypt"] * MICRO
    return [
        Row("subscription: encrypt a value", "µs", ours, PEER, peer, 1),
        Row("subscription: decrypt 100 wallets", "ms", opened),
    ]


def dcr_rows() -> list[Row]:
    """Large results at 3072 bits."""
    owner = setup(10, Bounds(2**64, 2**20), stream(SEED, "dcr"))
    record, weights = [2**63 + at for at in range(10)], [2**19 + at for at in range(10)]
    key, public = dcr.derive_key(owner, weights), owner.public
    text = dcr.encrypt(record, public)

    def timed(work: Callable[[], object]) -> float:
        return median_seconds(work, rounds=3) * MILLI

    return [
        Row("large results, 3072 bits: encrypt 10 values", "ms", timed(lambda: dcr.encrypt(record, public))),
        Row("the same by the owner", "ms", timed(lambda: dcr.owner_encrypt(record, owner))),
        Row("large results, 3072 bits: decrypt", "ms", timed(lambda: key.decrypt(text))),
    ]


def lattice_rows() -> list[Row]:
    """A batch of 4,096 records of ten values, at 128 bits against quantum computers."""
    owner = lattice.setup(choose(10, 100, 100), stream(SEED, "lattice"))
    degree, public = owner.parameters.degree, owner.public
    records = [[(at * column) % 201 - 100 for column in range(10)] for at in range(degree)]
    key = owner.derive_key([100, -100, 1, 2, 3, 4, 5, 6, 7, 8])
    batch, single = lattice.encrypt(records, public), records[:1]
    name = f"lattice, N = {degree}, 10 columns"
    return [
        Row(
            f"{name}: encrypt a batch", "ms", median_seconds(lambda: lattice.encrypt(records, public)) * MILLI
        ),
        Row(
            f"{name}: encrypt one record",
            "ms",
            median_seconds(lambda: lattice.encrypt(single, public)) * MILLI,
        ),
        Row(f"{name}: decrypt a batch", "ms", median_seconds(lambda: key.decrypt(batch)) * MILLI),
    ]


def authority_rows() -> list[Row]:
    """A decision about the third function of a hundred columns."""
    grants = Grants(Terms((100,) * COLUMNS, 100_000))
    functions = [[1 + at * step % 7 for at in range(COLUMNS)] for step in (1, 2, 3)]
    for function in functions[:2]:
        decision = decide(grants, function)
        grants = getattr(decision, "grants", grants)
    return [
        Row(
            "authority: decide, 100 columns",
            "ms",
            median_seconds(lambda: decide(grants, functions[2])) * MILLI,
        )
    ]


def cohort(columns: int) -> tuple[list[PairwiseSeeds], Function]:
    """A hundred wallets that agreed, and a function of small weights."""
    keys = [AgreementKey.generate(stream(SEED, f"agreement {at}")) for at in range(WALLETS)]
    members = Cohort(tuple(key.public for key in keys))
    weights = tuple(tuple(1 + (at + column) % 5 for column in range(columns)) for at in range(WALLETS))
    function = Function(members, weights, (1000,) * columns)
    return [PairwiseSeeds.agree(key, members) for key in keys], function


def repeated(work: Callable[[], object], times: int = 50) -> float:
    """The median seconds of a short piece of work, measured fifty at a time."""
    return median_seconds(lambda: [work() for _ in range(times)]) / times
