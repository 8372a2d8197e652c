"""Which codes of HL7 stand for which of our words? Purposes by v3 ActReason and by DPV.

FHIR R4 binds `Consent.provision.purpose` to v3 PurposeOfUse, which knows one kind of research and no hiring;
so purposes are written in DPV as well. Kinds of recipient have no code there, and are in our own system.
"""

from collections.abc import Mapping
from typing import Final

from consent.vocabulary import MARKET_NAMESPACE, Purpose

ACT_REASON: Final = "http://terminology.hl7.org/CodeSystem/v3-ActReason"
DPV: Final = "https://w3id.org/dpv"
KINDS: Final = f"{MARKET_NAMESPACE}recipient-kind"
PROFILE: Final = f"{MARKET_NAMESPACE}odrl-analytics:1"
RESEARCH: Final = frozenset(
    {
        Purpose.RESEARCH_AND_DEVELOPMENT,
        Purpose.ACADEMIC_RESEARCH,
        Purpose.SCIENTIFIC_RESEARCH,
        Purpose.NON_COMMERCIAL_RESEARCH,
        Purpose.COMMERCIAL_RESEARCH,
    }
)
WRITTEN: Final[Mapping[Purpose, str]] = {
    **dict.fromkeys(RESEARCH, "HRESCH"),
    Purpose.PUBLIC_BENEFIT: "PUBHLTH",
    Purpose.SERVICE_OPTIMISATION: "HOPERAT",
}
"""The v3 code of a purpose; hiring has none."""

_OF_RESEARCH: Final = (
    "HRESCH",
    "BIORCH",
    "CLINTRCH",
    "CLINTRCHNPC",
    "CLINTRCHPC",
    "DSRCH",
    "POARCH",
    "PREHRESCH",
    "TRANSRCH",
)
_OF_CARE: Final = ("TREAT", "ETREAT", "BTG", "CAREMGT", "HPAYMT", "FAMRQT", "PWATRNY", "SUPNWK", "PATRQT")
READ: Final[Mapping[str, frozenset[Purpose]]] = {
    **dict.fromkeys(_OF_RESEARCH, RESEARCH),
    **dict.fromkeys(_OF_CARE, frozenset()),
    "PUBHLTH": frozenset({Purpose.PUBLIC_BENEFIT}),
    "HOPERAT": frozenset({Purpose.SERVICE_OPTIMISATION}),
    "HMARKT": frozenset({Purpose.COMMERCIAL_RESEARCH, Purpose.SERVICE_OPTIMISATION}),
    "PurposeOfUse": frozenset(Purpose),
}
"""What a v3 code covers of our purposes, on the side of more; those of care and payment do not arise here."""
