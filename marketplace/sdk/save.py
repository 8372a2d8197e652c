"""An opened answer as files: tables, how it was made, how it is cited, and the proof for others."""

import importlib
from collections.abc import Callable, Sequence
from pathlib import Path

from crypto.encoding import canonical_json
from marketplace.sdk import table
from marketplace.sdk.buyer import Buyer
from marketplace.sdk.citation import cite
from marketplace.sdk.errors import ProofRefusedError, SdkError
from marketplace.sdk.method_card import method_card
from marketplace.sdk.proof import fetch_proof
from marketplace.sdk.proof_check import Step, verify_proof
from marketplace.sdk.result import OpenedResult, Placed
from ssi.hosting.files import write_private

FORMATS = ("csv", "json", "parquet")


def save_answer(
    buyer: Buyer, opened: OpenedResult, placed: Placed, folder: Path, formats: Sequence[str]
) -> list[Path]:
    """Write an answer into a folder, each file whole or not at all, with mode 0600; their paths.

    The proof is checked before it is written. Where the log's state with the order was not cosigned yet,
    proof and citation are written by a later call: an answer that was just released waits seconds for it.

    Raises:
        SdkError: Parquet is wanted and polars is not installed.
        ProofRefusedError: the proof does not hold.
        PeerError: the marketplace did not answer.
    """
    writers: dict[str, Callable[[], bytes]] = {
        "csv": lambda: table.to_csv(opened).encode(),
        "json": lambda: canonical_json(table.to_json(opened)) + b"\n",
        "parquet": lambda: _parquet(opened),
    }
    files = {f"answer.{each}": writers[each]() for each in formats}
    card = method_card(opened)
    files |= {
        "method.txt": card.to_text().encode(),
        "method.html": card.to_html().encode(),
        "method.json": canonical_json(card.to_json()) + b"\n",
        **_proven(buyer, placed),
    }
    for name, content in files.items():
        write_private(folder / name, content)
    return [folder / name for name in files]


def _proven(buyer: Buyer, placed: Placed) -> dict[str, bytes]:
    document = canonical_json(fetch_proof(buyer, placed).to_json()) + b"\n"
    try:
        verified = verify_proof(document, buyer.authority, now=buyer.clock())
    except ProofRefusedError as error:
        if error.step == Step.WITNESSES:
            return {}
        raise
    citation = cite(verified)
    return {
        "proof.json": document,
        "citation.txt": f"{citation.to_text()}\n".encode(),
        "citation.bib": citation.to_bibtex().encode(),
        "citation.csl.json": canonical_json(citation.to_csl()) + b"\n",
    }


def _parquet(opened: OpenedResult) -> bytes:
    try:
        polars_frame = importlib.import_module("marketplace.sdk.polars_frame")
    except ModuleNotFoundError as error:
        raise SdkError("Parquet needs polars; install it with: pip install 'argonauta[frames]'") from error
    written: bytes = polars_frame.to_parquet(opened)
    return written
