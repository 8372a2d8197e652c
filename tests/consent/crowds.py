"""Eleven and more people of one university whose wallets can sit in a crowd sum, and orders of a company."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from functools import cache
from typing import Any

from consent.crowd_cohort import Cohort, JoinPapers, sign_cohort, verify_cohort
from consent.crowd_order import CrowdOrder
from crypto.encoding import b64url_encode, sha256
from crypto.sealing import SealingKey
from ssi.dataset import data_set
from ssi.issuance import Subject, issue_credential, person_handle
from ssi.record import Record
from tests.crowd_sitters import Sitter, Sitting, order
from tests.ssi import parties

OTHERS = 11
NOW = parties.NOW
MARKET = "market"
BUYER = "urn:argonauta:organisation:" + b64url_encode(sha256(b"company"))
BUYER_KEY = parties.es256("company")


@cache
def others(count: int = OTHERS) -> tuple[Sitter, ...]:
    """People beside the one whose wallet is looked at, with credentials of the same university."""
    return tuple(_sitter(index) for index in range(100, 100 + count))


@cache
def _sitter(index: int) -> Sitter:
    values = {**parties.EXAM, "exam_score": round(-2 + index % 7 / 2, 3)}
    record = Record.commit(data_set("exam/1"), values, parties.random_of(f"record {index}"))
    handle = person_handle(sha256(b"pairwise"), data_set="exam/1", person=f"person {index}")
    key = parties.es256(f"holder {index}")
    compact = issue_credential(
        record,
        Subject(handle, key.public),
        issuer=parties.ISSUER,
        terms=parties.terms(index=index),
        random=parties.random_of(f"salts {index}"),
    )
    digest = b64url_encode(sha256(compact.partition("~")[0].rpartition(".")[0].encode()))
    return Sitter(index, compact, digest, handle, record, key, parties.random_of(f"sitter {index}"))


def crowd_key(number: int = 1) -> SealingKey:
    """The key of one order."""
    return SealingKey.generate(parties.random_of(f"crowd key {number}"))


def ordered(number: int = 1, **changes: Any) -> CrowdOrder:
    """An order of the company over twelve people."""
    return order(NOW, buyer=BUYER, marketplace=MARKET, result_key=crowd_key(number), number=number, **changes)


@cache
def sittings(count: int = OTHERS + 1) -> tuple[Sitting, ...]:
    """So many people who joined the first order."""
    return tuple(afresh(each).sit(ordered(), BUYER_KEY, NOW) for each in others(count))


def afresh(sitter: Sitter) -> Sitter:
    """The same person, whose wallet draws from the beginning."""
    return replace(sitter, random=parties.random_of(f"seat {sitter.index}"))


def papers_of(sitting: Sequence[Sitting]) -> list[JoinPapers]:
    """What they joined with."""
    return [each.papers for each in sitting]


def cohort_of(sitting: Sequence[Sitting], made: CrowdOrder | None = None) -> Cohort:
    """The cohort that the marketplace fixed, verified."""
    about, papers = made or ordered(), papers_of(sitting)
    statement = sign_cohort(about, papers, NOW, parties.ed25519(MARKET))
    return verify_cohort(statement, papers, about, parties.registry(), now=NOW + timedelta(minutes=1))
