"""One agreement on paper: what it says, in the person's words."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Final

from flask_babel import gettext

from ssi.dataset import data_set
from ssi.hosting.paper import Attachment, Block, Heading, Paragraph, Table, to_pdf
from wallet.domain.use import Outcome
from wallet.domain.use_words import computed_text
from wallet.services.keep_receipts import AgreementPaper
from wallet.web.languages import page_language, text_language
from wallet.web.local_words import day_text, money
from wallet.web.said_elsewhere import translated

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
        file_name(paper, "jsonld"),
        file_content(paper),
        MEDIA_TYPE,
        gettext("The signed agreement and its receipts"),
    )
    title = gettext("My agreement: %(title)s", title=data_set(paper.data_set).label[text_language()])
    blocks: list[Block] = [
        Heading(title, 0),
        Paragraph(
            gettext(
                "As of %(moment)s. Compensation for taking part so far: %(amount)s.",
                moment=_moment(now),
                amount=money(paper.earned_cents),
            )
        ),
        *_agreed(paper),
        *_parties(paper, names, marketplace),
        *_uses(paper),
        *_end(paper, names),
        *_checking(paper, file.name, address),
    ]
    return to_pdf(blocks, title=title, language=page_language(), made_at=now, file=file)


def _agreed(paper: AgreementPaper) -> list[Block]:
    lines = [Paragraph(line) for line in paper.words.split("\n") if line.strip()]
    return [
        Heading(gettext("What I agreed to")),
        *lines,
        Paragraph(
            gettext(
                "From %(start)s until %(end)s, unless I end it before.",
                start=_moment(paper.given_at),
                end=_moment(paper.valid_until),
            )
        ),
    ]


def _parties(paper: AgreementPaper, names: Mapping[str, str], marketplace: str) -> list[Block]:
    partners = ", ".join(names.get(each, each) for each in paper.partners)
    told = [Paragraph(gettext("The marketplace %(name)s, which answers to me for it.", name=marketplace))]
    if partners:
        told.append(Paragraph(gettext("Computed by %(partners)s.", partners=partners)))
    return [Heading(gettext("With whom")), *told]


def _uses(paper: AgreementPaper) -> list[Block]:
    heading = Heading(gettext("What was computed, and what I received"))
    if not paper.uses:
        return [heading, Paragraph(gettext("Nobody has used it yet."))]
    described = data_set(paper.data_set)
    rows = [
        (
            day_text(use.at),
            use.buyer.name,
            computed_text(use, described, text_language())
            + (f" ({translated(use.reason)})" if use.reason else ""),
            money(use.amount_cents) if use.outcome is Outcome.PAID else "–",
        )
        for use in paper.uses
    ]
    rows.append(("", "", gettext("Together"), money(paper.earned_cents)))
    return [heading, Table(_headings(), rows, (18, 32, 70, 18))]


def _end(paper: AgreementPaper, names: Mapping[str, str]) -> list[Block]:
    if paper.ended_at is None:
        state = gettext("I have paused it: nothing is computed until I go on.") if paper.paused else ""
        return [Heading(gettext("Paused")), Paragraph(state)] if state else []
    deleted = [
        Paragraph(
            gettext(
                "%(name)s signed that it deleted its pieces on %(moment)s.",
                name=names.get(node, node),
                moment=_moment(at),
            )
        )
        for node, at in sorted(paper.deleted.items())
    ]
    told = Paragraph(
        gettext("I ended it on %(moment)s. What I received stays mine.", moment=_moment(paper.ended_at))
    )
    return [Heading(gettext("The end")), told, *deleted]


def _checking(paper: AgreementPaper, name: str, address: str) -> list[Block]:
    named = gettext("Agreement %(name)s.", name=paper.consent_id)
    if paper.log_index is not None:
        named += " " + gettext("Entry %(entry)s of the public log.", entry=str(paper.log_index))
    return [
        Heading(gettext("How anybody can check this")),
        Paragraph(
            gettext(
                "The file %(name)s is attached to this document and can be saved from it. It holds the "
                "agreement "
                "and every receipt as they were signed; this paper only repeats what it says.",
                name=name,
            )
        ),
        Paragraph(
            gettext(
                "Open %(address)s and choose the file. Nobody has to sign in, and nothing is kept there.",
                address=address,
            )
        ),
        Paragraph(
            gettext(
                "Without a network: %(command)s, with the list of verified organisations and the public "
                "key of "
                "who signs that list.",
                command="wallet verify-receipt FILE --registry FILE --authority FILE",
            )
        ),
        Paragraph(named, small=True),
    ]


def _headings() -> tuple[str, ...]:
    return (gettext("When"), gettext("Who"), gettext("What"), gettext("Received"))


def _moment(at: datetime) -> str:
    return f"{day_text(at)}, {at.astimezone(UTC):%H:%M} UTC"
