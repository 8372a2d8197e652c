"""The data protection authorities of the EEA, to which anybody can complain (GDPR art. 77)."""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True)
class Authority:
    """The authority of one country (ISO 3166-1 alpha-2)."""

    country: str
    address: str


AUTHORITIES: Final = tuple(
    Authority(country, f"https://{host}")
    for country, host in (
        ("AT", "www.dsb.gv.at"),
        ("BE", "www.dataprotectionauthority.be"),
        ("BG", "www.cpdp.bg"),
        ("CY", "www.dataprotection.gov.cy"),
        ("CZ", "uoou.gov.cz"),
        ("DE", "www.bfdi.bund.de"),
        ("DK", "www.datatilsynet.dk"),
        ("EE", "www.aki.ee"),
        ("ES", "www.aepd.es"),
        ("FI", "tietosuoja.fi"),
        ("FR", "www.cnil.fr"),
        ("GR", "www.dpa.gr"),
        ("HR", "azop.hr"),
        ("HU", "www.naih.hu"),
        ("IE", "www.dataprotection.ie"),
        ("IS", "www.personuvernd.is"),
        ("IT", "www.garanteprivacy.it"),
        ("LI", "www.datenschutzstelle.li"),
        ("LT", "vdai.lrv.lt"),
        ("LU", "cnpd.public.lu"),
        ("LV", "www.dvi.gov.lv"),
        ("MT", "idpc.org.mt"),
        ("NL", "www.autoriteitpersoonsgegevens.nl"),
        ("NO", "www.datatilsynet.no"),
        ("PL", "uodo.gov.pl"),
        ("PT", "www.cnpd.pt"),
        ("RO", "www.dataprotection.ro"),
        ("SE", "www.imy.se"),
        ("SI", "www.ip-rs.si"),
        ("SK", "dataprotection.gov.sk"),
    )
)
