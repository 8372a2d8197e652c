"""An invoice or a credit note on paper: PDF/A-3u with the document itself, as JSON, inside."""

from crypto.encoding import canonical_json
from marketplace.domain.invoice import Invoice, InvoiceKind, Party
from ssi.hosting.design.words import money
from ssi.hosting.paper import Attachment, Block, Heading, Paragraph, Table, to_pdf

TITLES = {InvoiceKind.INVOICE: "Invoice", InvoiceKind.CREDIT_NOTE: "Credit note"}
PER_CENT = 10


def rate_text(rate_permille: int) -> str:
    """A rate as people write it: 190 is ``19 %``, 255 is ``25.5 %``."""
    whole, rest = divmod(rate_permille, PER_CENT)
    return f"{whole}.{rest} %" if rest else f"{whole} %"


def party_lines(party: Party) -> list[str]:
    """A party as the lines of an address, with its number and whether that was confirmed."""
    number = []
    if party.vat_id:
        number = [f"VAT number {party.vat_id}" + ("" if party.vat_confirmed else " (not verified)")]
    return [each for each in (party.name, *party.address.split("\n"), party.country, *number) if each]


def seller_lines(party: Party) -> list[str]:
    """The seller's lines; its own number needs nobody's confirmation."""
    number = [f"VAT number {party.vat_id}"] if party.vat_id else []
    return [each for each in (party.name, *party.address.split("\n"), party.country, *number) if each]


def invoice_lines(invoice: Invoice) -> list[tuple[str, str]]:
    """What is billed, line by line, with its amount."""
    if invoice.kind is InvoiceKind.CREDIT_NOTE:
        fee = f"Part of the fee given back: {invoice.reason}"
        return [(fee, money(invoice.fee_net_cents))]
    passed = f"Compensation of {invoice.people} people for taking part, passed on (not taxable)"
    fee = "Service of the three computing nodes and this market, net"
    return [(passed, money(invoice.passed_through_cents)), (fee, money(invoice.fee_net_cents))]


def tax_line(invoice: Invoice) -> tuple[str, str]:
    """The tax with its rate and country."""
    rate, country = rate_text(invoice.treatment.rate_permille), invoice.treatment.country
    return f"Value added tax {country} {rate} on {money(invoice.fee_net_cents)}", money(invoice.vat_cents)


def invoice_pdf(invoice: Invoice, *, corrected: Invoice | None = None) -> bytes:
    """The document as a PDF file."""
    title = f"{TITLES[invoice.kind]} {invoice.label}"
    day = f"{invoice.issued_at:%d %B %Y}"
    facts = [("Date", day), ("Date of supply", f"{invoice.supplied_at:%d %B %Y}"), ("For", invoice.what)]
    if corrected is not None:
        facts.append(("Corrects", f"Invoice {corrected.label} of {corrected.issued_at:%d %B %Y}"))
    total = "Total given back" if invoice.kind is InvoiceKind.CREDIT_NOTE else "Total, paid from your account"
    sums = [*invoice_lines(invoice), tax_line(invoice), (total, money(invoice.total_cents))]
    blocks: list[Block] = [
        Heading(title, 0),
        Heading("From"),
        *(Paragraph(line) for line in seller_lines(invoice.seller)),
        Heading("To"),
        *(Paragraph(line) for line in party_lines(invoice.buyer)),
        Heading("What for"),
        *(Paragraph(f"{name}: {value}") for name, value in facts),
        Table(("What", "Amount"), sums, (4, 1)),
    ]
    if invoice.treatment.note:
        blocks.append(Paragraph(invoice.treatment.note))
    kept = Attachment(
        f"{invoice.label}.json".replace("/", "-"),
        canonical_json(invoice.to_json()),
        "application/json",
        "The same document for programs",
    )
    return to_pdf(blocks, title=title, language="en", made_at=invoice.issued_at, file=kept)
