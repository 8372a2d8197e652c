"""Letters about a use or an agreement name the case and no value, in English and German."""

from datetime import date

import pytest

from wallet.domain.use_letters import Case, complaint, deletion_of_agreement, deletion_of_use

USE = Case(
    organisation="Institute of Public Health",
    marketplace="Harbour Market",
    country="AT",
    day=date(2026, 3, 1),
    purpose="scientific research",
    agreement="urn:uuid:6f1dbf52-7d5b-4b6e-9d9a-0a4f9c1d2e3f",
    use="job-1",
    log_index=12,
)
AGREEMENT = Case("Harbour Market", "Harbour Market", None, date(2026, 3, 1), USE.agreement, log_index=4)


@pytest.mark.parametrize("language", ["en", "de"])
@pytest.mark.parametrize(
    ("write", "case", "to"),
    [
        (deletion_of_use, USE, "Institute of Public Health"),
        (deletion_of_agreement, AGREEMENT, "Harbour Market"),
        (complaint, USE, "AT, https://www.dsb.gv.at"),
        (complaint, AGREEMENT, ""),
    ],
)
def test_a_letter_names_its_case(write, case, to, language):
    letter = write(case, language)

    assert to in letter.to
    assert case.agreement in letter.text
    assert ("job-1" in letter.text) == (case.use is not None)
    assert str(case.log_index) in letter.text
    assert {"en": "1 March 2026", "de": "01.03.2026"}[language] in letter.text
    assert "{" not in letter.text + letter.to + letter.subject


def test_a_country_without_a_listed_authority_leaves_the_place_open():
    letter = complaint(Case("Acme", "Market", "US", date(2026, 3, 1), "urn:uuid:x", "research", "job"), "en")

    assert letter.to == "The data protection authority"
