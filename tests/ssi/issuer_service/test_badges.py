"""People get Open Badges of what they showed: verifiable by anybody, and saying no more than the record."""

import copy
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from werkzeug.test import TestResponse

from crypto.encoding import canonical_json, parse_json
from crypto.signing import SigningKey
from ssi.bitstring_status_list import BitstringEntry, read_list
from ssi.credential import present
from ssi.data_integrity.credentials import Verification, VerifiedCredential, verify_credential
from ssi.dataset import data_set
from ssi.did.did_jwk import did_jwk
from ssi.did.public_key import PublicKey
from ssi.did.resolve import Resolver
from ssi.errors import CredentialError, RevokedError, SuspendedError
from ssi.issuer_service.bootstrap import open_work
from ssi.key_binding import Challenge, bind_presentation
from ssi.open_badges import Badge, read_badge, shown_attributes
from ssi.sd_jwt import parse_sd_jwt
from tests.ssi.issuer_service.offices import found_office
from tests.ssi.issuer_service.tables import read, written
from tests.ssi.issuer_service.visitors import URL, Office, answer_of, problem, refusal, text_of
from tests.ssi.parties import HOLDER, es256

pytestmark = pytest.mark.database
DIPLOMA = {
    "eqf_level": "6",
    "field_of_study": "05",
    "final_grade": "83.5",
    "grade_class": "very_good",
    "credit_points": "180",
    "awarding_year": "2026",
    "duration_years": "3.5",
}
SHOWN = {"eqf_level", "field_of_study", "final_grade", "credit_points", "awarding_year"}
LOCALHOST = "http://localhost:8701"


def document_of(response: TestResponse) -> dict[str, Any]:
    """The credential in an answer."""
    document = parse_json(response.data)
    assert isinstance(document, dict)
    return document


class Registrar:
    """An office that lets people have badges of their diplomas, and one of these people."""

    def __init__(self, office: Office, url: str = URL) -> None:
        self.office = office
        self.url = url
        self.client = office.visitor()

    def hand_in(self, **changes: Any) -> str:
        """The link to a diploma that was handed in as a table."""
        terms = {"data_set": "diploma/1", "display_name": "Bachelor of Mathematics", "also_as": "open_badge"}
        template = self.office.institution.template(**{**terms, "transaction_code": False, **changes})
        rows = written([("external_id", *DIPLOMA), ("s-1", *DIPLOMA.values())])
        batch = answer_of(self.office.institution.send_table(template, rows))
        open_work(self.office.issuer).batches(now=self.office.clock())
        found = self.office.institution.get(f"/batches/{batch['batch_id']}/results.csv").data
        (row,) = read(found)
        return row["link"]

    def collect(self, **changes: Any) -> str:
        """A diploma that was handed in and collected, with all its disclosures."""
        link, wallet = self.hand_in(**changes), self.office.wallet()
        token = wallet.token(link)
        proof = wallet.proof(aud=self.url)
        answer = wallet.ask(token, proof, credential_configuration_id="diploma/1")
        assert answer.status_code == 200, answer.text
        return str(answer_of(answer)["credentials"][0]["credential"])

    def bound(
        self,
        compact: str,
        names: set[str] = SHOWN,
        *,
        key: SigningKey = HOLDER,
        audience: str | None = None,
        nonce: str | None = None,
    ) -> str:
        """The record as its holder shows it to the office."""
        nonce = str(answer_of(self.client.post("/nonce"))["c_nonce"]) if nonce is None else nonce
        challenge = Challenge(audience or self.url, nonce)
        return bind_presentation(present(compact, names), key, challenge, now=self.office.clock())

    def ask(self, presentation: object) -> Any:
        """Ask for a badge."""
        return self.client.post("/open-badge", data=canonical_json({"presentation": presentation}))

    def badge(self, compact: str, names: set[str] = SHOWN) -> dict[str, Any]:
        """The badge that is given for a record."""
        response = self.ask(self.bound(compact, names))
        assert response.status_code == 200, response.text
        assert response.mimetype == "application/vc"
        return document_of(response)

    def fetch(self, url: str, *, max_bytes: int) -> bytes:
        """What lies at an address of the office."""
        response = self.client.get(urlsplit(url).path)
        assert response.status_code == 200
        assert len(response.data) <= max_bytes
        return bytes(response.data)

    def verify(self, document: dict[str, Any]) -> VerifiedCredential:
        """Verify as anybody would who can reach the office."""
        verification = Verification(Resolver(self.fetch))
        return verify_credential(document, verification, now=self.office.clock())

    def standing(self, document: dict[str, Any]) -> None:
        """Ask the lists that a badge names what became of it."""
        for stated in document["credentialStatus"]:
            entry = BitstringEntry.read(stated, "credentialStatus")
            response = self.client.get(urlsplit(entry.list_url).path)
            assert response.status_code == 200
            listed = document_of(response)
            assert self.verify(listed).issuer == document["issuer"]["id"]
            read_list(listed).require_valid(entry)


def found(folder: Path, database_url: str, url: str = URL) -> Registrar:
    return Registrar(found_office(folder, database_url, data_sets=("diploma/1", "exam/1"), url=url), url)


@pytest.fixture
def registrar(folder: Path, database_url: str) -> Iterator[Registrar]:
    registrar = found(folder, database_url)
    yield registrar
    registrar.office.issuer.database.close()


@pytest.fixture
def compact(registrar: Registrar) -> str:
    return registrar.collect()


def test_a_holder_gets_a_badge_that_our_verifier_believes(registrar: Registrar, compact: str):
    document = registrar.badge(compact)

    badge: Badge = read_badge(registrar.verify(document))
    assert badge.name == "Bachelor of Mathematics"
    assert badge.holder == did_jwk(PublicKey.of(HOLDER.public))
    assert badge.results == (("Final grade", "83.5"),)
    assert document["proof"]["cryptosuite"] == "eddsa-rdfc-2022"
    assert document["@context"][0] == "https://www.w3.org/ns/credentials/v2"
    registrar.standing(document)


def test_a_badge_of_an_office_with_a_name_is_signed_as_its_did_web(folder: Path, database_url: str):
    registrar = found(folder, database_url, LOCALHOST)
    document = registrar.badge(registrar.collect())

    assert registrar.verify(document).issuer == "did:web:localhost%3A8701"
    registrar.standing(document)
    registrar.office.issuer.database.close()


def test_everybody_who_achieved_the_same_has_the_same_achievement(registrar: Registrar, compact: str):
    first, second = registrar.badge(compact), registrar.badge(compact)

    achieved = [each["credentialSubject"]["achievement"]["id"] for each in (first, second)]
    assert achieved[0] == achieved[1]
    assert first["id"] != second["id"]


def test_a_badge_says_nothing_that_was_not_disclosed(registrar: Registrar, compact: str):
    bare = {"eqf_level", "field_of_study", "awarding_year"}

    text = str(registrar.badge(compact, bare))

    assert "83.5" not in text
    assert "creditsEarned" not in text


def test_a_badge_says_no_more_than_the_record(registrar: Registrar, compact: str):
    everything = set(DIPLOMA)

    text = str(registrar.badge(compact, everything))

    assert "very good" not in text  # a badge has no place for the class of a degree
    assert "3.5" not in text.replace("83.5", "")
    assert shown_attributes(data_set("diploma/1")) == SHOWN


def leaves(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    if isinstance(value, dict):
        return [each for name, member in value.items() for each in leaves(member, (*path, name))]
    if isinstance(value, list):
        return [each for index, member in enumerate(value) for each in leaves(member, (*path, index))]
    return [path]


def test_a_badge_in_which_anything_was_changed_is_refused(registrar: Registrar, compact: str):
    document = registrar.badge(compact)

    for path in leaves(document):
        changed = copy.deepcopy(document)
        holder: Any = changed
        for step in path[:-1]:
            holder = holder[step]
        value = holder[path[-1]]
        holder[path[-1]] = value + 1 if isinstance(value, int | float) else f"{value}x"
        with pytest.raises(CredentialError):
            registrar.verify(changed)


def test_a_claim_that_was_added_or_taken_away_is_noticed(registrar: Registrar, compact: str):
    document = registrar.badge(compact)
    added = copy.deepcopy(document)
    added["credentialSubject"]["achievement"]["tag"] = ["honours"]
    less = copy.deepcopy(document)
    del less["credentialSubject"]["result"]

    for changed in (added, less):
        with pytest.raises(CredentialError):
            registrar.verify(changed)


@pytest.mark.parametrize(("status", "error"), [("revoked", RevokedError), ("suspended", SuspendedError)])
def test_a_badge_counts_no_longer_than_its_record(
    registrar: Registrar, compact: str, status: str, error: type[Exception]
):
    document = registrar.badge(compact)
    (entry,) = answer_of(registrar.office.institution.find("s-1"))["credentials"]
    registrar.office.institution.set_status(entry["credential_id"], status)

    with pytest.raises(error):
        registrar.standing(document)
    refusal(registrar.ask(registrar.bound(compact)), 400, "credential_request_denied")


def test_there_is_no_badge_after_the_record_ran_out(registrar: Registrar):
    compact = registrar.collect(valid_days=1)
    registrar.office.clock.move(days=2)

    refusal(registrar.ask(registrar.bound(compact)), 400, "credential_request_denied")


def test_there_is_no_badge_where_the_template_does_not_say_so(registrar: Registrar):
    compact = registrar.collect(also_as="")

    assert "no badge" in refusal(registrar.ask(registrar.bound(compact)), 400, "credential_request_denied")


def altered(token: str) -> str:
    head, _, rest = token.partition("~")
    header, payload, signature = head.split(".")
    return f"{header}.{payload}.{'A' * len(signature)}~{rest}"


WRONG: dict[str, Callable[[Registrar, str], str]] = {
    "another key": lambda office, compact: office.bound(compact, key=es256("thief")),
    "another audience": lambda office, compact: office.bound(compact, audience="https://other.example"),
    "no key binding": lambda _, compact: present(compact, SHOWN),
    "an altered signature": lambda office, compact: altered(office.bound(compact)),
    "a disclosure less": lambda office, compact: without_a_disclosure(office.bound(compact)),
    "no token": lambda _office, _compact: "x",
    "tildes": lambda _office, _compact: "~~~",
}


def without_a_disclosure(token: str) -> str:
    first, _, *rest = token.split("~")
    return "~".join([first, *rest])


def test_a_record_that_is_not_shown_by_its_holder_gives_no_badge(registrar: Registrar, compact: str):
    for name, wrong in WRONG.items():
        assert refusal(registrar.ask(wrong(registrar, compact)), 400, "invalid_proof"), name


def test_a_presentation_is_good_once(registrar: Registrar, compact: str):
    presentation = registrar.bound(compact)
    registrar.ask(presentation)

    refusal(registrar.ask(presentation), 400, "invalid_nonce")


def test_a_challenge_that_is_not_ours_is_refused(registrar: Registrar, compact: str):
    refusal(registrar.ask(registrar.bound(compact, nonce="made-up")), 400, "invalid_nonce")


def test_too_little_makes_no_badge(registrar: Registrar, compact: str):
    refusal(registrar.ask(registrar.bound(compact, {"final_grade"})), 400, "invalid_credential_request")


def test_requests_without_their_form_are_refused_by_name(registrar: Registrar):
    for body in (b"", b"[]", b"\xff", b'{"presentation": 1}', b'{"presentation": "x", "y": 1}'):
        refusal(registrar.client.post("/open-badge", data=body), 400, "invalid_request")


def test_only_lists_that_there_are_are_served(registrar: Registrar, compact: str):
    assert parse_sd_jwt(compact, "credential").disclosures
    assert registrar.client.get("/badge-status-lists/0/revocation").status_code == 200
    for path in (
        "99/revocation",
        "1/whatever",
        "00/revocation",
        f"{2**63}/revocation",
        f"{'9' * 5000}/revocation",
    ):
        assert registrar.client.get(f"/badge-status-lists/{path}").status_code == 404


@pytest.mark.parametrize(
    ("changes", "place"),
    [
        ({"data_set": "exam/1", "also_as": "open_badge"}, "is no achievement"),
        ({"also_as": "pdf"}, "expected one"),
    ],
)
def test_only_achievements_have_badges(registrar: Registrar, changes: dict[str, str], place: str):
    document = {"data_set": "diploma/1", "name": "D", **changes}

    assert place in problem(registrar.office.institution.post("/templates", document), 400)


def test_an_officer_chooses_it_on_screen_and_amending_keeps_it(registrar: Registrar):
    officer = registrar.office.officer
    officer.sign_in()
    page = officer.page("/templates/new?data_set=diploma/1")
    assert "Open Badge" in page
    assert "Open Badge" not in officer.page("/templates/new?data_set=exam/1")

    form = {"name": "D", "valid_days": "365", "open_badge": "yes", "data_set": "diploma/1"}
    officer.send("/templates/new", "/templates/new", **form)

    (template,) = answer_of(registrar.office.institution.get("/templates"))["templates"]
    assert template["also_as"] == "open_badge"
    assert 'name="open_badge"' in text_of(officer.client.get(f"/templates/{template['template_id']}"))
