"""A registry office with a database of its own, and what tests begin with."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from ssi.trust import TrustRegistry
from tests.ssi.issuer_service.maker import making
from tests.ssi.issuer_service.offices import found_office, registry_of
from tests.ssi.issuer_service.visitors import Office, Officer, answer_of
from tests.ssi.issuer_service.ward import Ward


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The office's own directory."""
    return tmp_path / "university"


@pytest.fixture
def office(folder: Path, database_url: str) -> Iterator[Office]:
    """An office where nothing happened yet."""
    office = found_office(folder, database_url)
    yield office
    office.issuer.database.close()


@pytest.fixture
def trusted(office: Office, folder: Path) -> TrustRegistry:
    """The trust registry that names the office."""
    return registry_of(folder)


@pytest.fixture
def handed_in(office: Office) -> dict[str, object]:
    """The answer to one exam record."""
    return office.institution.hand_in()


@pytest.fixture
def token(office: Office, handed_in: dict[str, object]) -> str:
    """An access token for that record."""
    return office.wallet().token(handed_in["offer_uri"])


@pytest.fixture
def officer(office: Office) -> Officer:
    """An officer who is signed in."""
    response = office.officer.sign_in()
    assert response.status_code == 302
    return office.officer


@pytest.fixture
def vouching(folder: Path, database_url: str, tmp_path: Path) -> Iterator[Ward]:
    """A ward of an office that vouches for devices and is trusted for them, where no device is yet."""
    with making(tmp_path / "trust") as maker:
        settings = {"data_sets": ("observations/1",), "attests_devices": True, **maker.settings}
        office = found_office(folder, database_url, **settings)
        maker.trust(folder)
        yield Ward(office, maker, office.institution.template(data_set="observations/1"))
        office.issuer.database.close()


@pytest.fixture
def ward(folder: Path, database_url: str, tmp_path: Path) -> Iterator[Ward]:
    """A ward of an office that takes readings, with a band that was worn for six hours."""
    with making(tmp_path / "trust") as maker:
        office = found_office(folder, database_url, data_sets=("observations/1",), **maker.settings)
        ward = Ward(office, maker)
        ward.template_id = office.institution.template(data_set="observations/1")
        ward.device_id = str(answer_of(ward.register())["device_id"])
        ward.move(hours=6)
        yield ward
        office.issuer.database.close()
