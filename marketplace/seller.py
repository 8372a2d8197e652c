"""Who sells? The operator's settings file about invoices and tax, `seller.json` in the marketplace's folder.

    {"name": …, "address": "lines", "country": "DE", "vat_id": "DE…" | null, "vat_registered": true,
     "rates_permille": {"DE": 190, …}, "prefix": "A-"}

`rates_permille` replaces single standard rates of `domain.vat`; a rate counts for what is settled after the
processes were started anew, never for what was billed.
"""

from crypto.encoding import Json, canonical_json
from crypto.reading import Fields
from marketplace.domain.invoice import Party, Seller
from marketplace.domain.vat import MAX_RATE_PERMILLE, RATES_PERMILLE, VatRules, checked_country
from marketplace.errors import BillingRefusedError

MAX_PREFIX = 20
_LETTERS = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-/_")


def read_seller(raw: bytes) -> Seller:
    """Read the file.

    Raises:
        MalformedError: it is not what stands above.
        BillingRefusedError: a member has not the form that it must have.
    """
    fields = Fields.parse(raw, "seller")
    party = Party.typed(
        fields.text("name"),
        fields.text("address"),
        fields.text("country"),
        fields.text("vat_id") if fields.has("vat_id") else "",
    )
    registered = fields.boolean("vat_registered")
    prefix = fields.text("prefix", max_length=MAX_PREFIX)
    rates = _rates(fields.any("rates_permille")) if fields.has("rates_permille") else {}
    fields.done()
    if not set(prefix) <= _LETTERS:
        raise BillingRefusedError("a prefix has letters, digits, -, / and _")
    if registered and not party.vat_id:
        raise BillingRefusedError("a seller who is registered for the tax has a VAT number")
    return Seller(party, VatRules(party.country, registered, {**RATES_PERMILLE, **rates}), prefix)


def write_seller(party: Party, *, is_registered: bool, prefix: str) -> bytes:
    """A file that `read_seller` reads, with today's standard rates."""
    document: dict[str, Json] = {
        "name": party.name,
        "address": party.address,
        "country": party.country,
        "vat_id": party.vat_id or None,
        "vat_registered": is_registered,
        "rates_permille": dict(RATES_PERMILLE),
        "prefix": prefix,
    }
    return canonical_json(document) + b"\n"


def _rates(document: Json) -> dict[str, int]:
    fields = Fields.of(document, "seller.rates_permille")
    names = list(document) if isinstance(document, dict) else []
    return {checked_country(name): fields.integer(name, least=0, most=MAX_RATE_PERMILLE) for name in names}
