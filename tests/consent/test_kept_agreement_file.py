"""Reading the file of an agreement: what is none is refused by name, and it holds the credential alone."""

import json

import pytest

from consent.examination import examine
from consent.kept_agreement import MAX_BYTES, KeptAgreement
from crypto.encoding import b64url_decode
from crypto.errors import MalformedError
from tests.consent.kept import IDS, papers
from tests.ssi import parties

OTHER = IDS["other"]


@pytest.mark.parametrize(
    "raw",
    [
        "",
        "nonsense",
        "[]",
        "{}",
        '{"form": "argonauta-agreement/2"}',
        '{"form": 7}',
        "[" * 100_000,
        '{"form": "a", "form": "b"}',
        b"\xff\xfe",
        b" " * (MAX_BYTES + 1),
    ],
)
def test_what_is_no_such_file_is_refused_by_name(raw):
    with pytest.raises(MalformedError):
        KeptAgreement.parse(raw)


_SPOILT = [
    None,
    7,
    True,
    "",
    "a",
    "a.b.c",
    [],
    ["x"],
    {},
    {"x": "y"},
    {"receipt": "a.b.c", "log": {}},
    "x" * 200_000,
]


@pytest.mark.parametrize("name", sorted(set(papers("computation").to_json()) - {"@context", "@type"}))
@pytest.mark.parametrize("spoilt", _SPOILT, ids=range(len(_SPOILT)))
def test_whatever_stands_in_the_place_of_a_part_has_a_named_answer(name, spoilt):
    document = {**papers("computation").to_json(), name: spoilt}

    try:
        found = examine(KeptAgreement.parse(json.dumps(document)), parties.registry())
    except MalformedError:
        return
    assert not found.holds or spoilt in (None, [], {}), (name, spoilt)


def test_a_member_that_nobody_knows_is_refused():
    with pytest.raises(MalformedError, match="unknown"):
        KeptAgreement.parse(json.dumps({**papers("computation").to_json(), "note": "trust me"}))


def test_the_file_holds_the_credential_as_the_issuer_signed_it_and_nothing_else():
    credential = papers("computation").credential

    assert credential == parties.exam_credential().partition("~")[0] + "~"
    assert b64url_decode(credential.split(".")[1])
