"""Whatever institutions and wallets do in whatever order, the register tells one consistent story."""

import tempfile
from dataclasses import dataclass
from pathlib import Path

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from ssi.credential import verify_record
from ssi.status_list import Status, verify_status_list
from ssi.trust import TrustRegistry
from tests.ssi.issuer_service.offices import found_office, registry_of
from tests.ssi.issuer_service.visitors import URL, answer_of

PUBLISHED = {"valid": Status.VALID, "suspended": Status.SUSPENDED, "revoked": Status.INVALID}
students = st.sampled_from(["s-1", "s-2"])
scores = st.sampled_from([0.5, 1.5])
standings = st.sampled_from(["valid", "suspended", "revoked"])


@dataclass
class Version:
    """What the model knows of one version of a record."""

    credential_id: object
    score: float
    status: str
    offer_uri: object
    index: int | None = None


class RegisterMachine(RuleBasedStateMachine):
    """The office beside a model of it: a list of versions for each student."""

    def __init__(self) -> None:
        super().__init__()
        self._folder = tempfile.TemporaryDirectory()
        folder = Path(self._folder.name) / "university"
        self._office = found_office(folder, f"sqlite:///{self._folder.name}/test.sqlite")
        self._trusted: TrustRegistry = registry_of(folder)
        self._versions: dict[str, list[Version]] = {}

    def teardown(self) -> None:
        self._office.issuer.database.close()
        self._folder.cleanup()

    @rule(student=students, score=scores)
    def hand_in(self, student: str, score: float) -> None:
        versions = self._versions.setdefault(student, [])
        latest = versions[-1] if versions else None
        answer = self._office.institution.hand_in(student, values={"exam_score": score})

        if latest is not None and latest.score == score:
            assert (answer["change"], answer["credential_id"]) == ("unchanged", latest.credential_id)
            latest.offer_uri = answer.get("offer_uri")
            return
        assert answer["change"] == ("corrected" if latest else "issued")
        on_hold = latest is not None and latest.status == "suspended"
        if latest is not None:
            latest.status, latest.offer_uri = "revoked", None
        status = "suspended" if on_hold else "valid"
        versions.append(Version(answer["credential_id"], score, status, answer["offer_uri"]))

    @rule(student=students, standing=standings)
    def change_status(self, student: str, standing: str) -> None:
        for version in self._versions.get(student, [])[-1:]:
            response = self._office.institution.set_status(version.credential_id, standing)

            final = version.status == "revoked" and standing != "revoked"
            assert response.status_code == (409 if final else 200)
            if not final:
                version.status = standing

    @rule(student=students)
    def collect(self, student: str) -> None:
        for version in self._versions.get(student, [])[-1:]:
            if version.offer_uri is None or version.index is not None or version.status == "revoked":
                continue
            wallet = self._office.wallet()
            redeemed = wallet.redeem(wallet.code(version.offer_uri))
            if version.status == "suspended":
                assert answer_of(redeemed)["error"] == "invalid_grant"
                continue
            response = wallet.ask(str(answer_of(redeemed)["access_token"]), wallet.proof())
            (issued,) = response.get_json()["credentials"]
            credential = verify_record(issued["credential"], self._trusted, now=self._office.clock())
            assert credential.claims["exam_score"] == version.score
            version.index = credential.status.index

    @rule(minutes=st.integers(1, 120))
    def wait(self, minutes: int) -> None:
        self._office.clock.move(minutes=minutes)

    @invariant()
    def the_register_tells_what_the_model_knows(self) -> None:
        for student, versions in self._versions.items():
            found = answer_of(self._office.institution.find(student))
            told = [(each["credential_id"], each["status"]) for each in found["credentials"]]
            assert told == [(version.credential_id, version.status) for version in reversed(versions)]
            assert sum(version.status != "revoked" for version in versions) <= 1

    @invariant()
    def the_status_list_tells_the_same(self) -> None:
        collected = [v for versions in self._versions.values() for v in versions if v.index is not None]
        if not collected:
            return
        token = self._office.visitor().get("/status-lists/0").text
        key = self._office.issuer.identity.issuer.key.public
        published = verify_status_list(token, key, uri=f"{URL}/status-lists/0", now=self._office.clock())
        for version in collected:
            assert published.statuses.status(version.index or 0) is PUBLISHED[version.status]


TestRegister = RegisterMachine.TestCase
TestRegister.settings = settings(max_examples=8, stateful_step_count=20, deadline=None)
