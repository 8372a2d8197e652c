"""Who owes which value added tax on an answer? Rules for one seller, after Directive 2006/112/EC.

An answer is a service supplied by electronic means. What people are compensated passes through the
marketplace in their name and on their account (Art. 79(c)) and is no part of the taxable amount; what the
nodes and the platform get is the fee, and the tax is contained in it. Where it is owed follows Art. 44, 58
and 196: at home by a buyer at home; by the buyer itself ("reverse charge") where a business of another member
state shows its number; at the buyer's place otherwise within the EU; not at all outside of it.

The rates are the standard rates that were in force in 2026. NOTE: they are no legal advice; the operator
answers for them, and its settings file can replace each. Not known here: reduced rates, the threshold of
Art. 59c below which a small seller taxes at home, territories with rules of their own.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from marketplace.errors import BillingRefusedError

RATES_PERMILLE: Final[Mapping[str, int]] = MappingProxyType(
    {
        "AT": 200, "BE": 210, "BG": 200, "CY": 190, "CZ": 210, "DE": 190, "DK": 250, "EE": 240, "ES": 210,
        "FI": 255, "FR": 200, "GR": 240, "HR": 250, "HU": 270, "IE": 230, "IT": 220, "LT": 210, "LU": 170,
        "LV": 210, "MT": 180, "NL": 210, "PL": 230, "PT": 230, "RO": 210, "SE": 250, "SI": 220, "SK": 230,
    }
)  # fmt: skip
"""Standard rates of the member states by ISO 3166-1 code; 190 is 19 %."""
MAX_RATE_PERMILLE: Final = 500
_COUNTRY: Final = re.compile(r"[A-Z]{2}")
_NUMBERS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "AT": r"U\d{8}", "BE": r"[01]\d{9}", "BG": r"\d{9,10}", "CY": r"\d{8}[A-Z]", "CZ": r"\d{8,10}",
        "DE": r"\d{9}", "DK": r"\d{8}", "EE": r"\d{9}", "ES": r"[A-Z0-9]\d{7}[A-Z0-9]", "FI": r"\d{8}",
        "FR": r"[A-HJ-NP-Z0-9]{2}\d{9}", "GR": r"\d{9}", "HR": r"\d{11}", "HU": r"\d{8}",
        "IE": r"\d[A-Z0-9+*]\d{5}[A-Z]{1,2}", "IT": r"\d{11}", "LT": r"(\d{9}|\d{12})", "LU": r"\d{8}",
        "LV": r"\d{11}", "MT": r"\d{8}", "NL": r"\d{9}B\d{2}", "PL": r"\d{10}", "PT": r"\d{9}",
        "RO": r"\d{2,10}", "SE": r"\d{12}", "SI": r"\d{8}", "SK": r"\d{10}",
    }
)  # fmt: skip
"""The part after the country's letters, as the VIES service of the Commission describes it."""


class VatStanding(StrEnum):
    """Under which rule a supply falls."""

    DOMESTIC = "domestic"
    BUYERS_STATE = "buyers_state"
    REVERSE_CHARGE = "reverse_charge"
    OUTSIDE_EU = "outside_eu"
    NOT_REGISTERED = "not_registered"


NOTES: Final[Mapping[VatStanding, str]] = MappingProxyType(
    {
        VatStanding.DOMESTIC: "",
        VatStanding.BUYERS_STATE: "Tax of the buyer’s country (Art. 58 of Directive 2006/112/EC).",
        VatStanding.REVERSE_CHARGE: "Reverse charge: the tax is owed by the buyer"
        " (Art. 196 of Directive 2006/112/EC).",
        VatStanding.OUTSIDE_EU: "Not taxable in the European Union: the buyer is outside of it"
        " (Art. 44 and 59 of Directive 2006/112/EC).",
        VatStanding.NOT_REGISTERED: "No value added tax: the seller is not registered for it"
        " (Art. 282 to 292 of Directive 2006/112/EC).",
    }
)


@dataclass(frozen=True)
class VatRules:
    """The seller's country, whether it is registered for the tax, and the standard rates that count."""

    country: str
    is_registered: bool = True
    rates_permille: Mapping[str, int] = field(default_factory=lambda: RATES_PERMILLE)

    def __post_init__(self) -> None:
        if self.country not in self.rates_permille:
            raise BillingRefusedError(f"there is no rate for the seller's country {self.country}")
        if not all(0 <= rate <= MAX_RATE_PERMILLE for rate in self.rates_permille.values()):
            raise BillingRefusedError(f"a rate is 0 to {MAX_RATE_PERMILLE} per mille")


@dataclass(frozen=True)
class Treatment:
    """The rule for one buyer, the country whose tax it is, and its rate in per mille."""

    standing: VatStanding
    country: str
    rate_permille: int

    @property
    def note(self) -> str:
        """What an invoice has to say about it; empty where nothing."""
        return NOTES[self.standing]


@dataclass(frozen=True)
class Vat:
    """What an amount that contains tax is made of, in cents."""

    net_cents: int
    vat_cents: int

    @property
    def gross_cents(self) -> int:
        """Both together."""
        return self.net_cents + self.vat_cents


def treat(rules: VatRules, country: str | None, *, is_confirmed_business: bool) -> Treatment:
    """The rule for a buyer by its country; one who has named none is treated as one at home.

    `is_confirmed_business` is whether its number was confirmed: a number that merely looks like one frees
    nobody from the tax.
    """
    home = rules.country
    if not rules.is_registered:
        return Treatment(VatStanding.NOT_REGISTERED, home, 0)
    if country is None or country == home:
        return Treatment(VatStanding.DOMESTIC, home, rules.rates_permille[home])
    if country not in rules.rates_permille:
        return Treatment(VatStanding.OUTSIDE_EU, country, 0)
    if is_confirmed_business:
        return Treatment(VatStanding.REVERSE_CHARGE, country, 0)
    return Treatment(VatStanding.BUYERS_STATE, country, rules.rates_permille[country])


def contained(gross_cents: int, rate_permille: int) -> Vat:
    """The tax that an amount contains: gross·r / (1000 + r), to the nearest cent, half a cent up."""
    divisor = 1000 + rate_permille
    vat = (2 * gross_cents * rate_permille + divisor) // (2 * divisor)
    return Vat(gross_cents - vat, vat)


def checked_country(text: str) -> str:
    """A country's two capital letters (ISO 3166-1 alpha-2, form only).

    Raises:
        BillingRefusedError: it has another form.
    """
    country = text.strip().upper()
    if _COUNTRY.fullmatch(country) is None:
        raise BillingRefusedError("a country is two letters, such as DE")
    return country


def checked_vat_id(text: str, country: str) -> str:
    """A number in the form that its country gives it, without spaces, dots and hyphens. Greece writes EL.

    Whether the number exists and whose it is only its tax office knows (VIES), which is not asked here.

    Raises:
        BillingRefusedError: it has another form, or its country gives none of this kind.
    """
    number = re.sub(r"[\s.\-]", "", text).upper()
    prefix = "EL" if country == "GR" else country
    if country not in _NUMBERS:
        raise BillingRefusedError(f"no VAT number of the European Union is given in {country}")
    if not number.isascii() or re.fullmatch(prefix + _NUMBERS[country], number) is None:
        raise BillingRefusedError(f"a VAT number of {country} begins with {prefix} and looks otherwise")
    return number
