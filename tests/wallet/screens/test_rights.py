"""The screens of a person's rights, without scripts."""

import io
import json
import zipfile

from tests.wallet.browsing import PASSWORD


def test_an_empty_wallet_has_rights_too(signed_in):
    page = signed_in.get("/rights")

    assert "You have no records yet." in page
    assert "You have shown nothing to anybody." in page
    assert "https://www.dsb.gv.at" in page


def test_a_copy_is_saved_with_the_password_only(used):
    used.get("/rights")
    refused = used.post("/rights/copy", status=422, password="not the password")
    assert "This is not the password of your wallet" in refused

    token = used.page
    answer = used.client.post(
        "/rights/copy", data={"csrf_token": _token(token), "password": PASSWORD}, follow_redirects=False
    )

    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-store"
    assert "attachment" in answer.headers["Content-Disposition"]
    with zipfile.ZipFile(io.BytesIO(answer.data)) as archive:
        assert {"README.txt", "records/001.json", "uses.json", "earnings.csv"} <= set(archive.namelist())


def test_the_log_is_saved(used):
    answer = used.client.get("/rights/log.json")

    assert json.loads(answer.data)["log"]["size"] > 0


def test_a_letter_about_a_record_is_written_in_both_languages(holder):
    page = holder.get("/rights")
    address = page.split('href="/rights/correction/')[1].split('"')[0]

    assert "GDPR Article 16" in holder.get(f"/rights/correction/{address}")
    assert "Artikel 16 DSGVO" in holder.get(f"/rights/correction/{address}?language=de")
    assert "GDPR Article 16" in holder.get(f"/rights/correction/{address}?language=xx")


def test_everything_is_paused_from_here_too(sharer, world):
    assert "Pause everything" in sharer.get("/rights")

    sharer.post("/agreements/pause-everything")

    assert "Everything is paused" in sharer.get("/rights")


def test_erasing_needs_a_tick_and_the_password(sharer):
    sharer.get("/rights/erase")
    assert "Tick that you have understood" in sharer.post("/rights/erase", status=422, password=PASSWORD)
    assert "not the password" in sharer.post("/rights/erase", status=422, password="x" * 12, understood="yes")

    assert "Your wallet will be erased on" not in sharer.get("/home")


def test_every_page_says_that_a_wallet_is_to_be_erased_until_it_is_kept(sharer):
    sharer.get("/rights/erase")
    sharer.post("/rights/erase", password=PASSWORD, understood="yes")
    assert "Your wallet will be erased on 8 March 2026" in sharer.page
    assert 'Your wallet will be erased on <time datetime="2026-03-08' in sharer.get("/home")

    sharer.post("/rights/keep")

    assert "Your wallet stays" in sharer.page
    assert "will be erased" not in sharer.get("/home")


def test_a_wallet_whose_time_has_come_does_not_open(sharer, world):
    sharer.get("/rights/erase")
    sharer.post("/rights/erase", password=PASSWORD, understood="yes")
    world.clock.forward(days=8)

    sharer.get("/sign-in")
    refused = sharer.post("/sign-in", status=422, login="anna", password=PASSWORD)

    assert "This name and password do not open a wallet" in refused


def _token(page: str) -> str:
    return page.split('name="csrf_token" value="')[1].split('"', maxsplit=1)[0]
