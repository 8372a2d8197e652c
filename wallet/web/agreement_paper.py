"""One agreement on paper: what it says, in the person's words."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Final

from ssi.dataset import data_set
from ssi.hosting.design.words import money
from wallet.domain.use import Outcome
from wallet.domain.use_words import LANGUAGE, computed_text
from wallet.services.keep_receipts import AgreementPaper
from wallet.web.pdf import Attachment, Block, Heading, Paragraph, Table, to_pdf

MEDIA_TYPE: Final = "application/ld+json"


def file_name(paper: AgreementPaper, ending: str) -> str:
    """A name for the file: it tells agreements apart and says nothing about them."""
    return f"agreement-{paper.consent_id.removeprefix('urn:uuid:')[:8]}.{ending}"


def file_content(paper: AgreementPaper) -> bytes:
    """The agreement with everything that was signed about it, as a file."""
    return (json.dumps(paper.kept.to_json(), ensure_ascii=False, indent=2) + "\n").encode()


def agreement_pdf(
    paper: AgreementPaper, *, names: Mapping[str, str], marketplace: str, address: str, now: datetime
) -> bytes:
    """The agreement as PDF; `names` are those of the partners, `address` is where it can be checked."""
    file = Attachment(
        file_name(paper, "jsonld"), file_content(paper), MEDIA_TYPE, "The signed agreement and its receipts"
    )
    title = f"My agreement about {data_set(paper.data_set).label[LANGUAGE]}"
    blocks: list[Block] = [
        Heading(title, 0),
        Paragraph(f"As of {_moment(now)}. Compensation for taking part: {money(paper.earned_cents)} so far."),
        *_agreed(paper),
        *_parties(paper, names, marketplace),
        *_uses(paper),
        *_end(paper, names),
        *_checking(paper, file.name, address),
    ]
    return to_pdf(blocks, title=title, language=LANGUAGE, made_at=now, file=file)


def _agreed(paper: AgreementPaper) -> list[Block]:
    lines = [Paragraph(line) for line in paper.words.split("\n") if line.strip()]
    return [
        Heading("What I agreed to"),
        *lines,
        Paragraph(
            f"From {_moment(paper.given_at)} until {_moment(paper.valid_until)}, unless I end it before."
        ),
    ]


def _parties(paper: AgreementPaper, names: Mapping[str, str], marketplace: str) -> list[Block]:
    partners = ", ".join(names.get(each, each) for each in paper.partners)
    told = [Paragraph(f"The marketplace {marketplace}, which answers to me for it.")]
    if partners:
        told.append(Paragraph(f"Computed by {partners}."))
    return [Heading("With whom"), *told]


def _uses(paper: AgreementPaper) -> list[Block]:
    heading = Heading("What was computed, and what I received")
    if not paper.uses:
        return [heading, Paragraph("Nobody has used it yet.")]
    described = data_set(paper.data_set)
    rows = [
        (
            _day(use.at),
            use.buyer.name,
            computed_text(use, described) + (f" ({use.reason})" if use.reason else ""),
            money(use.amount_cents) if use.outcome is Outcome.PAID else "–",
        )
        for use in paper.uses
    ]
    rows.append(("", "", "Together", money(paper.earned_cents)))
    return [heading, Table(("When", "Who", "What", "Received"), rows, (18, 32, 70, 18))]


def _end(paper: AgreementPaper, names: Mapping[str, str]) -> list[Block]:
    if paper.ended_at is None:
        state = "I have paused it: nothing is computed until I go on." if paper.paused else ""
        return [Heading("Paused"), Paragraph(state)] if state else []
    deleted = [
        Paragraph(f"{names.get(node, node)} signed that it deleted its pieces on {_moment(at)}.")
        for node, at in sorted(paper.deleted.items())
    ]
    told = Paragraph(f"I ended it on {_moment(paper.ended_at)}. What I received stays mine.")
    return [Heading("The end"), told, *deleted]


def _checking(paper: AgreementPaper, name: str, address: str) -> list[Block]:
    place = "" if paper.log_index is None else f" It is entry {paper.log_index} of the public log."
    return [
        Heading("How anybody can check this"),
        Paragraph(
            f"The file {name} is attached to this document and can be saved from it. It holds the agreement "
            "and every receipt as they were signed; this paper only repeats what it says."
        ),
        Paragraph(f"Open {address} and choose the file. Nobody has to sign in, and nothing is kept there."),
        Paragraph(
            "Without a network: wallet verify-receipt FILE --registry FILE --authority FILE, with the list "
            "of verified organisations and the public key of who signs that list."
        ),
        Paragraph(f"Agreement {paper.consent_id}.{place}", small=True),
    ]


def _moment(at: datetime) -> str:
    at = at.astimezone(UTC)
    return f"{_day(at)}, {at:%H:%M} UTC"


def _day(at: datetime) -> str:
    at = at.astimezone(UTC)
    return f"{at.day} {at:%b %Y}"
