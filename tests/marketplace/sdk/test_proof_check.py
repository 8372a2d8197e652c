"""The proof of an answer holds offline, and every way to change it fails under the name of its step."""

import copy
import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from consent.job import result_context
from consent.query import Statistic
from consent.vocabulary import StatisticKind
from crypto.encoding import b64url_decode, b64url_encode, canonical_json
from crypto.sealing import open_sealed
from marketplace.sdk.errors import ProofRefusedError
from marketplace.sdk.keys import BuyerKeys
from marketplace.sdk.proof import Proof
from marketplace.sdk.proof_check import Step, VerifiedProof, verify_proof
from marketplace.sdk.result import Placed, open_result, read_result
from tests.marketplace.market import Market, mandate
from tests.marketplace.mpc_node.orders import BUYER_KEY, EXACT, NOISY, RESULT_KEYS, buyer_credential
from tests.marketplace.mpc_node.parties import ISSUER, NAMES, ed25519

AUTHORITY = ed25519("authority").public
KEYS = BuyerKeys(BUYER_KEY, RESULT_KEYS)


def papers_of(market: Market, query=EXACT, *, witnessed: bool = True) -> Any:
    market.stock(12)
    account = market.buyer()
    order = market.released(account, query)
    if witnessed:
        market.witness()
    return copy.deepcopy(market.services.fetch_proof(account.account_id, order.order_id))


def opened_of(papers: Any) -> tuple[bytes, ...]:
    result = papers["result"]
    return tuple(
        open_sealed(
            b64url_decode(result["outputs"][role]["envelope"]),
            RESULT_KEYS[role],
            context=result_context(result["job_id"], result["attempt"], role),
        )
        for role in range(3)
    )


def document_of(papers: Any, *, disclose: bool = True) -> Any:
    return Proof(papers, opened_of(papers) if disclose else None).to_json()


def checked(document: Any, market: Market, authority=AUTHORITY) -> VerifiedProof:
    return verify_proof(canonical_json(document), authority, now=market.clock.now)


@pytest.fixture
def proof(market: Market) -> Any:
    return document_of(papers_of(market))


def test_a_proof_holds_and_shows_the_answer(market, proof):
    found = checked(proof, market)

    result = proof["papers"]["result"]
    placed = Placed(result["order_id"], EXACT)
    opened = open_result(read_result(result, AUTHORITY, now=market.clock.now), KEYS, placed)
    assert found.answer == opened.answer
    assert (found.people, found.nodes, found.cosigned_by) == (12, NAMES, NAMES)
    assert found.steps == tuple(Step)
    assert (found.query, found.placed_at <= market.clock.now) == (EXACT, True)


def test_a_proof_may_keep_the_answer_to_itself(market):
    found = checked(document_of(papers_of(market), disclose=False), market)

    assert found.answer is None
    assert Step.ANSWER not in found.steps


def test_a_proof_holds_no_secret_and_names_nobody_who_took_part(market, proof):
    written = json.dumps(proof)

    assert not [each for key in RESULT_KEYS for each in [b64url_encode(key.to_bytes())] if each in written]
    with market.store.reading() as books:
        order = books.orders.get(proof["papers"]["order_id"])
        consents = [part.consent_id for part in books.orders.parts(order.job_id)]
    assert len(consents) == 12
    assert not [each for each in consents if each in written]


def test_a_noisy_answer_by_groups_is_proved_as_well(market):
    query = replace(NOISY, group_by="school_type", statistics=(Statistic(StatisticKind.COUNT),))
    market.stock(24)
    account = market.buyer()
    order = market.released(account, query)
    market.witness()
    papers = copy.deepcopy(market.services.fetch_proof(account.account_id, order.order_id))

    answer = checked(document_of(papers), market).answer
    assert answer is not None
    assert answer.withheld_groups == ("boys",)


def change(*path: str | int, to: Any) -> Callable[[Any], None]:
    def apply(document: Any) -> None:
        inner = document
        for name in path[:-1]:
            inner = inner[name]
        inner[path[-1]] = to

    return apply


def flip(*path: str | int) -> Callable[[Any], None]:
    """Change one letter in the middle of a token, or one byte of what was opened."""

    def apply(document: Any) -> None:
        inner = document
        for name in path[:-1]:
            inner = inner[name]
        text = inner[path[-1]]
        middle = len(text) // 2
        inner[path[-1]] = text[:middle] + ("A" if text[middle] != "A" else "B") + text[middle + 1 :]

    return apply


def drop(*path: str | int) -> Callable[[Any], None]:
    def apply(document: Any) -> None:
        inner = document
        for name in path[:-1]:
            inner = inner[name]
        del inner[path[-1]]

    return apply


def swap_opened(document: Any) -> None:
    document["opened"] = document["opened"][::-1]


def altered_checkpoint(document: Any) -> None:
    inclusion = document["papers"]["inclusion"]
    origin, size, rest = inclusion["checkpoint"].split("\n", 2)
    inclusion["checkpoint"] = f"{origin}\n{int(size) + 1}\n{rest}"


def without_cosignatures(document: Any) -> None:
    note = document["papers"]["inclusion"]["checkpoint"]
    document["papers"]["inclusion"]["checkpoint"] = "\n".join(note.split("\n")[:5]) + "\n"


def later(document: Any) -> None:
    document["papers"]["fetched_at"] = "2099-01-01T00:00:00Z"


RESULT = ("papers", "result")


@pytest.mark.parametrize(
    ("tamper", "step"),
    [
        (change("kind", to="another"), Step.FORM),
        (change("version", to=2), Step.FORM),
        (change("more", to=1), Step.FORM),
        (drop("papers"), Step.FORM),
        (change("papers", to=[]), Step.FORM),
        (change("opened", to=["!", "!", "!"]), Step.FORM),
        (change("opened", to=["AAAA"]), Step.FORM),
        (drop("papers", "fetched_at"), Step.FORM),
        (later, Step.FORM),
        (flip(*RESULT, "registry"), Step.REGISTRY),
        (change("papers", "fetched_at", to="1999-01-01T00:00:00Z"), Step.REGISTRY),
        (change("papers", "order_id", to="another"), Step.ORDER),
        (change(*RESULT, "nodes", to=["node-a", "node-b", "node-x"]), Step.ORDER),
        (change(*RESULT, "nodes", to=["node-a", "node-b", "node-a"]), Step.ORDER),
        (change(*RESULT, "outputs", to=[]), Step.ORDER),
        (change(*RESULT, "computation", to={}), Step.ORDER),
        (flip("papers", "credential"), Step.BUYER),
        (change("papers", "credential", to=buyer_credential(signer=ISSUER)), Step.BUYER),
        (flip("papers", "mandate"), Step.BUYER),
        (change("papers", "mandate", to=mandate(days=-1)), Step.BUYER),
        (flip("papers", "escrow_receipt"), Step.PAYMENT),
        (drop("papers", "escrow_receipt"), Step.PAYMENT),
        (change("papers", "entry", to=None), Step.LOG),
        (change("papers", "entry", "body", "order_id", to="another"), Step.LOG),
        (change("papers", "entry", "body", "buyer", to={"id": "another"}), Step.LOG),
        (change("papers", "entry", "body", "purpose", to="dpv:Marketing"), Step.LOG),
        (change("papers", "entry", "kind", to="offer"), Step.LOG),
        (flip("papers", "entry", "salt"), Step.LOG),
        (change("papers", "inclusion", "index", to=0), Step.LOG),
        (change("papers", "inclusion", "hashes", to=[]), Step.LOG),
        (altered_checkpoint, Step.LOG),
        (without_cosignatures, Step.WITNESSES),
        (flip(*RESULT, "outputs", 1, "statement"), Step.STATEMENTS),
        (flip(*RESULT, "outputs", 1, "held_statement"), Step.STATEMENTS),
        (flip(*RESULT, "outputs", 2, "envelope"), Step.STATEMENTS),
        (change(*RESULT, "attempt", to=2), Step.STATEMENTS),
        (change(*RESULT, "computation", "floor", to=11), Step.COMPUTATION),
        (change(*RESULT, "computation", "groups", to=["girls"]), Step.ORDER),
        (flip("opened", 0), Step.ANSWER),
        (flip("opened", 2), Step.ANSWER),
        (swap_opened, Step.ANSWER),
        (change(*RESULT, "manifest_digest", to="A" * 43), Step.STATEMENTS),
    ],
)
def test_every_change_fails_under_the_name_of_its_step(market, proof, tamper, step):
    tamper(proof)

    with pytest.raises(ProofRefusedError) as raised:
        checked(proof, market)
    assert raised.value.step == step, raised.value


def test_another_authority_is_not_the_one_that_was_pinned(market, proof):
    with pytest.raises(ProofRefusedError) as raised:
        checked(proof, market, authority=ed25519("somebody").public)
    assert raised.value.step == Step.REGISTRY


def test_the_papers_of_another_order_of_the_same_buyer_do_not_fit(market):
    market.stock(12)
    account = market.buyer()
    first, second = market.released(account), market.released(account)
    market.witness()
    papers, others = (
        copy.deepcopy(market.services.fetch_proof(account.account_id, each.order_id))
        for each in (first, second)
    )
    mixed = {**papers, "entry": others["entry"], "inclusion": others["inclusion"]}

    with pytest.raises(ProofRefusedError) as raised:
        checked(document_of(mixed), market)
    assert raised.value.step == Step.LOG


def test_an_order_that_no_witness_saw_yet_is_told_as_that(market):
    with pytest.raises(ProofRefusedError) as raised:
        checked(document_of(papers_of(market, witnessed=False)), market)
    assert raised.value.step == Step.WITNESSES


def test_a_proof_holds_years_later(market, proof):
    market.clock.forward(days=3650)

    assert checked(proof, market).people == 12


@pytest.mark.parametrize("raw", [b"", b"{", b"[]", b"\x00", b"{}" * 2, b'{"kind": 1}'])
def test_hostile_bytes_are_no_proof(market, raw):
    with pytest.raises(ProofRefusedError) as raised:
        verify_proof(raw, AUTHORITY, now=market.clock.now)
    assert raised.value.step == Step.FORM
