"""The wallet at a glance, and bringing it up to date."""

from datetime import timedelta
from http import HTTPStatus

from flask import Blueprint, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from wallet.domain.session import Session
from wallet.domain.use import Outcome
from wallet.services.read_wallet import Overview
from wallet.services.suite import Services
from wallet.web import visitor
from wallet.web.stream_labels import spoken

STALE = timedelta(minutes=1)
MOST_TIMES = 30
_RETURNS = {
    "home.overview",
    "records.overview",
    "consents.overview",
    "scores.overview",
    "crowds.overview",
    "uses.overview",
    "earnings.overview",
    "payout.overview",
    "rights_requests.overview",
}


def screens(services: Services) -> Blueprint:
    """Home."""
    home = Blueprint("home", __name__)
    home.before_request(visitor.door)

    @home.get("/home")
    def overview() -> str:
        seen = services.read.overview(visitor.current())
        now = services.clock()
        active = [held for held in seen.consents if held.state(now).is_active]
        return render_template(
            "wallet/home.html",
            seen=seen,
            active=active,
            uses=[use for use in seen.uses if use.outcome is Outcome.PAID],
            this_month=seen.earnings.cents_in_month_of(now),
            offerable=_offerable(seen, {held.credential_id for held in active}),
            stale=_is_stale(services, seen),
            asked=services.scores.read.waiting(visitor.current()),
            streams=services.streams.read.all(visitor.current()),
            beyond=services.streams.watch.unseen(visitor.current()),
            words=spoken(),
            has_recovery=services.locks.has_recovery(visitor.current()),
        )

    @home.post("/refresh")
    def refresh() -> Response:
        wallet = visitor.current()
        before = _fingerprint(services, wallet)
        visitor.tell_news(services.refresh(wallet), services.clock())
        if not request.headers.get("HX-Request"):
            endpoint = request.form.get("onward", "")
            return redirect(url_for(endpoint if endpoint in _RETURNS else "home.overview"))
        if _fingerprint(services, wallet) != before:
            return make_response("", HTTPStatus.OK, {"HX-Refresh": "true"})
        if "left" in request.args:
            return make_response(render_template("wallet/watch.html", left=_times_left()))
        onward = request.values.get("onward", "home.overview")
        return make_response(render_template("wallet/freshness.html", stale=False, onward=onward))

    return home


def _times_left() -> int:
    """How often a page that waits for news may still ask by itself."""
    return min(max(request.args.get("left", 0, type=int), 0), MOST_TIMES)


def _is_stale(services: Services, seen: Overview) -> bool:
    found = visitor.news()
    made = any(arrival.is_being_made for arrival in seen.arrivals)
    offered = seen.consents or seen.score_offers or seen.crowd_offers or made
    return bool(offered) and (found is None or services.clock() - found.at > STALE)


def _offerable(seen: Overview, offered: set[str]) -> int:
    return sum(record.can_be_offered and record.credential_id not in offered for record in seen.records)


def _fingerprint(services: Services, wallet: Session) -> tuple[object, ...]:
    """What would look different on a page, so that a page is only loaded again when it does."""
    seen = services.read.overview(wallet)
    now = services.clock()
    return (
        tuple((record.credential_id, record.state) for record in seen.records),
        tuple((arrival.row_id, arrival.is_being_made) for arrival in seen.arrivals),
        tuple((held.consent_id, held.state(now), held.nodes_to_ask) for held in seen.consents),
        tuple((use.job_id, use.outcome, use.proof) for use in seen.uses),
        tuple((each.consent_id, each.state(now), each.asked) for each in seen.score_offers),
        tuple((each.consent_id, each.state(now), each.parts) for each in seen.crowd_offers),
        seen.log.alarm,
        _noticed(),
    )


def _noticed() -> tuple[str, ...]:
    """The notices that the last refresh found."""
    found = visitor.news()
    return () if found is None else tuple(notice.notice_id for notice in found.report.notices)
