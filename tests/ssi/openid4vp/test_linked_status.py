"""A credential with data integrity proofs counts as long as its issuer's lists say so, and no longer."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from crypto.encoding import canonical_json
from ssi.bitstring import MIN_ENTRIES, Bitstring
from ssi.bitstring_status_list import BitstringEntry, list_credential
from ssi.did.did_key import did_key_method
from ssi.did.did_web import Fetch
from ssi.errors import UnresolvableError
from ssi.openid4vp.errors import PresentationRefusedError, Reason
from ssi.openid4vp.linked_status import MAX_STATUSES
from ssi.vc_jose.credentials import issue_token
from ssi.vc_jose.envelopes import in_envelope
from tests.ssi.data_integrity.signed import VERIFICATION, did_of, issued, maker
from tests.ssi.openid4vp.asking import trust
from tests.ssi.openid4vp.linked import KIND, REGISTRY, STATUS_PREFIX, credential, judged, shown
from tests.ssi.parties import NOW

URL = f"{STATUS_PREFIX}1"
INDEX = 7
DAY = timedelta(days=1)


def entry(purpose: str = "revocation", **changes: Any) -> dict[str, Any]:
    return {**BitstringEntry(purpose, INDEX, URL).to_json(), **changes}


def listed(
    *set_at: int, by: str = "issuer", purpose: str = "revocation", url: str = URL, until: Any = NOW + DAY
) -> dict[str, Any]:
    """A list, signed, in which these places are set."""
    made_by = maker(KIND, by)
    document = list_credential(
        Bitstring.of(MIN_ENTRIES, dict.fromkeys(set_at, 1)),
        url=url,
        issuer=did_of(made_by),
        purposes=(purpose,),
        validity=(NOW - DAY, until),
    )
    members: dict[str, Any] = {
        name: value for name, value in document.items() if name not in {"@context", "issuer"}
    }
    return issued(made_by, **members)


def serving(document: object) -> Fetch:
    raw = document if isinstance(document, bytes) else canonical_json(document)

    def fetch(url: str, *, max_bytes: int) -> bytes:
        assert url == URL
        return raw[:max_bytes]

    return fetch


def gone(url: str, *, max_bytes: int) -> bytes:
    raise UnresolvableError(f"{url} is not there")


def judge(fetch: Fetch, status: Any = None) -> Any:
    presentation = shown(credential(credentialStatus=entry() if status is None else status))
    return judged(presentation, believed=trust(REGISTRY, linked=VERIFICATION, fetch_list=fetch))


def reason_of(fetch: Fetch, status: Any = None) -> Reason:
    with pytest.raises(PresentationRefusedError) as refused:
        judge(fetch, status)
    return refused.value.reason


def test_a_credential_counts_while_its_place_in_the_list_is_clear():
    assert judge(serving(listed(INDEX + 1))).holder_bound


def test_a_credential_that_was_taken_back_or_put_on_hold_is_refused():
    on_hold = serving(listed(INDEX, purpose="suspension"))

    assert reason_of(serving(listed(INDEX))) is Reason.REVOKED
    assert reason_of(on_hold, entry("suspension")) is Reason.SUSPENDED


def test_each_status_of_a_credential_is_asked_for():
    both = [entry("suspension"), entry("revocation")]
    document = listed(INDEX)
    lists = {"revocation": document, "suspension": listed(purpose="suspension")}
    asked: list[str] = []

    def fetch(url: str, *, max_bytes: int) -> bytes:
        asked.append(url)
        return canonical_json(lists["suspension" if len(asked) == 1 else "revocation"])[:max_bytes]

    assert reason_of(fetch, both) is Reason.REVOKED
    assert len(asked) == 2


def test_a_list_may_be_a_token_or_in_an_envelope():
    made_by = maker(KIND)
    document = {name: value for name, value in listed(INDEX).items() if name != "proof"}
    token = issue_token(document, made_by.signer, kid=did_key_method(made_by.signer.public_key))

    assert reason_of(serving(token.encode())) is Reason.REVOKED
    envelope = in_envelope(token, "vc+jwt", "EnvelopedVerifiableCredential")
    assert reason_of(serving(envelope)) is Reason.REVOKED


def test_where_nobody_can_be_asked_the_credential_is_not_accepted():
    presentation = shown(credential(credentialStatus=entry()))

    assert reason_of(gone) is Reason.STATUS_UNAVAILABLE
    with pytest.raises(PresentationRefusedError) as refused:
        judged(presentation, believed=trust(REGISTRY, linked=VERIFICATION))
    assert refused.value.reason is Reason.STATUS_UNAVAILABLE


def test_a_status_of_an_unknown_kind_is_not_passed_over():
    other = {"id": "urn:uuid:1", "type": "https://example.org/OtherStatus"}

    assert reason_of(serving(listed()), [entry(), other]) is Reason.STATUS_UNAVAILABLE


def test_an_address_that_is_not_the_issuers_is_not_asked():
    elsewhere = entry(statusListCredential="https://thief.example/status/1")

    assert reason_of(never, elsewhere) is Reason.STATUS_UNAVAILABLE
    many = [entry(id=f"{URL}#{index}") for index in range(MAX_STATUSES + 1)]
    assert reason_of(never, many) is Reason.STATUS_UNAVAILABLE


def never(url: str, *, max_bytes: int) -> bytes:
    raise AssertionError(f"{url} was asked for {max_bytes} bytes")


FORGED: dict[str, tuple[Callable[[], object], str]] = {
    "a list of somebody else": (lambda: listed(by="thief"), "another one, or of another issuer"),
    "another list of the issuer": (
        lambda: listed(url=f"{STATUS_PREFIX}2"),
        "another one, or of another issuer",
    ),
    "a changed list": (
        lambda: {**listed(INDEX), "credentialSubject": listed()["credentialSubject"]},
        "does not fit",
    ),
    "a list that is over": (lambda: listed(until=NOW - timedelta(hours=1)), "no longer"),
    "a list for another purpose": (lambda: listed(purpose="suspension"), "it is about suspension"),
    "a credential that is no list": (
        lambda: issued(maker(KIND), id=URL),
        "expected BitstringStatusListCredential",
    ),
    "no JSON": (lambda: b"{", "neither a token nor JSON"),
    "no token": (lambda: b"\xc3\xa9", "neither a token nor JSON"),
    "nothing": (lambda: b"", "expected 3 parts"),
    "no type": (lambda: {}, "type"),
}


@pytest.mark.parametrize(("document", "words"), FORGED.values(), ids=list(FORGED))
def test_a_list_that_the_issuer_did_not_make_for_this_is_not_believed(
    document: Callable[[], object], words: str
):
    with pytest.raises(PresentationRefusedError, match=words) as refused:
        judge(serving(document()))
    assert refused.value.reason is Reason.STATUS_UNAVAILABLE
