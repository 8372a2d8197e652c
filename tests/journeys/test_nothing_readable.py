"""A person's whole way through a running wallet, and then a search for every word that she entered.

Searched is everything on the wallet's side but the memory of its process: the database row by row and byte by
byte, logs, addresses, what the system tells of its processes, files that were left, what an operator is
shown; while her wallet is open, and after she has locked it. And what the other parties keep.
"""

import io
import json
import re
import sys
import zlib
from base64 import b64encode
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial
from html import unescape
from http import HTTPStatus
from pathlib import Path

import pytest
import requests
from sqlalchemy import text

from consent.query import Query, Statistic
from consent.vocabulary import Purpose, StatisticKind
from crypto.encoding import b64url_encode
from examples.people import Invitation, Person, Steps, invite
from examples.records import Record, exam_records
from examples.town import MARKETPLACE, WALLET, Town
from marketplace.domain.offer import OfferState
from ssi.hosting.database import open_database
from tests.journeys.crowds import EXAM, STUDENTS
from tests.journeys.customers import buy, enrolled
from tests.journeys.databases import databases_for_a_town
from tests.journeys.neighbourhood import Neighbourhood, living_in
from tests.journeys.over_http import HttpBrowser
from tests.journeys.patience import until
from tests.journeys.searching import everything_of_the_wallet, number_forms, with_what_unpacks, written_forms
from tests.journeys.traces import database_of, found_in, kept_by
from tests.wallet.browsing import ticked
from wallet.domain.recovery import read_words

pytestmark = [pytest.mark.journey, pytest.mark.database, pytest.mark.timeout(600)]

OTHERS = 11
LOGIN = "wilhelmine.überall@posteo.example"
PASSWORD = "siebzehn Möwen über dem Hafen"
FILE_PASSWORD = "neunzehn Robben unter dem Eis"
WRONG = "dreizehn Krebse auf dem Sand"
FILE = "blutdruck-wilhelmine-2026.csv"
DEVICE = "Fensterbank im Kinderzimmer"
POD = "https://127.0.0.1/wilhelmine-geheime-ablage/"
PRESSURES = ("143.71", "139.83", "151.97")
DUST, DUST_AT_NIGHT = "87.3691", "93.4817"
VALUES: dict[str, float | str | None] = {
    "exam_score": -3.517,
    "reading_score": -2.637,
    "school_average": -0.697,
    "verbal_reasoning": "bottom",
    "intake": "bottom",
    "sex": "female",
    "school_type": "mixed",
}
HIDDEN = ("-3.517", "-2.637")
STUDENT = "matrikelnummer-8841-wilhelmine"
WALLET_PROGRAM = (sys.executable, "-c", "import sys; from wallet.cli import main; main(sys.argv[1:])")
"""Not forked: so that the system tells of this process what it tells of one that an operator starts."""
TOLD = {
    "university": ("name at the institution", "link of a record", "handle", "signed", "score", "disclosure"),
    "others": ("agreement", "handle", "signed record", "disclosure"),
}
"""What a party is told by the rules; of disclosures the public ones (`test_what_each_party_learns`)."""
ASKED = Query(
    data_set=EXAM,
    purpose=Purpose.ACADEMIC_RESEARCH,
    statistics=(Statistic(StatisticKind.COUNT), Statistic(StatisticKind.MEAN, "exam_score")),
    floor=10,
    epsilon=None,
)


@dataclass
class Life:
    """What happened: everything seen at two moments, and the words that are only hers."""

    open: dict[str, bytes] = field(repr=False)
    locked: dict[str, bytes] = field(repr=False)
    words: dict[str, str] = field(repr=False)
    keys: dict[str, bytes] = field(repr=False)
    town: Neighbourhood
    temporary: Path
    person: Person

    def forms(self) -> dict[str, set[bytes]]:
        """Every form of every word, by what it is and how it is written."""
        found = {f"{name}, {way}": forms for name, word in self.words.items() for way, forms in _ways(word)}
        for name, key in self.keys.items():
            found[f"{name}, bytes"] = {key, key.hex().encode(), b64url_encode(key).encode(), b64encode(key)}
        return found


def _ways(word: str) -> list[tuple[str, set[bytes]]]:
    is_number = re.fullmatch(r"-?\d+\.\d+", word) is not None
    return list((number_forms(word) if is_number else written_forms(word)).items())


@pytest.fixture(scope="module")
def life(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Life]:
    """She does everything that there is to do, once."""
    folder = tmp_path_factory.mktemp("life")
    temporary = folder / "temporary"
    temporary.mkdir()
    with databases_for_a_town() as databases:
        town = Town(
            folder / "town",
            database_url=databases,
            programs={WALLET: WALLET_PROGRAM},
            settings={"TMPDIR": str(temporary)},
        )
        with living_in(town) as neighbourhood:
            yield _lived(neighbourhood, temporary)


def _lived(town: Neighbourhood, temporary: Path) -> Life:
    others = town.settle(list(invite(town.town, "university", EXAM, exam_records(OTHERS), STUDENTS)))
    (invitation,) = invite(town.town, "university", EXAM, [Record(STUDENT, VALUES)], STUDENTS)
    her = HttpBrowser(town.town.url(WALLET))
    her.sign_up(LOGIN, PASSWORD)
    recovery = _recovery(her)
    her.add_record(invitation.offer_uri)
    person = _offered(her, town, invitation)
    _bring_a_table(her)
    device = _device(her, town)
    _mistakes(her)
    buy(town, enrolled(town), ASKED, [*others, person])
    her.get("/home")
    her.post("/refresh")
    _look_around(her)
    opened = everything_of_the_wallet(town, her.addresses, temporary)
    _leave(her)
    device.send(DUST_AT_NIGHT)
    locked = everything_of_the_wallet(town, her.addresses, temporary)
    words = {
        "name": LOGIN,
        "password": PASSWORD,
        "password of a file": FILE_PASSWORD,
        "password typed wrongly": WRONG,
        "recovery code": recovery,
        "recovery code, run together": recovery.replace(" ", ""),
        "name of a device": DEVICE,
        "password of a device": device.login[1],
        "name of a file": FILE,
        "address of a pod": POD,
        "name at the institution": STUDENT,
        "link of a record": invitation.offer_uri,
        "agreement": person.consent_id,
        "value of a device": DUST,
        "value of a device at night": DUST_AT_NIGHT,
        **{f"pressure {each}": each for each in PRESSURES},
        **{f"score {each}": each for each in HIDDEN},
        **{f"cookie {number}": cookie for number, cookie in enumerate(her.cookies)},
    }
    held = town.credential(person)
    words["handle"] = held.handle.rpartition(":")[2]
    words["signed record"] = held.compact.split("~")[0]
    words |= {f"disclosure {n}": each for n, each in enumerate(held.compact.strip("~").split("~")[1:])}
    keys = {
        "recovery code": read_words(recovery),
        "holder key": held.holder_key.to_pem().splitlines()[1],
    }
    return Life(opened, locked, words, keys, town, temporary, person)


def _recovery(her: HttpBrowser) -> str:
    her.get("/locks")
    page = her.press("/locks/recovery", password=PASSWORD)
    words = re.findall(r"<li>([a-z]+)</li>", page)
    assert len(words) == 15
    return " ".join(words)


def _offered(her: HttpBrowser, town: Neighbourhood, invitation: Invitation) -> Person:
    her.begin_offer()
    her.press("/data", 200, **ticked(her.page))
    her.press("/who", 200, **ticked(her.page))
    protection = {**ticked(her.page), "crowd_floor": "10", "exact_allowed": "yes", "level": "light"}
    her.press("/protection", 200, **protection)
    her.press("/compensation", 200, **{**ticked(her.page), "amount": "0.37"})
    her.press("/agree", explicit_consent="yes")
    session = town.wallets.open_wallet(LOGIN, PASSWORD)
    (held,) = town.wallets.consents(session)
    person = Person(
        login=LOGIN,
        password=PASSWORD,
        record=invitation.record,
        data_set=EXAM,
        consent_id=held.consent_id,
        credential_id=held.credential_id,
        issued_id=invitation.issued_id,
        steps=Steps(0, 0, 0),
    )
    assert until(partial(town.state_of, person), lambda state: state is not OfferState.WAITING) is (
        OfferState.ACTIVE
    )
    return person


def _bring_a_table(her: HttpBrowser) -> None:
    """Read a file of half a megabyte, so that it goes through a file of the process and not memory alone."""
    rows = "".join(f"2026-02-0{day}T08:00:00Z;{value}\n" for day, value in enumerate(PRESSURES, 1))
    table = f"time;mmHg;{FILE}\n{rows}".encode() + b";\n" * 300_000
    her.get("/sources/table")
    her.press("/sources/table/columns", file=(io.BytesIO(table), FILE))
    columns = {"time_column": "0", "value_column": "1", "quantity": "systolic-blood-pressure"}
    form = {"separator": ";", "zone": "UTC", "heading": "yes", "encoding": "utf-8"}
    her.press("/table/read", 200, **columns, **form, switches="each-reading")
    until(lambda: her.get("/sources/reading"), lambda page: "Your wallet has it: 3 new" in page)


@dataclass(frozen=True)
class Device:
    """A sensor with an address in her wallet."""

    url: str
    login: tuple[str, str] = field(repr=False)

    def send(self, value: str, *, password: str | None = None) -> int:
        """Send a value; the status of the answer."""
        body = json.dumps({"sensordatavalues": [{"value_type": "P1", "value": value}]})
        login = (self.login[0], password or self.login[1])
        return requests.post(f"{self.url}/receive", data=body, auth=login, timeout=60).status_code


def _device(her: HttpBrowser, town: Neighbourhood) -> Device:
    """Let a device send, and be turned away once."""
    her.get("/sources/devices/")
    page = her.post("/sources/devices/", name=DEVICE, switches="each-reading", zone="Europe/Vienna")
    told = dict(re.findall(r'id="address-(\w+)" value="([^"]*)"', page))
    device = Device(town.town.url(WALLET), (told["user"], told["password"]))
    assert device.send(DUST) == HTTPStatus.ACCEPTED
    assert device.send(DUST, password=WRONG) == HTTPStatus.UNAUTHORIZED
    return device


def _mistakes(her: HttpBrowser) -> None:
    """What goes wrong is logged, and must not be logged with her words."""
    her.get("/move")
    her.press("/move/export", 422, password=WRONG, file_password=FILE_PASSWORD, again=FILE_PASSWORD)
    her.press("/move/export", 200, password=PASSWORD, file_password=FILE_PASSWORD, again=FILE_PASSWORD)
    her.get("/pod/")
    her.press("/pod/find", 422, address=POD)
    her.get("/sources/gpx")
    broken = io.BytesIO(f"<gpx>{PASSWORD}".encode())
    her.press("/sources/gpx", 200, **{**ticked(her.page), "file": (broken, FILE)})
    her.get("/records/nothing-of-this-name", 404)


def _look_around(her: HttpBrowser) -> None:
    for path in (
        "/home",
        "/records/",
        "/streams/",
        "/agreements/",
        "/uses/",
        "/earnings/",
        "/rights",
        "/locks",
    ):
        her.get(path)
    letter = re.search(r'href="(/rights/correction/[^"]+)"', her.get("/rights"))
    assert letter
    her.get(unescape(letter[1]))


def _leave(her: HttpBrowser) -> None:
    """Pause, end the agreement, sign in wrongly and rightly, and lock the wallet."""
    her.get("/agreements/")
    detail = re.search(r'href="(/agreements/[0-9a-f-]{36})"', her.page)
    assert detail
    her.get(detail[1])
    her.press("/pause")
    her.get(f"{detail[1]}/end")
    her.press("/end")
    her.get("/home")
    her.post("/lock")
    her.sign_in(LOGIN, WRONG, 422)
    her.sign_in(LOGIN, PASSWORD)
    her.post("/lock")


def test_every_form_of_every_word_would_be_found(life: Life):
    for name, forms in life.forms().items():
        assert forms, name
        for form in forms:
            packed = {"cell": b"\x00\x01" + zlib.compress(b"before " + form + b" after") + b"\x02"}
            assert found_in({"cell": b"before" + form + b"after"}, {form}), name
            assert found_in(with_what_unpacks(packed), {form}), name


def test_a_word_that_is_planted_in_each_place_is_found_there(life: Life):
    town = life.town
    (life.temporary / "forgotten").write_text(PASSWORD)
    log = town.town.home(WALLET) / "process.log"
    before = log.read_bytes()
    log.write_bytes(before + LOGIN.encode())
    database = open_database(database_of(town.town, WALLET))
    try:
        with database.writing() as session:
            session.execute(text("CREATE TABLE planted (word TEXT)"))
            session.execute(text("INSERT INTO planted VALUES (:word)"), {"word": DEVICE})
        seen = everything_of_the_wallet(town, [f"/records/{STUDENT}"], life.temporary)
    finally:
        with database.writing() as session:
            session.execute(text("DROP TABLE planted"))
        database.close()
        (life.temporary / "forgotten").unlink()
        log.write_bytes(before)

    wanted = {PASSWORD.encode(), LOGIN.encode(), DEVICE.encode(), STUDENT.encode()}
    places = {word.decode(): place for place, word in found_in(seen, wanted)}
    assert places[PASSWORD].startswith("left in ")
    assert places[LOGIN] == "process.log"
    assert places[STUDENT] == "addresses"
    assert ("table planted", DEVICE.encode()) in found_in(seen, wanted)


def test_everything_was_looked_at(life: Life):
    for seen in (life.open, life.locked):
        assert len(seen["table credential"]) > 1_000
        assert len(seen["table stream_segment"]) > 1_000
        assert b"wallet" in seen["/metrics"]
        assert seen["command lines"].count(b"\n") > 5
        assert [place for place in seen if place.startswith("cmdline of ")]
        assert any(
            b"TMPDIR=" in content for place, content in seen.items() if place.startswith("environ of ")
        )
    assert len(life.locked["table letter"]) > 100
    assert len(life.open["addresses"].splitlines()) > 40


@pytest.mark.parametrize("moment", ["open", "locked"])
def test_nothing_that_she_entered_or_received_can_be_read_beside_her_wallet(life: Life, moment: str):
    seen: dict[str, bytes] = getattr(life, moment)

    found = {name: found_in(seen, forms) for name, forms in life.forms().items()}

    assert {name: sorted({place for place, _ in places}) for name, places in found.items() if places} == {}


@pytest.mark.parametrize("party", [MARKETPLACE, *Town.NODES, "university"])
def test_no_other_party_holds_a_word_that_was_not_for_it(life: Life, party: str):
    kept = with_what_unpacks(kept_by(life.town, party))

    found = {
        name: found_in(kept, forms)
        for name, forms in life.forms().items()
        if not name.startswith(TOLD["university" if party == "university" else "others"])
    }

    assert {name: sorted({place for place, _ in places}) for name, places in found.items() if places} == {}
