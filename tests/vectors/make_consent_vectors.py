"""Make the vectors of `consent` anew: `PYTHONPATH=. python tests/vectors/make_consent_vectors.py`.

Everything is derived from constants, so a second run changes nothing; a test compares. Good vectors are named
by what they show. Bad ones are named by the tampering and hold the tampered document and the error that must
come of it. `computation_*.json` are also what a decoder in another language is tested with.
"""

import copy
import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from consent import computation
from consent.answer import Answer, decode
from consent.computation import Computation
from consent.foresight import foreseen_results
from consent.job import MANIFEST_TYP, Manifest, sign_manifest
from consent.joining import JoinClaim, Joining, asked_about, handle_of, join_key, prove_join
from consent.log import Checkpoint, Entry, InclusionProof, LogState, sign_checkpoint
from consent.odrl import to_agreement, to_offer
from consent.order import EscrowReceipt, sign_escrow_receipt
from consent.policy import Policy
from consent.query import Condition, Query, Statistic
from consent.record import CONSENT_TYP, ConsentRecord, sign_consent, sign_withdrawal
from consent.record_document import StatusChange
from consent.vocabulary import ConsentStatus, Purpose, RecipientKind, StatisticKind
from consent.windows import Windows
from consent.wording import describe_policy, describe_query
from crypto.encoding import b64url_encode, sha256
from crypto.merkle import inclusion_proof, root
from crypto.randomness import stream
from crypto.signing import SigningKey, generate_ed25519, generate_es256
from ssi.dataset import data_set
from ssi.jws import sign_jws

FOLDER = Path(__file__).parent / "consent"
MADE_BY = "python tests/vectors/make_consent_vectors.py"
Document = dict[str, Any]

SEED = sha256(b"consent vectors")
HOLDER = generate_es256(stream(SEED, "holder"))
MARKETPLACE = generate_ed25519(stream(SEED, "marketplace"))
ORIGIN = "market.example/log"
GIVEN = datetime(2026, 11, 22, 10, tzinfo=UTC)
NOW = datetime(2026, 12, 1, 12, tzinfo=UTC)
CONSENT_ID = "urn:uuid:6f1dbf52-7d5b-4b6e-9d9a-0a4f9c1d2e3f"
SUBJECT = "urn:argonauta:person:" + b64url_encode(sha256(b"person"))
CREDENTIAL = b64url_encode(sha256(b"credential"))
INPUTS = b64url_encode(sha256(b"inputs"))
EXAM = data_set("exam/1")
NODES = ("node-a", "node-b", "node-c")
POLICY = Policy(
    data_set="exam/1",
    attributes=frozenset({"exam_score", "sex"}),
    purposes=frozenset({Purpose.ACADEMIC_RESEARCH}),
    recipient_kinds=frozenset({RecipientKind.UNIVERSITY}),
    statistics=frozenset({StatisticKind.MEAN, StatisticKind.COUNT}),
    crowd_floor=50,
    exact_allowed=False,
    epsilon_per_query=Decimal(1),
    epsilon_total=Decimal(5),
    compensation_cents=50,
    node_ids=NODES,
    given_at=GIVEN,
    valid_until=datetime(2027, 4, 1, tzinfo=UTC),
)
QUERY = Query("exam/1", Purpose.ACADEMIC_RESEARCH, (Statistic(StatisticKind.COUNT),), 50, Decimal(4))
RELATIONS = (
    Statistic(StatisticKind.SUM, "exam_score"),
    Statistic(StatisticKind.VARIANCE, "exam_score"),
    Statistic(StatisticKind.COVARIANCE, "exam_score", ("reading_score", "school_average")),
    Statistic(StatisticKind.CORRELATION, "exam_score", ("reading_score",)),
    Statistic(StatisticKind.LINEAR_REGRESSION, "exam_score", ("reading_score", "school_average")),
)
PLACES = (
    Statistic(StatisticKind.MINIMUM, "exam_score"),
    Statistic(StatisticKind.MEDIAN, "exam_score"),
    Statistic(StatisticKind.MAXIMUM, "exam_score"),
    Statistic(StatisticKind.QUANTILES, "exam_score", fractions=(Decimal("0.25"), Decimal("0.75"))),
    Statistic(StatisticKind.TOP_CATEGORIES, "intake", count=2),
)
FITS = (
    Statistic(StatisticKind.LOGISTIC_REGRESSION, "sex", ("exam_score", "reading_score")),
    Statistic(StatisticKind.K_MEANS, "exam_score", ("reading_score",), count=3),
)
ACROSS = (
    Statistic(StatisticKind.MEAN, "health/1#age"),
    Statistic(StatisticKind.CORRELATION, "exam_score", ("health/1#age", "health/1#systolic")),
)
WEEKS = (
    Statistic(StatisticKind.MEAN, "steps", windows=Windows(1, 4, 4, 3)),
    Statistic(StatisticKind.COUNT, "steps", windows=Windows(1, 6, 3, 3)),
    Statistic(StatisticKind.HISTOGRAM, "resting_heart_rate", windows=Windows(1, 12, 12, 1)),
)
FILTER = (
    Condition("sex", "female"),
    Condition("reading_score", None, Decimal("-0.5"), Decimal(2)),
)
WALLET_SECRET = sha256(b"wallet")
JOIN_KEY = join_key(WALLET_SECRET, marketplace="did:web:market.example", data_sets=("exam/1", "health/1"))
RECORD = ConsentRecord(
    consent_id=CONSENT_ID,
    subject=SUBJECT,
    controller="did:web:market.example",
    policy=POLICY,
    credential_digest=CREDENTIAL,
    inputs_digest=INPUTS,
    notice=describe_policy(POLICY, EXAM, "en").notice,
    history=(StatusChange(ConsentStatus.GIVEN, GIVEN),),
)


def every_vector() -> dict[str, Document]:
    """All vectors by name."""
    return {
        "policy": _policy(),
        "consent": _consent(),
        "checkpoint": _checkpoint(),
        "computation_exact": _computation(
            replace(QUERY, statistics=_of("count", "mean", "sd"), epsilon=None), (None,), 300
        ),
        "computation_noise": _computation(
            replace(QUERY, statistics=_of("count", "mean", "sd", "histogram")), (None,), 300
        ),
        "computation_private_groups": _computation(
            replace(QUERY, statistics=_of("count", "mean"), group_by="sex"), ("female", "male"), 300
        ),
        "computation_public_groups": _computation(
            replace(
                QUERY,
                statistics=_of(
                    "mean",
                ),
                group_by="school_type",
            ),
            ("mixed", "girls"),
            300,
        ),
        "computation_relations": _computation(replace(QUERY, statistics=RELATIONS), (None,), 300),
        "computation_relations_exact": _computation(
            replace(QUERY, statistics=RELATIONS, epsilon=None), (None,), 300
        ),
        "computation_optional_numbers": _computation(
            replace(
                QUERY,
                data_set="framingham/1",
                statistics=(
                    Statistic(StatisticKind.COVARIANCE, "glucose", ("bmi",)),
                    Statistic(StatisticKind.CORRELATION, "glucose", ("bmi", "age")),
                ),
            ),
            (None,),
            4000,
        ),
        "computation_places": _computation(
            replace(QUERY, statistics=PLACES, where=FILTER, verified=True), (None,), 3000
        ),
        "computation_places_of_groups": _computation(
            replace(QUERY, statistics=PLACES, group_by="sex"), ("female", "male"), 6000
        ),
        "computation_fits": _computation(
            replace(QUERY, statistics=FITS, epsilon=None, group_by="school_type"), ("mixed", "girls"), 300
        ),
        "computation_undetermined": _computation(
            replace(QUERY, statistics=RELATIONS, epsilon=Decimal(1)), (None,), 300
        ),
        "computation_withheld": _computation(
            replace(QUERY, statistics=_of("mean", "sd"), epsilon=Decimal("0.1")), (None,), 60
        ),
        "computation_joined": _computation(
            replace(QUERY, statistics=ACROSS, join="health/1", where=(Condition("health/1#sex", "female"),)),
            (None,),
            3000,
        ),
        "computation_windows": _computation(
            replace(QUERY, data_set="activity/1", statistics=WEEKS), (None,), 3000
        ),
        "joinable_consent": _joinable_consent(),
        **{f"bad_consent_{name}": _signed(record, error) for name, (record, error) in _bad_joins().items()},
        **{f"bad_policy_{name}": _bad_policy(tamper) for name, tamper in BAD_POLICIES.items()},
        **{f"bad_consent_{name}": _bad_consent(tamper) for name, tamper in BAD_CONSENTS.items()},
        **{f"bad_manifest_{name}": _bad_manifest(tamper) for name, tamper in BAD_MANIFESTS.items()},
    }


def _of(*kinds: str) -> tuple[Statistic, ...]:
    return tuple(Statistic(StatisticKind(kind), None if kind == "count" else "exam_score") for kind in kinds)


def _policy() -> Document:
    return {
        "offer": to_offer(POLICY, CONSENT_ID),
        "agreement": to_agreement(
            POLICY, CONSENT_ID, assigner=SUBJECT, assignee="did:web:buyer.example", agreed_at=NOW
        ),
        "text": {language: describe_policy(POLICY, EXAM, language).text for language in ("en", "de")},
        "notice": {
            language: describe_policy(POLICY, EXAM, language).notice.digest for language in ("en", "de")
        },
    }


def _consent() -> Document:
    return {
        "holder_key": HOLDER.public.to_jwk(),
        "subject": SUBJECT,
        "credential_digest": CREDENTIAL,
        "inputs_digest": INPUTS,
        "consent": sign_consent(RECORD, HOLDER),
        "withdrawal": sign_withdrawal(CONSENT_ID, NOW, HOLDER),
        "record": RECORD.to_json(),
    }


def _checkpoint() -> Document:
    draw = stream(SEED, "salts")
    entries = [Entry.of("usage", NOW + timedelta(seconds=i), {"job_id": f"job-{i}"}, draw) for i in range(5)]
    leaves = [entry.leaf.encode() for entry in entries]
    note = sign_checkpoint(Checkpoint(ORIGIN, len(leaves), root(leaves)), MARKETPLACE)
    proof = InclusionProof(entries[2].leaf, 2, tuple(inclusion_proof(2, leaves)), note)
    return {
        "origin": ORIGIN,
        "log_key": MARKETPLACE.public.to_jwk(),
        "checkpoint": note,
        "entry": {"body": dict(entries[2].body), "salt": b64url_encode(entries[2].salt)},
        "proof": proof.to_json(),
    }


def _proof(consent_id: str, key: SigningKey) -> dict[str, str]:
    claim = JoinClaim(consent_id, CREDENTIAL, RECORD.controller, "exam/1", "health/1")
    return {"health/1": prove_join(claim, key)}


def _joinable(proofs: Mapping[str, str]) -> ConsentRecord:
    joins = frozenset({Joining("health/1", handle_of(JOIN_KEY))})
    return replace(RECORD, policy=replace(POLICY, joins=joins), join_proofs=proofs)


def _joinable_consent() -> Document:
    """A consent that lets the record be joined, and the wallet's secret from which its handle comes."""
    record = _joinable(_proof(CONSENT_ID, JOIN_KEY))
    return {
        **_signed(record, None),
        "wallet_secret": b64url_encode(WALLET_SECRET),
        "marketplace": record.controller,
        "data_sets": ["exam/1", "health/1"],
        "handle": handle_of(JOIN_KEY),
        "record": record.to_json(),
    }


def _bad_joins() -> dict[str, tuple[ConsentRecord, str]]:
    """Consents whose join proof is of somebody else, or about something else."""
    stranger = join_key(sha256(b"stranger"), marketplace=RECORD.controller, data_sets=("exam/1", "health/1"))
    return {
        "join_proof_of_another_key": (_joinable(_proof(CONSENT_ID, stranger)), "SignatureError"),
        "join_proof_of_another_consent": (
            _joinable(_proof(CONSENT_ID[:-1] + "0", JOIN_KEY)),
            "SignatureError",
        ),
    }


def _signed(record: ConsentRecord, error: str | None) -> Document:
    return {
        **({} if error is None else {"error": error}),
        "holder_key": HOLDER.public.to_jwk(),
        "subject": SUBJECT,
        "credential_digest": CREDENTIAL,
        "inputs_digest": INPUTS,
        "consent": sign_consent(record, HOLDER),
    }


def _computation(query: Query, groups: tuple[str | None, ...], people: int) -> Document:
    described = asked_about(query)
    compiled = computation.compile_groups(query, described, groups=groups, people=people)
    totals = _totals(compiled, people)
    return {
        "query": query.to_json(),
        "text": describe_query(query, described, "en"),
        "groups": list(groups),
        "people": people,
        "computation": compiled.to_json(),
        "digest": compiled.digest,
        # As text: an opened cell may exceed 2^53, which not every reader of JSON can hold.
        "totals": [str(total) for total in totals],
        "answer": _answer(decode(compiled, totals)),
    }


def _totals(compiled: Computation, people: int) -> list[int]:
    """Sums that such people could have, a little different in each cell."""
    results = foreseen_results(compiled, people)
    members = people // len(compiled.groups)
    for place, cell in enumerate(compiled.cells):
        results[place] += place * 7 - cell.index
        if cell.measure.endswith(".product"):
            # Numbers that go together: they vary by an eighth of their ranges, half of it in step.
            results[place] += members * _range(compiled, cell.measure) // 128
    for place in range(len(compiled.cells), len(results)):
        results[place] += 3 * (place % 5) if results[place] > len(results) else 0
    return results


def _range(compiled: Computation, product: str) -> int:
    """The product of the ranges of two numbers, in steps."""
    scales = {scale.attribute: scale for each in compiled.estimators for scale in (each.scale, *each.others)}
    left, right, _ = product.split(".")
    widths = [scales[name].maximum - scales[name].minimum for name in (left, right)]
    return round(widths[0] * scales[left].unit * widths[1] * scales[right].unit)


def _answer(answer: Answer) -> Document:
    return {
        "rows": [
            {
                "group": row.group,
                "estimates": [
                    {
                        "kind": estimate.kind.value,
                        "attribute": estimate.attribute,
                        "index": estimate.index,
                        "label": estimate.label,
                        "value": estimate.value,
                        "noise_sd": estimate.noise_sd,
                        "interval95": estimate.interval95,
                        "withheld": None if estimate.withheld is None else estimate.withheld.value,
                        "standard_error": estimate.standard_error,
                        "noise_rank_sd": estimate.noise_rank_sd,
                    }
                    for estimate in row.estimates
                ],
            }
            for row in answer.rows
        ],
        "withheld_groups": list(answer.withheld_groups),
    }


def _bad_policy(tamper: Callable[[Document], object]) -> Document:
    offer = copy.deepcopy(to_offer(POLICY, CONSENT_ID))
    tamper(offer)
    return {"error": offer.pop("error", "MalformedError"), "offer": offer}


def _constraint(offer: Document, operand: str) -> Document:
    found: Document = next(
        each for each in offer["permission"][0]["constraint"] if each["leftOperand"] == operand
    )
    return found


def _repeat(offer: Document) -> None:
    constraints = offer["permission"][0]["constraint"]
    constraints[0] = copy.deepcopy(constraints[1])


def _add(offer: Document, operand: str, operator: str, value: object) -> None:
    if value in (["auto"], "true") or str(value).startswith("['exam/1#"):
        offer["error"] = "TermsError"
    constraint = {"leftOperand": operand, "operator": operator, "rightOperand": value}
    offer["permission"][0]["constraint"].append(constraint)


BAD_POLICIES: Mapping[str, Callable[[Document], object]] = {
    "unknown_operand": lambda d: _constraint(d, "mk:exact").update(leftOperand="mk:mood"),
    "unknown_operator": lambda d: _constraint(d, "mk:crowd").update(operator="lteq"),
    "operand_twice": _repeat,
    "operand_missing": lambda d: d["permission"][0]["constraint"].pop(),
    "engine_that_holds_anyway": lambda d: _add(d, "mk:engine", "isAnyOf", ["mpc"]),
    "engine_left_open": lambda d: _add(d, "mk:engine", "isAnyOf", ["auto"]),
    "engine_unknown": lambda d: _add(d, "mk:engine", "isAnyOf", ["abacus"]),
    "verified_only_said_to_be_false": lambda d: _add(d, "mk:verifiedOnly", "eq", "false"),
    "publication_said_to_be_false": lambda d: _add(d, "mk:publication", "eq", "false"),
    "altruism_said_to_be_false": lambda d: _add(d, "mk:altruism", "eq", "false"),
    "altruism_for_money": lambda d: _add(d, "mk:altruism", "eq", "true"),
    "prohibition": lambda d: d.update(prohibition=[{"action": "distribute"}]),
    "two_permissions": lambda d: d["permission"].append(copy.deepcopy(d["permission"][0])),
    "another_profile": lambda d: d.update(profile="http://www.w3.org/ns/odrl/2/core"),
    "join_without_handle": lambda d: _add(d, "mk:join", "isAnyOf", ["health/1"]),
    "join_with_itself": lambda d: _add(d, "mk:join", "isAnyOf", [f"exam/1#{handle_of(JOIN_KEY)}"]),
    "crowd_as_a_number": lambda d: _constraint(d, "mk:crowd").update(rightOperand=50),
}


def _bad_consent(tamper: Callable[[Document], object]) -> Document:
    payload = copy.deepcopy(RECORD.to_json())
    tamper(payload)
    return {
        "error": "MalformedError",
        "holder_key": HOLDER.public.to_jwk(),
        "subject": SUBJECT,
        "credential_digest": CREDENTIAL,
        "inputs_digest": INPUTS,
        "consent": sign_jws(payload, HOLDER, typ=CONSENT_TYP),
    }


BAD_CONSENTS: Mapping[str, Callable[[Document], object]] = {
    "other_purpose_shown_than_enforced": lambda d: d["record"]["dpv:hasProcess"][0].update(
        {"dpv:hasPurpose": ["dpv:PublicBenefit"]}
    ),
    "unknown_member": lambda d: d.update(also="advertising"),
    "fewer_rights": lambda d: d["record"].update({"dpv:hasRight": d["record"]["dpv:hasRight"][:1]}),
    "two_ids": lambda d: d.update(consent_id=CONSENT_ID[:-1] + "0"),
    "status_not_in_the_record": lambda d: d["status_history"].append(
        {"status": "dpv:ConsentWithdrawn", "at": "2026-12-01T12:00:00Z"}
    ),
}


def _bad_manifest(tamper: Callable[[Document], object]) -> Document:
    receipt = sign_escrow_receipt(EscrowReceipt("order-1", QUERY.digest, 1000, 50, NOW), MARKETPLACE)
    manifest = Manifest(
        job_id="job-1",
        attempt=1,
        order_id="order-1",
        query=QUERY,
        buyer_presentation="presentation",
        mandate="mandate",
        escrow_receipt=receipt,
        nodes=NODES,
        contributions={CONSENT_ID: INPUTS},
        compensation_cents=50,
        issued_at=NOW,
        expires_at=NOW + timedelta(hours=1),
        log=LogState(3, sha256(b"three entries")),
    )
    payload = copy.deepcopy(manifest.to_json())
    tamper(payload)
    error = payload.pop("error", "MalformedError")
    return {
        "error": error,
        "marketplace_key": MARKETPLACE.public.to_jwk(),
        "now": "2026-12-01T12:00:00Z",
        "untampered": sign_manifest(manifest, MARKETPLACE),
        "manifest": sign_jws(payload, MARKETPLACE, typ=MANIFEST_TYP),
    }


BAD_MANIFESTS: Mapping[str, Callable[[Document], object]] = {
    "node_twice": lambda d: d.update(nodes=["node-a", "node-a", "node-b"]),
    "consent_twice": lambda d: d["contributions"].append(d["contributions"][0]),
    "another_order": lambda d: d.update(order_id="order-2", error="MismatchError"),
    "another_query": lambda d: d.update(query=replace(QUERY, floor=10).to_json(), error="MismatchError"),
    "another_compensation": lambda d: d.update(compensation_cents=1, error="MismatchError"),
    "without_a_state_of_the_log": lambda d: d.pop("log"),
    "root_of_the_log_too_short": lambda d: d["log"].update(root=d["log"]["root"][:-4]),
    "negative_size_of_the_log": lambda d: d["log"].update(size=-1),
    "run_out": lambda d: d.update(expires_at="2026-12-01T12:00:00Z", error="ExpiredDocumentError"),
}


def write(folder: Path) -> None:
    """Write every vector into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, document in every_vector().items():
        text = json.dumps({"made_by": MADE_BY, **document}, indent=1, ensure_ascii=False)
        (folder / f"{name}.json").write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    write(FOLDER)
