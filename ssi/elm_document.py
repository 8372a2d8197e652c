"""A record of education as a credential of the European Learning Model v3, for whoever reads those.

The document is JSON-LD in the terms of `elm_terms` and carries no proof: European Digital Credentials are
sealed by the institution that awards (JAdES, with a qualified seal), which nobody else can do for it. It says
what the record says and nothing else: what has a place in the model stands there, the rest in a note that
people can read.

Limit: the profile of European Digital Credentials (`rdf/ap/edc`, in SHACL) asks for more than a record knows:
the country of the institution, a picture of the certificate, the person's name. A validator of that profile
will name them; whoever seals the document adds them. Checked here are terms, types and vocabularies, against
the context and the examples of the model; the shapes have not been run on it.
"""

from collections.abc import Mapping
from typing import Any, Final

from crypto.reading import utc_text
from ssi import elm_terms as elm
from ssi.dataset import DataSet
from ssi.elm_parts import Frame, Parts, concept
from ssi.errors import DataSetError

_LANGUAGES: Final = "http://publications.europa.eu/resource/authority/language"
DATA_SETS: Final = frozenset({"diploma/1", "course/1", "transcript/1", "enrolment/1"})


def elm_document(found: DataSet, values: Mapping[str, object], frame: Frame) -> dict[str, Any]:
    """The record as an unsigned European Digital Credential.

    Raises:
        DataSetError: a data set that is none of `DATA_SETS`, or a value that it refuses.
    """
    if found.ref not in DATA_SETS:
        raise DataSetError(f"{found.ref} is no record of education: ELM has {', '.join(sorted(DATA_SETS))}")
    parts = Parts(found, found.parse_values(values), frame)
    claim = parts.activity() if found.ref == "enrolment/1" else parts.achievement()
    subject = {"type": "Person", "hasClaim": claim}
    document: dict[str, Any] = {
        "@context": list(elm.CONTEXTS),
        "id": frame.id,
        "type": ["VerifiableCredential", elm.CREDENTIAL_TYPE],
        "credentialProfiles": concept(elm.GENERIC_PROFILE, elm.PROFILE),
        "displayParameter": parts.node(
            "DisplayParameter",
            title=dict(found.label),
            description=dict(found.about),
            primaryLanguage={"id": f"{_LANGUAGES}/ENG", "type": "Concept"},
        ),
        "issuer": parts.organisation(),
        "issuanceDate": utc_text(frame.issued_at),
        "issued": utc_text(frame.issued_at),
        "validFrom": utc_text(frame.issued_at),
        "credentialSubject": subject if frame.holder is None else {"id": frame.holder, **subject},
    }
    if frame.valid_until is not None:
        document["expirationDate"] = document["validUntil"] = utc_text(frame.valid_until)
    return document
