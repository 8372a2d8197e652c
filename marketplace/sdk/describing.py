"""A buyer describes a data set to everybody: one question about all its columns, and the answer published.

    asked = describing_query(data_set("exam/1"), Purpose.PUBLIC_BENEFIT, epsilon=Decimal(1))
    placed = buyer.order(asked, accept_cents=buyer.quote(asked).price_cents)
    buyer.wait(placed)
    buyer.collect(placed)
    publish(buyer, placed)

The question costs its people one privacy budget for all columns together, and says beforehand that everybody
will see the answer, so only people who allow that take part. Anybody reads what was published
(`fetch_description`), held against the market's log.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Final
from urllib.parse import quote

from consent.errors import ConsentError
from consent.log import Entry, InclusionProof
from consent.query import MOST_STATISTICS, Query, Statistic
from consent.query_check import check
from consent.query_rules import LEAST_PUBLISHED_FLOOR
from consent.vocabulary import Purpose, StatisticKind
from crypto.encoding import Json, b64url_encode, canonical_json, digest_of
from crypto.errors import CryptoError
from crypto.reading import Fields
from crypto.signing import VerifyingKey
from marketplace.sdk.buyer import API, Buyer
from marketplace.sdk.errors import ResultRefusedError
from marketplace.sdk.proof import fetch_proof
from marketplace.sdk.result import Placed
from ssi.dataset import DataSet
from ssi.errors import CredentialError
from ssi.http.client import Body, Client
from ssi.trust import verify_registry

MOST_COLUMNS: Final = MOST_STATISTICS - 1
"""How many columns one question describes; it counts the people besides."""


@dataclass(frozen=True)
class CheckedDescription:
    """What was published about a data set: the counts as they stand in the log at `log_index`."""

    document: Mapping[str, Json] = field(repr=False)
    digest: str
    published_at: datetime
    log_index: int


def describing_query(
    data_set: DataSet,
    purpose: Purpose,
    *,
    epsilon: Decimal,
    floor: int = LEAST_PUBLISHED_FLOOR,
    attributes: Sequence[str] = (),
) -> Query:
    """The question how many people there are and how each column is distributed; by default the first 15.

    Of a series the first reading is asked about.

    Raises:
        QueryRefusedError: it may not be asked like that, for the reason in it.
        DataSetError: the data set has no such attribute.
    """
    named = [data_set.attribute(each) for each in attributes] or [
        each for each in data_set.attributes if each.place is None or each.place.number == 1
    ][:MOST_COLUMNS]
    query = Query(
        data_set=data_set.ref,
        purpose=purpose,
        statistics=(
            Statistic(StatisticKind.COUNT),
            *(Statistic(StatisticKind.HISTOGRAM, each.name) for each in named),
        ),
        floor=floor,
        epsilon=epsilon,
        publication=True,
    )
    check(query, data_set)
    return query


def publish(buyer: Buyer, placed: Placed) -> str:
    """Show the answer of an order to everybody in the catalogue; the digest that stands in the log.

    Raises:
        ResultRefusedError: what came is for another order, or an envelope does not open with this key file.
        PeerError: the marketplace did not answer, or refused: it says why.
    """
    opened = fetch_proof(buyer, placed).opened or ()
    document: Json = {"opened": [b64url_encode(each) for each in opened]}
    sent = Body(canonical_json(document))
    answer = buyer.client.send("PUT", _publication(placed.order_id), body=sent, repeatable=True).json()
    return Fields.of(answer, "publication").text("digest")


def take_back(buyer: Buyer, order_id: str) -> None:
    """Take a published answer back from the catalogue, for good; again changes nothing.

    Raises:
        PeerError: the marketplace did not answer, or nothing was published under this order.
    """
    buyer.client.send("DELETE", _publication(order_id), repeatable=True)


def fetch_description(
    client: Client, ref: str, authority: VerifyingKey, *, now: datetime
) -> CheckedDescription:
    """What is published about a data set, after holding it against the market's log.

    Raises:
        ResultRefusedError: the log holds something else, or its checkpoint is not signed by the marketplace
            of the registry.
        RegistryError: the registry is not the authority's.
        PeerError: the marketplace did not answer, or nothing is published.
    """
    registry = verify_registry(client.get_text(f"{API}/registry").strip(), authority, now=now)
    try:
        fields = Fields.of(client.get_json(f"{API}/data-sets/{ref}/description"), "description")
        document = fields.any("description")
        shown = fields.section("log")
        entry = Entry.from_fields(shown.section("entry"))
        inclusion = InclusionProof.from_json(shown.any("proof"))
        market = registry.marketplace
        inclusion.verify_entry(entry, market.id, market.verifying_key)
        for holds, message in _claims(document, entry, ref):
            if not holds:
                raise ResultRefusedError(message)
        published_at = fields.moment("published_at")
    except (CryptoError, ConsentError, CredentialError) as error:
        raise ResultRefusedError(f"what is published does not hold: {error}") from error
    known = document if isinstance(document, dict) else {}
    return CheckedDescription(known, digest_of(document), published_at, inclusion.index)


def _claims(document: Json, entry: Entry, ref: str) -> Iterator[tuple[bool, str]]:
    yield entry.kind == "publication", "the entry of the log is about something else"
    said = entry.body.get("description_digest")
    yield said == digest_of(document), "the log holds another description than is shown"
    is_of = isinstance(document, dict) and document.get("data_set") == ref
    yield is_of, "the description is of another data set"


def _publication(order_id: str) -> str:
    return f"{API}/orders/{quote(order_id, safe='')}/publication"
