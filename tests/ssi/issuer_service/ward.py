"""A ward whose patients wear devices, at an office that takes their readings."""

from dataclasses import dataclass, field
from typing import Any

from crypto.encoding import b64url_decode
from tests.ssi.device.makers import BAND
from tests.ssi.issuer_service.maker import Maker
from tests.ssi.issuer_service.visitors import Office, answer_of, problem

KNOWN = {"age": 44, "age_band": "adult"}


@dataclass
class Ward:
    """An office that takes readings, the maker of its devices, and one band that a patient wears."""

    office: Office
    maker: Maker
    template_id: str = field(default="")
    device_id: str = field(default="")

    def person(self, **changes: Any) -> dict[str, Any]:
        """Who wears the band."""
        worn = {"sensor": BAND.id, "external_id": "patient-1", "template_id": self.template_id}
        return {**worn, "values": KNOWN, "every_hours": 1, **changes}

    def register(self, credential: str | None = None, **changes: Any) -> Any:
        """Register the band."""
        people = [self.person(**changes)]
        return self.office.institution.post(
            "/devices", {"credential": credential or self.maker.credential(), "people": people}
        )

    def send(self, raw: bytes) -> Any:
        """Hand a batch in."""
        headers = {"Authorization": f"Bearer {self.office.institution.key}"}
        path = f"/api/v1/devices/{self.device_id}/batches"
        return self.office.institution.client.post(path, data=raw, headers=headers)

    def taken(self, raw: bytes) -> dict[str, Any]:
        """Hand in a batch that must be taken; the answer."""
        response = self.send(raw)
        assert response.status_code == 200, response.text
        return answer_of(response)

    def digest(self) -> bytes:
        """What the next header must name."""
        (stream,) = answer_of(self.office.institution.get(f"/devices/{self.device_id}"))["streams"]
        return b64url_decode(str(stream["previous"]))

    def refused(self, raw: bytes, status: int, kind: str) -> str:
        """Check that a batch is refused by this name, and that the stream stays where it is."""
        before = answer_of(self.office.institution.get(f"/devices/{self.device_id}"))
        response = self.send(raw)
        said = problem(response, status)
        assert answer_of(response)["type"] == f"urn:argonauta:problem:{kind}", response.text
        assert answer_of(self.office.institution.get(f"/devices/{self.device_id}")) == before
        return said

    def move(self, **by: float) -> None:
        """Let time pass for everybody."""
        self.office.clock.move(**by)
        self.maker.now = self.office.clock()


def values_of(ward: Ward, credential_id: object) -> dict[str, Any]:
    with ward.office.issuer.books.reading() as register:
        return dict(register.entries.values(str(credential_id)) or {})
