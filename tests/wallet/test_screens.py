"""Every screen as a person meets it, without scripts."""

import re
from typing import ClassVar

import pytest
from jinja2 import BytecodeCache

from consent.query import Statistic
from consent.vocabulary import Purpose, RecipientKind, StatisticKind
from ssi.status_list import Status
from tests.ssi import parties
from tests.wallet.browsing import PASSWORD, Browser, ticked
from wallet.domain.use import Buyer, Outcome, UseEntry
from wallet.errors import WalletError
from wallet.web.app import create_app
from wallet.web.problems import STATUS


class CompiledTemplates(BytecodeCache):
    """Compiles each template once for all tests."""

    compiled: ClassVar[dict[str, bytes]] = {}

    def load_bytecode(self, bucket):
        if bucket.key in self.compiled:
            bucket.bytecode_from_string(self.compiled[bucket.key])

    def dump_bytecode(self, bucket):
        self.compiled[bucket.key] = bucket.bytecode_to_string()


@pytest.fixture
def app(world):
    made = create_app(world.services)
    made.jinja_env.bytecode_cache = CompiledTemplates()
    return made


@pytest.fixture
def browser(app):
    return Browser(app)


@pytest.fixture
def signed_in(browser):
    browser.sign_up()
    return browser


@pytest.fixture
def holder(signed_in, world):
    signed_in.add_record(world.issuers.offer())
    return signed_in


@pytest.fixture
def sharer(holder):
    holder.offer_with_defaults()
    return holder


def _only_consent(world, session):
    (held,) = world.services.consents(session)
    return held


def _session(world):
    return world.services.open_wallet("anna", PASSWORD)


# ---- The doorway ----


def test_a_person_signs_up_and_is_home_with_exactly_one_thing_to_do(browser):
    page = browser.sign_up()

    assert "Hello, anna" in page
    assert page.count("btn btn-primary") == 1
    assert "Add your first record" in page


def test_the_start_leads_to_the_door_and_then_home(browser):
    assert "Open your wallet" in browser.get("/")
    browser.sign_up()
    assert "Hello, anna" in browser.get("/")


def test_signing_up_twice_under_one_name_says_so(signed_in, app):
    other = Browser(app)
    other.get("/sign-up")

    page = other.post("/sign-up", 409, login="ANNA", password=PASSWORD, again=PASSWORD)

    assert "There is a wallet with this name already" in page


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"password": "short", "again": "short"}, "at least 10 characters"),
        ({"password": PASSWORD, "again": "another password"}, "The two passwords differ"),
        ({"login": "", "password": PASSWORD, "again": PASSWORD}, "Choose a name"),
    ],
)
def test_a_sign_up_that_cannot_be_accepted_says_what_to_change(browser, fields, words):
    browser.get("/sign-up")

    page = browser.post("/sign-up", 422, **{"login": "anna", **fields})

    assert words in page
    assert PASSWORD not in page


def test_a_wrong_password_and_an_unknown_name_get_the_same_page(signed_in, app):
    pages = set()
    for name in ("anna", "nobody"):
        page = Browser(app).sign_in(name, "not the password", 422)
        pages.add(re.sub(r'csrf_token" value="[^"]+|X-CSRFToken": "[^"]+|nobody|anna', "", page))

    assert len(pages) == 1


def test_too_many_wrong_passwords_are_paused(signed_in, app):
    for _ in range(5):
        Browser(app).sign_in("anna", "not the password", 422)

    assert "Wait a minute" in Browser(app).sign_in("anna", PASSWORD, 429)


def test_locking_forgets_the_wallet_on_the_server(signed_in, app):
    cookie = signed_in.cookie
    signed_in.get("/home")
    signed_in.post("/lock")

    thief = Browser(app)
    thief.client.set_cookie("argonauta-wallet", cookie)
    assert "Open your wallet" in thief.get("/home")


def test_a_session_ends_after_fifteen_minutes_without_a_request(signed_in, world):
    world.clock.forward(minutes=14)
    assert "Hello, anna" in signed_in.get("/home")
    world.clock.forward(minutes=15)

    assert "Your wallet is locked" in signed_in.get("/home")


def test_a_session_ends_after_twelve_hours_even_in_use(signed_in, world):
    for _ in range(72):
        world.clock.forward(minutes=10)
        page = signed_in.get("/home")

    assert "Your wallet is locked" in page


def test_after_signing_in_a_person_is_where_she_wanted_to_be(signed_in, world):
    world.clock.forward(hours=1)
    signed_in.get("/earnings/")

    page = signed_in.post("/sign-in", login="anna", password=PASSWORD)

    assert "<h1>Earnings</h1>" in page


def test_a_form_from_before_the_lock_leads_to_the_door(holder, world):
    holder.get("/records/add")
    world.clock.forward(hours=1)

    assert "Your wallet is locked" in holder.post("/records/add", link="x")


def test_a_script_that_asks_after_the_lock_is_told_to_load_the_door(sharer, world):
    sharer.get("/home")
    (token, *_) = re.findall(r'X-CSRFToken": "([^"]+)"', sharer.page)
    world.clock.forward(hours=1)

    answer = sharer.client.post("/refresh", headers={"HX-Request": "true", "X-CSRFToken": token})

    assert answer.headers["HX-Redirect"] == "/sign-in"
    assert answer.get_data() == b""


def test_files_that_may_be_kept_never_carry_the_cookie(signed_in):
    for path in ("/wallet/wallet.css", "/design/app.css"):
        with signed_in.client.get(path) as answer:
            assert "Set-Cookie" not in answer.headers


def test_signing_in_changes_the_cookie(signed_in, app):
    visitor = Browser(app)
    visitor.get("/sign-in")
    before = visitor.cookie

    visitor.post("/sign-in", login="anna", password=PASSWORD)

    assert visitor.cookie != before


def test_the_cookie_is_random_and_out_of_reach_of_scripts(browser):
    answer = browser.client.get("/sign-in")

    header = answer.headers["Set-Cookie"]
    assert "HttpOnly" in header
    assert "SameSite=Lax" in header
    assert len(browser.cookie) == 43


@pytest.mark.parametrize(
    "path",
    ["/home", "/records/", "/records/add", "/agreements/", "/uses/", "/earnings/", "/earnings/earnings.csv"],
)
def test_every_screen_behind_the_door_asks_to_sign_in(browser, path):
    assert "Open your wallet" in browser.get(path)


@pytest.mark.parametrize(
    "path",
    ["/sign-up", "/sign-in", "/lock", "/refresh", "/records/add", "/offers/begin/x", "/agreements/x/end"],
)
def test_no_form_is_accepted_without_its_token(signed_in, path, world):
    answer = signed_in.client.post(path, data={"link": "x"})

    assert answer.status_code == 400
    assert world.services.records(_session(world)) == ()


# ---- Records ----


def test_a_record_is_previewed_before_it_is_kept(signed_in, world):
    signed_in.get("/records/add")
    page = signed_in.post("/records/add", link=world.issuers.offer())

    assert "Is this your record?" in page
    assert "Verified issuer" in page
    assert world.services.records(_session(world)) == ()
    assert "The record is in your wallet" in signed_in.press("/keep")


def test_a_record_can_be_turned_away_after_the_preview(signed_in, world):
    signed_in.get("/records/add")
    signed_in.post("/records/add", link=world.issuers.offer())

    assert "Nothing was added" in signed_in.press("/discard")
    assert world.services.records(_session(world)) == ()


def test_an_unverified_issuer_is_warned_about_before_anything_is_fetched(signed_in, world):
    signed_in.get("/records/add")

    page = signed_in.post("/records/add", link=world.issuers.offer(issuer="https://attacker.example"))

    assert "This does not come from a verified issuer" in page
    assert "https://attacker.example" in page
    assert not world.issuers.promises["code-0"].used


def test_a_code_is_asked_for_on_a_page_of_its_own(signed_in, world):
    signed_in.get("/records/add")
    page = signed_in.post("/records/add", link=world.issuers.offer(tx_code="4321"))

    assert "The code is in the letter" in page
    assert "did not accept the code" in signed_in.press("/code", 422, code="1")
    assert "Is this your record?" in signed_in.press("/code", code="4321")


def test_a_refused_record_says_why(signed_in, world):
    world.issuers.committed = {**parties.EXAM, "exam_score": 1}
    signed_in.get("/records/add")

    page = signed_in.post("/records/add", 422, link=world.issuers.offer())

    assert "contradicts the seal that its issuer put on it" in page


def test_an_issuer_that_is_down_is_said_beside_the_link(signed_in, world):
    world.issuers.down = True
    signed_in.get("/records/add")

    assert "cannot be reached now" in signed_in.post("/records/add", 503, link=world.issuers.offer())


def test_a_record_shows_plain_names_units_and_what_is_not_hidden(signed_in, world):
    page = signed_in.add_record(world.issuers.offer(parties.HEALTH, "health/1"))

    assert "Blood pressure, upper value" in page
    assert "122 mmHg" in page
    assert "not hidden when shared" in page
    assert "systolic" not in page


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (Status.INVALID, "This record does not count any more"),
        (Status.SUSPENDED, "This record is on hold"),
    ],
)
def test_a_record_that_was_taken_back_says_what_to_do(holder, world, status, words):
    record = holder.path
    world.issuers.revoked = {0: status}
    holder.get("/home")
    holder.post("/refresh")

    page = holder.get(record)

    assert words in page
    assert "Offer this record" not in page
    assert "University" in holder.get("/home")


def test_an_expired_record_says_what_to_do(holder, world):
    record = holder.path
    world.clock.forward(days=400)
    holder.sign_in()

    assert "This record has expired" in holder.get(record)


def test_a_replaced_record_leads_to_the_newest(holder, world):
    record = holder.path
    world.clock.forward(minutes=1)
    holder.add_record(world.issuers.offer())
    newest = holder.path

    page = holder.get(record)

    assert "There is a newer version" in page
    assert newest in page


def test_an_issuer_that_left_the_registry_is_no_longer_marked_as_verified(holder, world):
    registry = world.trust.known
    record = holder.path
    world.trust.known = parties.assembled([part for part in parties.parts() if "marketplace" in part])
    page = holder.get(record)
    world.trust.known = registry

    assert "No longer on the list of verified issuers" in page


@pytest.mark.parametrize(
    "path", ["/records/{}", "/records/add/{}", "/offers/{}/data", "/agreements/{}", "/agreements/{}/end"]
)
def test_what_belongs_to_another_person_is_not_there(sharer, app, world, path):
    session = _session(world)
    (record,) = world.services.records(session)
    held = _only_consent(world, session)
    other = Browser(app)
    other.sign_up("ben")

    for row_id in (record.credential_id, held.row_id, "nonsense"):
        page = other.get(path.format(row_id), 404)
        assert "This is not in your wallet" in page


# ---- The wizard ----


def test_the_wizard_begins_with_the_most_private_choices(holder):
    page = holder.begin_offer()
    for step in ("data", "who", "protection", "compensation"):
        shown = holder.page
        if step == "who":
            assert _ticked(shown, "recipient_kinds") == ["university", "research_institute"]
            assert "dpv:CommercialResearch" not in _ticked(shown, "purposes")
        if step == "protection":
            assert _ticked(shown, "crowd_floor") == ["50"]
            assert _ticked(shown, "level") == ["very_strong"]
            assert _ticked(shown, "exact_allowed") == []
        if step == "compensation":
            assert '<option value="6" selected>' in shown
        page = holder.press(f"/{step}", **ticked(shown))

    assert "Do you agree?" in page


def _ticked(page, name):
    return ticked(page).get(name, [])


def test_nothing_is_ticked_for_health_data_and_an_explicit_tick_is_needed(signed_in, world):
    signed_in.add_record(world.issuers.offer(parties.HEALTH, "health/1"))
    page = signed_in.begin_offer()
    assert _ticked(page, "attributes") == []
    assert "Choose at least one part" in signed_in.press("/data", 422)
    signed_in.press("/data", attributes=["age", "systolic"])
    assert _ticked(signed_in.page, "recipient_kinds") == []
    assert "Choose at least one kind of organisation" in signed_in.press("/who", 422)
    signed_in.press("/who", recipient_kinds=["hospital"], purposes=["dpv:ScientificResearch"])
    assert _ticked(signed_in.page, "statistics") == []
    signed_in.press("/protection", statistics=["mean"], level="very_strong", crowd_floor="100")
    page = signed_in.press("/compensation", amount="0,75", months="3")

    assert "Hospitals may compute averages" in page
    assert _ticked(page, "explicit_consent") == []
    assert "Tick the box to say that you explicitly agree" in signed_in.press("/agree", 422)
    assert world.market.published == 0
    assert "Your agreement is signed" in signed_in.press("/agree", explicit_consent="yes")
    policy = _only_consent(world, _session(world)).policy
    assert (policy.crowd_floor, policy.compensation_cents) == (100, 75)


def test_the_review_says_what_leaves_what_a_buyer_sees_and_what_it_cannot_protect_from(holder):
    holder.begin_offer()
    for step in ("data", "who", "protection", "compensation"):
        page = holder.press(f"/{step}", **ticked(holder.page))

    for words in (
        "What leaves your wallet",
        "Made-up example",
        "What this cannot protect you from",
        "Two of these three partners together could read your data",
        "You can stop at any time",
    ):
        assert words in page
    agree, decline = re.findall(r'<button class="([^"]+)" type="submit"[^>]*>.*?(?:I agree|I decline)', page)
    assert agree == decline


def test_the_words_on_the_review_are_the_words_that_are_signed(holder, world):
    holder.begin_offer()
    for step in ("data", "who", "protection", "compensation"):
        page = holder.press(f"/{step}", **ticked(holder.page))
    holder.press("/agree")

    notice = _only_consent(world, _session(world)).notice
    assert "Operator of node-a" in notice
    for line in notice.split("\n"):
        assert line in page


def test_what_was_chosen_survives_a_reload_and_a_lock(holder, world):
    holder.begin_offer()
    holder.press("/data", attributes=["exam_score"])
    holder.press("/who", recipient_kinds=["hospital"], purposes=["dpv:PublicBenefit"])
    here = holder.path
    world.clock.forward(hours=1)
    holder.get(here)

    page = holder.post("/sign-in", login="anna", password=PASSWORD)

    assert holder.path == here
    assert "Hospitals may compute" in page
    assert _ticked(holder.get(here.replace("protection", "who")), "purposes") == ["dpv:PublicBenefit"]


def test_no_step_can_be_skipped(holder):
    holder.begin_offer()
    base = holder.path.removesuffix("/data")

    holder.get(f"{base}/review")
    assert holder.path.endswith("/data")
    holder.post(f"{base}/compensation", 404, amount="1", months="1")
    holder.get(f"{base}/data")
    assert holder.post(f"{base}/agree")
    assert holder.path.endswith("/data")


def test_going_on_with_an_offer_finds_the_one_begun(holder):
    record = holder.path
    holder.begin_offer()
    holder.press("/data", attributes=["exam_score"])
    first = holder.path

    holder.get(record)
    holder.begin_offer()

    assert holder.path == first


def test_declining_leaves_nothing_and_says_so(holder, world):
    holder.begin_offer()

    page = holder.post(holder.path.replace("/data", "/decline"))

    assert "Nothing was shared" in page
    assert world.market.published == 0
    assert world.stores.drafts.all(_session(world)) == ()


def test_a_wrong_choice_keeps_what_was_ticked(holder):
    holder.begin_offer()
    holder.press("/data", attributes=["exam_score"])

    page = holder.press("/who", 422, recipient_kinds=["hospital", "company"])

    assert "Choose at least one purpose" in page
    assert _ticked(page, "recipient_kinds") == ["hospital", "company"]


@pytest.mark.parametrize("forged", [{"attributes": ["grade"]}, {"attributes": ["exam_score", "x"]}])
def test_a_part_that_does_not_exist_is_refused(holder, forged):
    holder.begin_offer()

    assert "not in this kind of record" in holder.press("/data", 422, **forged)


def test_the_sentence_follows_the_choices(holder):
    holder.begin_offer()
    holder.press("/data", attributes=["exam_score"])
    sentence = f"{holder.path}/sentence"

    page = holder.post(sentence, recipient_kinds=["insurer"], purposes=["dpv:CommercialResearch"])
    assert "Insurers may compute" in page
    holder.get(sentence.removesuffix("/sentence"))
    assert "Nothing is allowed yet" in holder.post(sentence, purposes=["dpv:CommercialResearch"])


def test_a_marketplace_that_refuses_is_said_on_the_review(holder, world):
    world.market.says_no = True
    holder.begin_offer()
    for step in ("data", "who", "protection", "compensation"):
        holder.press(f"/{step}", **ticked(holder.page))

    assert "not in force" in holder.press("/agree", 502)
    assert world.services.consents(_session(world)) == ()


def test_an_offer_that_cannot_be_sent_yet_is_shown_as_such(holder, world):
    world.market.down = True

    assert "Not sent yet" in holder.offer_with_defaults()


def test_a_record_that_is_shared_has_no_second_offer(sharer, world):
    (record,) = world.services.records(_session(world))

    page = sharer.get(f"/records/{record.credential_id}")
    assert "You share this record" in page
    assert "Offer this record" not in page
    assert "You already share this record" in sharer.post(f"/offers/begin/{record.credential_id}", 422)


# ---- Agreements ----


def test_ending_an_agreement_takes_no_more_clicks_than_giving_it(sharer, world):
    sharer.get("/agreements/")
    (ending,) = re.findall(r'href="(/agreements/[^"]+/end)"', sharer.page)
    page = sharer.get(ending)
    for words in ("Stops at once", "Is deleted", "Stays yours", "Cannot be undone"):
        assert words in page

    page = sharer.press("/end")

    assert "You ended this agreement" in page
    assert page.count("Deleted, proof checked") == 3


def test_a_node_that_is_down_is_shown_as_pending_until_it_answers(sharer, world):
    world.nodes.down = {"node-b"}
    held = _only_consent(world, _session(world))
    sharer.get(f"/agreements/{held.row_id}/end")
    page = sharer.press("/end")
    assert page.count("Not answered yet") == 1
    world.nodes.down = set()
    sharer.post("/refresh")

    page = sharer.get(f"/agreements/{held.row_id}")

    assert page.count("Deleted, proof checked") == 3


def test_the_agreement_can_be_taken_along_with_its_proofs(sharer, world):
    held = _only_consent(world, _session(world))

    answer = sharer.client.get(f"/agreements/{held.row_id}/proof.json")

    assert answer.json["consent"] == held.signed
    assert answer.json["receipt"]["log_index"] == 0
    assert "attachment" in answer.headers["Content-Disposition"]


@pytest.mark.parametrize(
    ("state", "words"),
    [("waiting", "Being checked"), ("refused", "Not accepted"), ("expired", "has run out")],
)
def test_the_state_of_an_agreement_is_said_with_what_it_means(sharer, world, state, words):
    held = _only_consent(world, _session(world))
    if state == "refused":
        world.market.delivery, world.market.refusal = world.market.delivery.REFUSED, "no room"
        sharer.get("/agreements/")
        sharer.post("/refresh")
    if state == "expired":
        world.clock.forward(days=200)
        sharer.sign_in()

    assert words in sharer.get(f"/agreements/{held.row_id}")


# ---- What happened ----


@pytest.fixture
def used(sharer, world):
    held = _only_consent(world, _session(world))
    world.market.use(held.consent_id, cents=75)
    world.market.others = [
        UseEntry(
            consent_id=held.consent_id,
            job_id="job-9",
            at=world.clock(),
            buyer=Buyer("Acme <b>Insurance</b>", RecipientKind.INSURER, "DE"),
            purpose=Purpose.COMMERCIAL_RESEARCH,
            statistics=(Statistic(StatisticKind.COUNT),),
            group_by=None,
            outcome=Outcome.LEFT_OUT,
            reason="The organisation that asks is not allowed.",
        )
    ]
    sharer.get("/home")
    sharer.post("/refresh")
    return sharer


def test_every_number_of_home_leads_to_its_list(used):
    page = used.get("/home")

    for label, value, path in (
        ("Records", "1", "/records/"),
        ("Active agreements", "1", "/agreements/"),
        ("Earned this month", "€0.75", "/earnings/"),
        ("Times used", "1", "/uses/"),
    ):
        card = next(each for each in re.findall(r'<a class="card stat".*?</a>', page, re.S) if label in each)
        assert f'href="{path}"' in card
        assert value in card


def test_the_checklist_vanishes_once_something_is_shared(holder):
    assert "Two steps to your first earnings" in holder.get("/home")
    record = re.findall(r'href="(/records/[0-9a-f-]{36})"', holder.get("/records/"))[0]
    holder.get(record)
    holder.offer_with_defaults()

    assert "Two steps" not in holder.get("/home")


def test_each_use_says_who_what_why_how_it_ended_and_that_its_proof_was_checked(used):
    page = used.get("/uses/")

    for words in (
        "Institute of Public Health",
        "Research institute, AT",
        "Number of people and average exam score",
        "for scientific research",
        "€0.75",
        "Proof checked",
        "You were left out",
        "The organisation that asks is not allowed.",
        "Insurer, DE",
    ):
        assert words in page
    assert "Acme &lt;b&gt;Insurance&lt;/b&gt;" in used.page


def test_earnings_add_up_on_the_page_and_in_the_table(used):
    page = used.get("/earnings/")
    table = used.client.get("/earnings/earnings.csv")

    assert page.count("€0.75") >= 3
    assert table.get_data(as_text=True).splitlines()[0].startswith("date,organisation")
    assert "0.75" in table.get_data(as_text=True)
    assert table.headers["Content-Disposition"] == "attachment; filename=earnings.csv"


def test_a_log_that_contradicts_itself_is_loud_on_every_page(used, world):
    del world.market.log.entries[1:]
    world.market.uses.clear()
    used.get("/home")
    used.post("/refresh")

    for path in ("/home", "/records/", "/agreements/", "/uses/", "/earnings/"):
        assert "The public log cannot be trusted" in used.get(path)
    assert "these two signed statements" in used.get("/uses/")


def test_a_refresh_by_script_reloads_the_page_only_when_something_changed(sharer, world):
    sharer.get("/home")
    token = re.findall(r'X-CSRFToken": "([^"]+)"', sharer.page)[0]
    headers = {"HX-Request": "true", "X-CSRFToken": token}

    first = sharer.client.post("/refresh?onward=home.overview", headers=headers)
    second = sharer.client.post("/refresh?onward=home.overview", headers=headers)

    assert first.headers.get("HX-Refresh") == "true"
    assert "HX-Refresh" not in second.headers
    assert "Up to date as of" in second.get_data(as_text=True)


def test_partners_that_do_not_answer_are_named(sharer, world):
    world.market.down = True
    sharer.get("/home")

    page = sharer.post("/refresh")

    assert "Not everything could be checked" in page
    assert "The marketplace cannot be reached now" in page


def test_a_refresh_leads_only_to_pages_of_the_wallet(signed_in):
    signed_in.post("/refresh", onward="doorway.sign_up")

    assert signed_in.path == "/home"


@pytest.mark.parametrize(
    ("path", "action"),
    [
        ("/agreements/", "/records/"),
        ("/uses/", "/records/"),
        ("/earnings/", "/records/"),
        ("/records/", "/records/add"),
    ],
)
def test_an_empty_list_says_one_thing_to_do(signed_in, path, action):
    page = signed_in.get(path)

    assert re.findall(r'<a class="btn btn-primary" href="([^"]+)"', page) == [action]


def test_no_page_names_a_technology(used):
    for path in ("/home", "/records/", "/agreements/", "/uses/", "/earnings/", "/records/add"):
        text = re.sub(r"<[^>]+>", " ", re.sub(r"<head>.*?</head>", "", used.get(path), flags=re.S))
        for noun in ("SD-JWT", "MPC", "Merkle", "credential", "epsilon", "DID", "Argon2", "JWS", "node-a"):
            assert not re.search(rf"\b{noun}\b(?!-offer)", text), (path, noun)


def test_every_failure_of_the_use_cases_has_a_page_and_a_status():
    abstract = {"PartnerError"}
    kinds = {each for each in WalletError.__subclasses__() if each.__name__ not in abstract}
    kinds |= {child for each in WalletError.__subclasses__() for child in each.__subclasses__()}

    assert kinds == set(STATUS)


def test_health_and_metrics_answer_without_a_wallet(browser):
    assert browser.client.get("/health").json["role"] == "wallet"
    metrics = browser.client.get("/metrics").get_data(as_text=True)
    assert "http_requests_total" in metrics


def test_answers_may_not_be_kept_by_anybody(used):
    answer = used.client.get("/uses/")

    assert answer.headers["Cache-Control"] == "no-store"
    assert "default-src 'self'" in answer.headers["Content-Security-Policy"]
