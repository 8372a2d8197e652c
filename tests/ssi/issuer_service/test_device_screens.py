"""An officer registers devices, vouches for them, says who wears them, and takes them back."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from ssi.device.unverified import read_unverified_device
from ssi.sd_jwt_vc import parse_vc
from ssi.status_list import Status, verify_status_list
from tests.ssi.device.makers import BAND, BAND_KEY, HUB, READINGS, batch, next_batch
from tests.ssi.issuer_service.device_pages import typed, typed_gateway, words_to_change
from tests.ssi.issuer_service.maker import PLACE
from tests.ssi.issuer_service.offices import found_office
from tests.ssi.issuer_service.visitors import Office, Officer, problem, text_of
from tests.ssi.issuer_service.ward import Ward, values_of
from tests.ssi.parties import NOW, es256

pytestmark = pytest.mark.database


def signed_in(ward: Ward) -> Officer:
    """An officer of the ward's office."""
    assert ward.office.officer.sign_in().status_code == 302
    return ward.office.officer


def vouched(ward: Ward, officer: Officer, **changes: Any) -> str:
    """The page of a device that the office vouches for now."""
    sent = officer.send("/devices/new", "/devices/new", **typed(**changes))
    assert sent.status_code == 302, text_of(sent)
    ward.device_id = sent.location.rpartition("/")[2]
    return str(sent.location)


def worn(ward: Ward, officer: Officer, page: str, **changes: Any) -> Any:
    """Say that the patient wears the band."""
    form = {"sensor": BAND.id, "template_id": ward.template_id, "external_id": "patient-1"}
    form |= {"every_hours": "1", "value-age": "44", "value-age_band": "adult", **changes}
    return officer.send(page, f"{page}/wearer", **form)


def status_of(ward: Ward, credential: str) -> Status:
    """What the list that the office publishes says of a credential."""
    stated: Any = parse_vc(credential, foreign=True).jws.payload["status"]
    uri, index = stated["status_list"]["uri"], stated["status_list"]["idx"]
    identity, now = ward.office.issuer.identity, ward.office.clock()
    token = ward.office.visitor().get(uri.removeprefix(identity.settings.url)).get_data(as_text=True)
    return verify_status_list(token, identity.issuer.key.public, uri=uri, now=now).statuses.status(index)


def credential_of(officer: Officer, page: str) -> str:
    """The credential that is downloaded from a device's page."""
    response = officer.client.get(f"{page}/credential")
    assert response.mimetype == "application/dc+sd-jwt"
    assert "attachment" in response.headers["Content-Disposition"]
    return text_of(response)


def test_every_page_of_devices_asks_for_a_password_first(ward: Ward):
    one = f"/devices/{ward.device_id}"
    for path in ("/devices", "/devices/new", "/devices/known", one, f"{one}/maker", f"{one}/credential"):
        assert ward.office.visitor().get(path).location == "/sign-in"


def test_the_list_tells_of_each_device_what_an_officer_asks(ward: Ward):
    officer = signed_in(ward)
    assert "No reading yet" in officer.page("/devices")
    ward.taken(batch())

    page = officer.page("/devices")

    assert "1 device" in page
    for told in (BAND.model, BAND.id, "did:web:maker.example", "Heart rate", "In use"):
        assert told in page
    assert BAND_KEY.public.thumbprint()[:12] in page
    assert "No reading yet" not in page
    assert f">{len(READINGS)}<" in page


def test_an_office_without_devices_says_what_to_do(office: Office, officer: Officer):
    assert "No device yet" in officer.page("/devices")
    assert "Nothing on this page" in officer.page("/devices?page=2")


def test_an_office_whose_records_no_device_fills_says_so(tmp_path: Path, database_url: str):
    office = found_office(tmp_path / "university", database_url, data_sets=("exam/1",))
    office.officer.sign_in()

    assert "Nothing to measure" in office.officer.page("/devices/new")
    office.issuer.database.close()


def test_a_device_is_registered_by_its_makers_credential_and_goes_on_being_worn(ward: Ward):
    officer = signed_in(ward)
    assert officer.send("/devices/known", "/devices/known", credential=" ").status_code == 422

    newer = ward.maker.credential(key=es256("new band"), issued_at=NOW + timedelta(minutes=1))
    sent = officer.send("/devices/known", "/devices/known", credential=f"{newer[:80]}\n{newer[80:]}\n")

    assert sent.location == f"/devices/{ward.device_id}"
    assert es256("new band").public.thumbprint() in officer.page(sent.location)
    assert ward.taken(batch(key=es256("new band")))["change"] == "issued"


@pytest.mark.parametrize(
    ("spoil", "status", "said"),
    [
        (lambda ward: ward.maker.statuses.update({PLACE: Status.INVALID}), 422, "has taken it back"),
        (lambda ward: ward.maker.statuses.update({PLACE: Status.SUSPENDED}), 422, "put it on hold"),
        (lambda ward: setattr(ward.maker, "silent", True), 502, "does not answer now"),
        (lambda ward: ward.maker.write_registry("urn:other"), 422, "does not list whoever vouches"),
        (lambda ward: ward.move(days=400), 422, "Its credential has run out"),
        (lambda ward: (ward.maker.folder / "trust.jwt").unlink(), 503, "no trust registry"),
    ],
)
def test_what_the_maker_says_is_told_in_words(ward: Ward, spoil: Any, status: int, said: str):
    officer, one = signed_in(ward), f"/devices/{ward.device_id}"
    assert "asked just now" in officer.page(f"{one}/maker")
    ward.move(minutes=2)  # the list was asked for a minute ago
    spoil(ward)
    officer = signed_in(ward)

    sent = officer.send("/devices/known", "/devices/known", credential=ward.maker.credential())

    assert (sent.status_code, said in text_of(sent)) == (status, True), text_of(sent)
    assert said in officer.page(f"{one}/maker")
    assert BAND.model in officer.page(one)  # the rest of the page does not wait for the maker


def test_what_is_no_credential_of_a_device_is_refused_and_stays_typed(ward: Ward):
    officer = signed_in(ward)

    sent = officer.send("/devices/known", "/devices/known", credential="a.b.c~")

    assert sent.status_code == 422
    assert "not the credential of a device" in text_of(sent)
    assert "a.b.c~" in text_of(sent)


def test_a_device_that_the_office_vouches_for_gives_records(vouching: Ward):
    officer = signed_in(vouching)
    page = vouched(vouching, officer)
    assert "Nobody wears" in officer.page(page)
    assert worn(vouching, officer, page).location == page
    vouching.move(hours=6)

    answer = vouching.taken(batch())

    assert values_of(vouching, answer["credential_id"])["heart_rate"] == 90
    assert read_unverified_device(credential_of(officer, page)).claims == BAND
    assert "This office vouches for it" in officer.page(f"{page}/maker")
    assert status_of(vouching, credential_of(officer, page)) is Status.VALID


def test_a_gateway_is_shown_with_its_sensors(vouching: Ward):
    officer = signed_in(vouching)
    sent = officer.send("/devices/new", "/devices/new", **typed_gateway())

    page = officer.page(sent.location)

    assert read_unverified_device(credential_of(officer, sent.location)).claims == HUB
    assert "Gateway, 2 sensors" in officer.page("/devices")
    for sensor in HUB.sensors:
        assert f"<li>{sensor}</li>" in page


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"name": ""}, "Name of the device: enter"),
        ({"name": "x" * 201}, "Name of the device: enter"),
        ({"model": "a\tb"}, "Model: enter"),
        ({"measures": "http://loinc.org|0|/min"}, "What it measures: choose"),
        ({"role": "ship"}, "What it is: choose"),
        ({"sensors": "urn:example:scale:1"}, "a device has none"),
        ({"role": "gateway"}, "name 1 to 256"),
        ({"key": "{}"}, "Public key: paste"),
        ({"key": BAND_KEY.to_pem().decode()}, "Public key: paste"),
        ({"valid_days": "0"}, "Valid for: enter"),
        ({"valid_days": "²"}, "Valid for: enter"),
    ],
)
def test_what_is_typed_wrong_is_told_at_its_field(vouching: Ward, changes: dict[str, str], said: str):
    officer = signed_in(vouching)

    sent = officer.send("/devices/new", "/devices/new", **typed(**changes))

    assert sent.status_code == 422
    assert said in text_of(sent)
    assert "No device yet" in officer.page("/devices")


def test_an_office_that_nobody_trusts_for_devices_vouches_for_none(ward: Ward):
    officer = signed_in(ward)
    assert "Not set up yet" in officer.page("/devices/new")

    sent = officer.send("/devices/new", "/devices/new", **typed(name="urn:example:band:18"))

    assert sent.status_code == 422
    assert "The trust registry does not know whoever vouches for it" in text_of(sent)
    assert "urn:example:band:18" not in officer.page("/devices")
    with ward.office.issuer.books.reading() as register:
        assert register.status_lists.revision(0) is None  # no place was taken


def test_a_device_is_put_on_hold_lets_count_again_and_taken_back_with_reasons(vouching: Ward):
    officer = signed_in(vouching)
    page = vouched(vouching, officer)
    credential = credential_of(officer, page)
    worn(vouching, officer, page)
    vouching.move(hours=6)
    officer = signed_in(vouching)

    officer.send(page, f"{page}/standing", **words_to_change("suspended"))

    vouching.refused(batch(), 403, "stopped-device")
    assert status_of(vouching, credential) is Status.SUSPENDED
    officer.send(page, f"{page}/standing", **words_to_change("valid"))
    assert vouching.taken(batch())["change"] == "issued"
    assert status_of(vouching, credential) is Status.VALID
    officer.send(page, f"{page}/standing", **words_to_change("revoked"))
    vouching.refused(next_batch(vouching.digest()), 403, "stopped-device")
    assert status_of(vouching, credential) is Status.INVALID
    told = officer.page(page)
    assert "Who wore it is forgotten" in told
    assert told.count("a question about the strap") == 3
    again = officer.send(page, f"{page}/standing", **words_to_change("valid"))
    assert again.status_code == 409
    assert "Register it anew" in text_of(again)


def test_a_credential_that_was_taken_back_does_not_register_its_device_anew(vouching: Ward):
    officer = signed_in(vouching)
    page = vouched(vouching, officer)
    credential = credential_of(officer, page)
    officer.send(page, f"{page}/standing", **words_to_change("revoked"))

    refused = officer.send("/devices/known", "/devices/known", credential=credential)

    assert refused.status_code == 422
    assert vouched(vouching, officer) == page  # a new one does
    assert status_of(vouching, credential) is Status.INVALID
    assert status_of(vouching, credential_of(officer, page)) is Status.VALID


def test_a_new_credential_takes_the_place_of_the_old_one_and_a_hold_lasts(vouching: Ward):
    officer = signed_in(vouching)
    page = vouched(vouching, officer)
    first = credential_of(officer, page)
    officer.send(page, f"{page}/standing", **words_to_change("suspended"))

    vouched(vouching, officer, model="Band 4")

    assert status_of(vouching, first) is Status.INVALID
    assert status_of(vouching, credential_of(officer, page)) is Status.SUSPENDED
    assert "On hold" in officer.page(page)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"reason": " "}, "Reason: say why"),
        ({"sure": ""}, "Confirm that this is the right device"),
        ({"status": "lost"}, "What to do: choose one"),
    ],
)
def test_nothing_changes_until_the_officer_said_what_and_why(ward: Ward, changes: dict[str, str], said: str):
    officer, one = signed_in(ward), f"/devices/{ward.device_id}"

    sent = officer.send(one, f"{one}/standing", **{**words_to_change("suspended"), **changes})

    assert sent.status_code == 422
    assert said in text_of(sent)
    ward.taken(batch())


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"external_id": ""}, "Number of the person: enter"),
        ({"every_hours": "0"}, "A new version every: enter"),
        ({"value-age": "old"}, "Age: "),
        ({"value-age": ""}, "Age: "),
    ],
)
def test_who_wears_it_is_asked_again_where_that_is_not_clear(ward: Ward, changes: dict[str, str], said: str):
    officer, one = signed_in(ward), f"/devices/{ward.device_id}"

    sent = worn(ward, officer, one, **changes)

    assert sent.status_code == 422
    assert said in text_of(sent)


def test_what_a_device_measures_is_not_typed_in(ward: Ward):
    officer, one = signed_in(ward), f"/devices/{ward.device_id}"
    page = officer.page(f"{one}/wearer?sensor={BAND.id}&template_id={ward.template_id}")

    worn(ward, officer, one, **{"value-heart_rate": "12", "value-body_weight": "70"})

    assert "It measures: Heart rate" in page
    assert 'name="value-heart_rate"' not in page
    with ward.office.issuer.books.reading() as register:
        (wearer,) = register.devices.wearers(ward.device_id)
    assert set(wearer.known) == {"age", "age_band", "body_weight"}


def test_after_it_was_taken_off_its_readings_are_refused(ward: Ward):
    officer, one = signed_in(ward), f"/devices/{ward.device_id}"

    officer.send(one, f"{one}/nobody", sensor=BAND.id)

    ward.refused(batch(), 422, "out-of-scope")
    assert "Nobody wears" in officer.page(one)


def test_addresses_that_name_nothing_are_told_so(ward: Ward):
    officer, one = signed_in(ward), f"/devices/{ward.device_id}"
    for path in (
        f"/devices/{'0' * 32}",
        f"{one}/wearer?sensor=urn:other&template_id={ward.template_id}",
        f"{one}/wearer?sensor={BAND.id}&template_id={'0' * 32}",
    ):
        assert officer.client.get(path).status_code == 404


def test_a_stopped_device_stays_on_the_list_and_is_worn_by_nobody(ward: Ward):
    officer, one = signed_in(ward), f"/devices/{ward.device_id}"
    assert ward.office.institution.delete(one).status_code == 204

    assert "Taken back" in officer.page("/devices")
    assert "by request of the institution" in officer.page(one)
    assert worn(ward, officer, one).status_code == 409


def test_a_device_on_hold_stays_on_hold_when_the_institution_registers_it_again(ward: Ward):
    officer, one = signed_in(ward), f"/devices/{ward.device_id}"
    officer.send(one, f"{one}/standing", **words_to_change("suspended"))

    assert ward.register().status_code == 201

    problem(ward.send(batch()), 403)


def test_the_reason_is_sealed(ward: Ward):
    officer, one = signed_in(ward), f"/devices/{ward.device_id}"

    officer.send(one, f"{one}/standing", **words_to_change("suspended"))

    with ward.office.issuer.database.engine.connect() as connection:
        sealed = connection.execute(text("SELECT reason_sealed FROM device_changes")).scalar_one()
    assert b"strap" not in bytes(sealed)
