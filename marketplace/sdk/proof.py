"""What does a buyer hand to a reader who wants to check an answer? One file, which holds no secret.

    {"kind": "argonauta answer proof", "version": 1,
     "papers": what the marketplace hands out about the order: the buyer's credential and mandate, the receipt
               for the money, the entry in the log with its proof and its cosigned checkpoint, the sealed
               outputs with what the nodes signed, and the trust registry,
     "opened": what was in the three envelopes, in base64url by role, or null}

With `opened` a reader checks the numbers of the answer too, because the nodes signed digests of exactly these
bytes; without it she checks that an answer was made, not what it is. An answer that was added up under
encryption is not opened here. What is missing on purpose is the job's manifest: it names the consents.
"""

from dataclasses import dataclass, field

from consent.job import result_context
from consent.vocabulary import Engine
from crypto.encoding import Json, b64url_encode
from crypto.errors import SealError
from crypto.reading import Fields
from crypto.sealing import open_sealed
from marketplace.sdk.buyer import API, Buyer
from marketplace.sdk.errors import ResultRefusedError
from marketplace.sdk.keys import BuyerKeys
from marketplace.sdk.result import Placed, SealedResult, read_result

KIND, VERSION = "argonauta answer proof", 1
OPENABLE = frozenset({Engine.MPC, Engine.ADDITIVE})
"""The engines whose envelopes hold numbers under a digest that was signed."""


@dataclass(frozen=True)
class Proof:
    """The proof of one answer; only its form is known to be right (`sdk.proof_check`)."""

    papers: Json = field(repr=False)
    opened: tuple[bytes, ...] | None = field(default=None, repr=False)

    def to_json(self) -> dict[str, Json]:
        """The document of the file."""
        opened: Json = None if self.opened is None else [b64url_encode(each) for each in self.opened]
        return {"kind": KIND, "version": VERSION, "papers": self.papers, "opened": opened}


def fetch_proof(buyer: Buyer, placed: Placed, *, disclose: bool = True) -> Proof:
    """The proof of a buyer's own answer; with `disclose` whoever gets it learns the answer.

    Raises:
        ResultRefusedError: what came is for another order or query, or an envelope does not open.
        PeerError: the marketplace did not answer, or has no answer yet.
    """
    papers = buyer.client.get_json(f"{API}/orders/{placed.order_id}/proof")
    sealed = read_result(Fields.of(papers, "proof").any("result"), buyer.authority, now=buyer.clock())
    if (sealed.order_id, sealed.query) != (placed.order_id, placed.query):
        raise ResultRefusedError("the proof is for another order or another query")
    may_open = disclose and sealed.query.chosen_engine in OPENABLE
    return Proof(papers, _opened(sealed, buyer.keys) if may_open else None)


def _opened(sealed: SealedResult, keys: BuyerKeys) -> tuple[bytes, ...]:
    run = sealed.run
    try:
        return tuple(
            open_sealed(output.envelope, key, context=result_context(run.job_id, run.attempt, role))
            for role, (output, key) in enumerate(zip(sealed.outputs, keys.result_keys, strict=True))
        )
    except SealError as error:
        raise ResultRefusedError("an envelope does not open with this key file") from error
