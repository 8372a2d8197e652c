"""What does it cost a node to let in records that nobody can have made up, and a wallet to make them?

One core; medians of one run. A report is one record of 16 attributes of 20 bits as a node gets it: a sealed
bundle with two components, three commitments, and the commitment that the issuer signed. Signatures on
credential and consent are not part of it. Role 2 is measured, which holds the explicit component. Five
hundred different records are repeated to fill a batch; everything about them is computed anew.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
import rfc8785
from Cryptodome.Protocol import HPKE
from Cryptodome.Protocol.DH import import_x25519_private_key, import_x25519_public_key

from crypto.commitments import commit, generators
from crypto.curve import ORDER, Point, combine, hash_to_point
from crypto.encoding import canonical_json
from crypto.multiexp import weighted_sum
from crypto.opening_batch import verify_batch
from crypto.randomness import random_below, random_bytes
from crypto.sealing import SealingKey, open_sealed, seal
from crypto.sharing.bundle_table import decode_bundles
from crypto.sharing.integer_masked import Component, split, verify_component_points
from crypto.sharing.replicated import encode_bundle, following
from examples.bench.row import Row, interleaved

DOMAIN = "argonauta/bench/1"
BITS = (20,) * 16
ROLE = 2
BATCH, DIFFERENT = 10_000, 500
FEW = 100
CONTEXT = bytes(200)
HPKE_CALLS = 200
MICROSECONDS = 1e6


@dataclass(frozen=True)
class Report:
    """What a node gets of one record."""

    signed: bytes
    points: tuple[bytes, ...]
    bundle: bytes


def rows() -> list[Row]:
    """Everything about inputs, in about a minute."""
    reports = [_report() for _ in range(DIFFERENT)] * (BATCH // DIFFERENT)
    return [*_checks(reports), *_ingestion(reports), *_sums(), *_commitments(), *_envelopes(), _documents()]


def check(reports: Sequence[Report], bundles: Sequence[bytes]) -> None:
    """What a node checks of a batch of opened bundles, until the values stand in ring and field."""
    points = [verify_component_points(report.signed, report.points) for report in reports]
    table = decode_bundles(bundles, ROLE, BITS)
    verify_batch(table.openings([(each[ROLE], each[following(ROLE)]) for each in points]), domain=DOMAIN)
    for component in table.components:
        component.ring()
        component.field()


def check_one_by_one(reports: Sequence[Report], bundles: Sequence[bytes]) -> None:
    """The same checks without a batch: every opening by itself."""
    points = [verify_component_points(report.signed, report.points) for report in reports]
    table = decode_bundles(bundles, ROLE, BITS)
    openings = table.openings([(each[ROLE], each[following(ROLE)]) for each in points])
    for row in range(len(openings)):
        openings.verify_one(row, domain=DOMAIN)


def _checks(reports: Sequence[Report]) -> list[Row]:
    bundles, few = [report.bundle for report in reports], reports[:FEW]
    batch, alone = _each(
        [(partial(check, reports, bundles), BATCH), (partial(check_one_by_one, few, bundles[:FEW]), FEW)], 5
    )
    name = "authentic inputs: 16 attributes checked, a record and node"
    return [
        Row(name, "µs", batch, gate=40),
        Row(name, "µs", batch, "each opening by itself", alone),
    ]


def _ingestion(reports: Sequence[Report]) -> list[Row]:
    made = []
    for name, key in (("X25519", SealingKey.generate()), ("hybrid", SealingKey.generate_hybrid())):
        sealed = [seal(report.bundle, key.public, context=CONTEXT) for report in reports]
        made.append((name, partial(_ingest, reports, sealed, key)))
    measured = _each([(work, BATCH) for _, work in made], 5)
    # 8,000 reports a second on one core.
    pairs = zip(made, measured, strict=True)
    return [
        Row(f"ingestion: open ({name}), read, check, a report", "µs", us, gate=125) for (name, _), us in pairs
    ]


def _ingest(reports: Sequence[Report], sealed: Sequence[bytes], key: SealingKey) -> None:
    check(reports, [open_sealed(each, key, context=CONTEXT) for each in sealed])


def _sums() -> list[Row]:
    points = [hash_to_point(DOMAIN, index) for index in range(2 * BATCH)]
    drawn = np.frombuffer(random_bytes(16 * len(points)), dtype=np.uint8).reshape(-1, 16)
    scalars = [int.from_bytes(each.tobytes(), "little") for each in drawn[: 10 * FEW]]
    together, alone = _each(
        [
            (partial(weighted_sum, points, drawn), len(points)),
            (partial(_multiply_each, points, scalars), 10 * FEW),
        ],
        5,
    )
    name = f"sum of {len(points):,} points times 128-bit coefficients, a point"
    return [Row(name, "µs", together, "libsecp256k1, one by one", alone)]


def _multiply_each(points: Sequence[Point], scalars: Sequence[int]) -> Point:
    # As many points as scalars.
    return combine(point.multiply_public(scalar) for point, scalar in zip(points, scalars, strict=False))


def _commitments() -> list[Row]:
    component = split(_values(), BITS, 1)[2]
    value = [(1 << bits) - 1 for bits in BITS]
    works = {
        "commitment to a component of 16 columns": partial(component.commitment, DOMAIN),
        "commitment to a record of 16 columns": partial(commit, value, 1, domain=DOMAIN, bits=BITS),
        "commitment without stated widths": partial(commit, value, 1, domain=DOMAIN),
    }
    for work in works.values():
        _times(FEW + 1, work)  # after a hundred the tables are there
    ours = [(partial(_times, FEW, work), FEW) for work in works.values()]
    *measured, plain = _each([*ours, (partial(_times, FEW, partial(_variable_base, component)), FEW)], 7)
    peer = "libsecp256k1, constant time, one by one"
    return [Row(name, "µs", us, peer, plain) for name, us in zip(works, measured, strict=True)]


def _variable_base(component: Component) -> Point:
    bases = generators(DOMAIN, len(component.values))
    terms = (base.multiply(value) for base, value in zip(bases.values, component.values, strict=True))
    return combine((bases.blinding.multiply(component.blinding), *terms))


def _envelopes() -> list[Row]:
    old, hybrid = SealingKey.generate(), SealingKey.generate_hybrid()
    plain = bytes(300)
    sealed = {key: seal(plain, key.public, context=CONTEXT) for key in (old, hybrid)}
    public, private = (
        import_x25519_public_key(old.public.to_bytes()),
        import_x25519_private_key(old.to_bytes()),
    )
    aead = HPKE.AEAD.AES256_GCM

    def peer_seal() -> None:
        HPKE.new(receiver_key=public, aead_id=aead, info=CONTEXT).seal(plain)

    def peer_open() -> None:
        opener = HPKE.new(receiver_key=private, aead_id=aead, enc=sealed[old][:32], info=CONTEXT)
        opener.unseal(sealed[old][32:])

    works: list[Callable[[], object]] = [
        *(partial(seal, plain, key.public, context=CONTEXT) for key in (old, hybrid)),
        *(partial(open_sealed, sealed[key], key, context=CONTEXT) for key in (old, hybrid)),
    ]
    ours = [(partial(_times, HPKE_CALLS, work), HPKE_CALLS) for work in works]
    theirs: list[tuple[Callable[[], object], int]] = [
        (partial(_times, 5, work), 5) for work in (peer_seal, peer_open)
    ]
    *measured, their_seal, their_open = _each([*ours, *theirs], 7)
    peer = "pycryptodomex (X25519)"
    return [
        Row("HPKE seal, 300 bytes, X25519", "µs", measured[0], peer, their_seal),
        Row("HPKE seal, 300 bytes, hybrid with ML-KEM-768", "µs", measured[1], peer, their_seal),
        Row("HPKE open, 300 bytes, X25519", "µs", measured[2], peer, their_open),
        Row("HPKE open, 300 bytes, hybrid with ML-KEM-768", "µs", measured[3], peer, their_open),
    ]


def _documents() -> Row:
    member = {
        "type": "Permission",
        "action": "use",
        "constraint": [{"left": "purpose", "right": "dpv:Research"}],
    }
    document: dict[str, object] = {
        f"part {index}": {**member, "number": index, "open": True} for index in range(12)
    }
    ours, theirs = _each(
        [
            (partial(_times, FEW, partial(canonical_json, document)), FEW),
            (partial(_times, FEW, partial(_reference, document)), FEW),
        ],
        7,
    )
    return Row("canonical JSON of a consent's size", "µs", ours, "rfc8785", theirs)


def _reference(document: dict[str, object]) -> bytes:
    return rfc8785.dumps(document)  # type: ignore[arg-type]


def _report() -> Report:
    values, blinding = _values(), random_below(ORDER)
    signed = commit(values, blinding, domain=DOMAIN, bits=BITS)
    components = split(values, BITS, blinding)
    points = tuple(component.commitment(DOMAIN).to_bytes() for component in components)
    return Report(signed.to_bytes(), points, encode_bundle(ROLE, components))


def _values() -> list[int]:
    return [random_below(1 << bits) for bits in BITS]


def _times(count: int, work: Callable[[], object]) -> None:
    for _ in range(count):
        work()


def _each(works: Sequence[tuple[Callable[[], object], int]], rounds: int) -> list[float]:
    """Microseconds for one of the so many things that each work does, measured in turns."""
    seconds = interleaved([work for work, _ in works], rounds=rounds)
    return [MICROSECONDS * each / count for each, (_, count) in zip(seconds, works, strict=True)]
