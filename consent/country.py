"""Where is a recipient? Countries by ISO 3166-1 alpha-2, and the regions that a person can name instead.

The list of codes is closed, because a code that is nobody's ("UK") would forbid nothing where it is
forbidden. Regions are those of DPV 2.3 (`loc:EU`, `loc:EEA`) with the members they have in November 2026;
they belong to version 1 of our profile, so that a consent means the same at every node.
"""

from enum import StrEnum
from functools import lru_cache
from typing import Final

_CODES: Final = (
    "AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT "
    "BV BW BY BZ CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH "
    "ER ES ET FI FJ FK FM FO FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT "
    "HU ID IE IL IM IN IO IQ IR IS IT JE JM JO JP KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS "
    "LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP MQ MR MS MT MU MV MW MX MY MZ NA NC NE NF NG NI "
    "NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW PY QA RE RO RS RU RW SA SB SC SD SE SG "
    "SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG "
    "UM US UY UZ VA VC VE VG VI VN VU WF WS YE YT ZA ZM ZW"
)
COUNTRIES: Final = frozenset(_CODES.split())
"""All 249 codes of ISO 3166-1 alpha-2."""


class Region(StrEnum):
    """Countries that are named together."""

    EU = "EU"
    EEA = "EEA"

    @property
    def members(self) -> frozenset[str]:
        """The codes of its countries."""
        return _MEMBERS[self.value]


_EU_CODES: Final = "AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IT LT LU LV MT NL PL PT RO SE SI SK"
_EU: Final = frozenset(_EU_CODES.split())
_MEMBERS: Final = {Region.EU.value: _EU, Region.EEA.value: _EU | {"IS", "LI", "NO"}}


def is_place(text: str) -> bool:
    """Whether a policy can name it: the code of a country, or a region."""
    return text in COUNTRIES or text in _MEMBERS


@lru_cache(maxsize=1024)
def countries_in(places: frozenset[str]) -> frozenset[str]:
    """The countries that these places are, or that lie in them."""
    inside = (_MEMBERS.get(each, frozenset({each})) for each in places)
    return frozenset[str]().union(*inside)


def known_country(country: str | None) -> str | None:
    """The country, if there is such a code; None for anything else, which is then not known."""
    return country if country in COUNTRIES else None
