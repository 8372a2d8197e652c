from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crypto.encoding import Json
from crypto.errors import MalformedError
from ssi.disclosure_policy import ALWAYS_OPEN, selective_at, selective_everywhere
from ssi.disclosures import RESERVED_NAMES
from ssi.sd_jwt import Decoy, Selective, issue_sd_jwt, parse_sd_jwt, present_claims, present_sd_jwt
from tests.ssi.parties import es256, random_of

TYP = "dc+sd-jwt"
KEY = es256("policy")
CLAIMS: dict[str, Any] = {
    "iss": "https://a.example",
    "iat": 1,
    "name": "Ada",
    "degrees": [{"type": "BSc", "marks": [1, 2]}, {"type": "MSc", "marks": []}],
}


def issue(claims: Any) -> str:
    return issue_sd_jwt(claims, KEY, typ=TYP, random=random_of("policy"))


def verified(token: str) -> Any:
    return parse_sd_jwt(token, "token").verify(KEY.public, typ=TYP)


def digests(token: str) -> Any:
    return parse_sd_jwt(token, "token").jws.payload["_sd"]


def test_everything_at_every_depth_can_be_kept_back_except_what_must_be_seen():
    token = issue(selective_everywhere(CLAIMS))

    assert verified(present_sd_jwt(token, [])).claims == {"iss": "https://a.example", "iat": 1}
    assert set(verified(token).places) == {
        ("name",),
        ("degrees",),
        ("degrees", 0),
        ("degrees", 0, "type"),
        ("degrees", 0, "marks"),
        ("degrees", 0, "marks", 0),
        ("degrees", 0, "marks", 1),
        ("degrees", 1),
        ("degrees", 1, "type"),
        ("degrees", 1, "marks"),
    }


def test_what_is_always_open_stays_so_whatever_is_asked():
    claims = dict.fromkeys(ALWAYS_OPEN, "x")

    assert selective_everywhere(claims, open_claims=()) == claims


def test_the_claims_that_paths_mean_can_be_kept_back_and_no_others():
    token = issue(selective_at(CLAIMS, [("degrees", None, "type"), ("degrees", 0, "marks", 1)]))

    assert set(verified(token).places) == {
        ("degrees", 0, "type"),
        ("degrees", 1, "type"),
        ("degrees", 0, "marks", 1),
    }


@pytest.mark.parametrize(
    ("path", "message"),
    [(("iss",), "must not be selectively"), (("x",), "nothing at"), (("name", "x"), "no object")],
)
def test_a_policy_that_means_nothing_or_too_much_is_refused(path: Any, message: str):
    with pytest.raises(MalformedError, match=message):
        selective_at(CLAIMS, [path])


@pytest.mark.parametrize("count", [0, 3])
def test_decoys_are_added_even_beside_a_claim_of_their_name(count: int):
    claims: dict[str, Json] = {"decoy 0": 1, "name": "Ada"}

    whole = issue(selective_everywhere(claims, decoys=count))
    part = issue(selective_at(claims, [("name",)], decoys=count))

    assert len(digests(whole)) == 2 + count
    assert len(digests(part)) == 1 + count
    assert verified(whole).claims == claims


def test_what_a_path_means_is_shown_whole_with_its_parents():
    token = issue(selective_everywhere(CLAIMS))

    shown = verified(
        present_claims(token, [("degrees", 0, "marks"), ("degrees", None, "type"), ("iat",)])
    ).claims

    assert shown == {
        "iss": "https://a.example",
        "iat": 1,
        "degrees": [{"type": "BSc", "marks": [1, 2]}, {"type": "MSc"}],
    }


@pytest.mark.parametrize("path", [("x",), ("degrees", 7)])
def test_a_path_to_nothing_is_refused(path: Any):
    with pytest.raises(MalformedError, match="there is nothing at"):
        present_claims(issue(CLAIMS), [path])


def test_positions_do_not_count_decoys():
    token = issue({"a": [Decoy(), Selective(1), Decoy(), Selective(2)]})

    assert verified(present_claims(token, [("a", 1)])).claims == {"a": [2]}


names = st.text(min_size=1, max_size=4).filter(lambda name: name not in RESERVED_NAMES | ALWAYS_OPEN)
values = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.text(max_size=4),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names, inner, max_size=3),
    max_leaves=8,
)
documents = st.dictionaries(names, values, min_size=1, max_size=4)


@given(documents)
def test_any_document_comes_back_whole(document: dict[str, Any]):
    assert verified(issue(selective_everywhere(document))).claims == document


@given(documents, st.data())
def test_any_claim_alone_is_shown_as_it_is(document: dict[str, Any], data: st.DataObject):
    token = issue(selective_everywhere(document))
    place = data.draw(st.sampled_from(sorted(verified(token).places, key=str)))
    meant: Any = document
    for step in place:
        meant = meant[step]

    shown: Any = verified(present_claims(token, [place])).claims

    for step in place:
        shown = shown[step] if isinstance(shown, dict) else shown[0]  # the others of a list stay closed
    assert shown == meant
