"""By what names does the European Learning Model call what our records of education say?

The terms are those of ELM v3 in the context of the European Digital Credentials, `edc-ap-context.jsonld`, and
the concepts those of the EU's controlled vocabularies, as the examples of the model use them
(github.com/european-commission-empl/European-Learning-Model, `rdf/ap/edc` and
`Credentials/JSON-LD Examples (ELM v3)`). Levels and fields have their codes in their addresses; the other
concepts have addresses without meaning and are listed here one by one.
"""

from collections.abc import Mapping
from typing import Final

CONTEXTS: Final = (
    "https://www.w3.org/2018/credentials/v1",
    "http://data.europa.eu/snb/model/context/edc-ap",
)
CREDENTIAL_TYPE: Final = "EuropeanDigitalCredential"
PRESENTATION_TYPE: Final = "EuropeanDigitalPresentation"
EQF: Final = "http://data.europa.eu/snb/eqf/"
ISCED_F: Final = "http://data.europa.eu/snb/isced-f/"
MODE: Final = "http://data.europa.eu/snb/learning-assessment/"
SCHEDULE: Final = "http://data.europa.eu/snb/learning-schedule/"
SUPERVISION: Final = "http://data.europa.eu/snb/supervision-verification/"
CREDIT: Final = "http://data.europa.eu/snb/education-credit/"
OPPORTUNITY: Final = "http://data.europa.eu/snb/learning-opportunity/"
PROFILE: Final = "http://data.europa.eu/snb/credential/"
SCHEME: Final = "25831c2"
"""What every vocabulary of the EU calls itself, below its own address."""

ECTS: Final = f"{CREDIT}6fcec5c5af"
GENERIC_PROFILE: Final = f"{PROFILE}e34929035b"
COURSE: Final = f"{OPPORTUNITY}05053c1cbe"
ON_SITE: Final = f"{MODE}9191af2ed9"
ONLINE: Final = f"{MODE}920fbb3cbe"
BLENDED: Final = f"{MODE}e92d221e4d"
HYBRID: Final = f"{MODE}c_3a90b26d"
PROJECT_BASED: Final = f"{MODE}7813801c77"
FULL_TIME: Final = f"{SCHEDULE}72a0ab92fa"
PART_TIME: Final = f"{SCHEDULE}f230bae523"
PART_TIME_LIGHT: Final = f"{SCHEDULE}67395e6b5a"
UNSUPERVISED: Final = f"{SUPERVISION}c598449d64"

PERCENT_SCALE: Final = "urn:argonauta:elm:grading-scheme:percent"
"""Our own grading scheme: from 0, the lowest grade that passes, to 100, the best."""
ASSESSMENT: Final = "urn:argonauta:elm:assessment:"
"""Our own words for how something was assessed, as types of an assessment's specification."""

MODES_OF_LEARNING: Final[Mapping[str, str]] = {
    ON_SITE: "on_site",
    ONLINE: "online",
    BLENDED: "blended",
    HYBRID: "blended",
}
LOADS: Final[Mapping[str, str]] = {
    FULL_TIME: "full_time",
    PART_TIME: "part_time",
    PART_TIME_LIGHT: "part_time",
}
