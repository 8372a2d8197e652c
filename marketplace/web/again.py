"""Which acts can nobody take back, and how does a member show right before them that it is still she?

One table names the acts; `visitor.Door` asks here before each. Whoever showed within the last 10 minutes who
she is goes on at once. Everybody else gets a page that has all of what she sent in it: with her password or a
passkey she sends it on, to the same address, and the act is done. Nothing of it is kept here meanwhile, and
nothing but the address that was asked can come after. Who goes to her organisation for it leaves this site;
what she sent waits sealed (`Visit.meant`), and she sends it on from a page when she is back.

A session in which she showed it has another id (`MemberSessions.renew`), so a cookie that somebody copied
before does not become good for such acts by it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from types import MappingProxyType
from typing import Final

from flask import Flask, make_response, render_template, request
from werkzeug.wrappers import Response

from crypto.encoding import canonical_json, parse_json
from crypto.reading import Fields
from marketplace.domain.sign_in import Password, Visit
from marketplace.errors import MarketplaceError, SignInRefusedError, WrongCredentialsError
from marketplace.services.sign_in_by_institution import MOST_MEANT
from marketplace.services.sign_in_suite import Doors
from marketplace.services.suite import Services
from marketplace.web.confirming import REFUSALS, explained, replied, status_of, take_question, ways_of
from marketplace.web.going_on import go_on
from marketplace.web.visitor import ASKING_AGAIN, local, me, renew, standing

ACTS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "payouts.look": "see whom a payout is for",
        "payouts.approve": "approve a payout",
        "payouts.export": "make the file for the bank",
        "payouts.paid": "note a payout as paid",
        "payouts.refuse": "refuse a payout",
        "nodes.approve": "approve changed nodes",
        "requests.look": "see what a person asks for",
        "requests.answer": "answer a person’s request",
        "payments.approve": "send a refund",
        "payments.refuse": "refuse a refund",
        "payments.ask_back": "ask money back",
        "access.approve": "open an account",
        "invoices.confirm": "confirm a number for value added tax",
        "members.invite": "invite somebody",
        "members.change": "change what a member may do",
        "members.end": "end a member",
        "organisation.register": "register your organisation’s keys",
        "organisation.make_key": "make a key for a program",
        "webhooks.make": "have events sent to an address",
        "webhooks.rotate": "make a new secret for an address",
        "you.leave": "leave your organisation",
    }
)
"""What nobody can take back, in words, by the name of the page that does it."""

OWN_PROOF: Final[Mapping[str, str]] = MappingProxyType(
    {
        "how_you_sign_in.add": "add a passkey",
        "how_you_sign_in.remove": "take a passkey away",
        "how_you_sign_in.drop_password": "sign in without a password",
        "how_you_sign_in.connect": "connect your organisation",
        "how_you_sign_in.disconnect": "disconnect your organisation",
        "institutions.set": "set up your organisation’s sign-in",
        "institutions.end": "end your organisation’s sign-in",
        "you.change_password": "change your password",
    }
)
"""What asks on its own form each time, for a password or a passkey; who has neither is asked here."""

Page = str | Response | tuple[str, int]
_PASSWORD, _PASSKEY, _ELSEWHERE = "again_password", "passkey", "again_elsewhere"
_OURS: Final = frozenset({"csrf_token", _PASSWORD, _PASSKEY, _ELSEWHERE})
_TOO_LONG: Final = "What you sent is too long to wait. Please sign out, sign in again, and send it then."


def install(app: Flask, services: Services) -> None:
    """Have the doors ask before such acts."""
    app.extensions[ASKING_AGAIN] = _Again(services)


@dataclass(frozen=True)
class _Again:
    services: Services

    def __call__(self) -> Page | None:
        """The page that asks; None where nothing has to be asked, or the form shows who she is."""
        endpoint = request.endpoint or ""
        if request.method != "POST" or standing().is_proven(self.services.clock()):
            return None
        if endpoint in OWN_PROOF and not self._has_nothing_else():
            return None
        act = ACTS.get(endpoint) or OWN_PROOF.get(endpoint)
        if act is None:
            return None
        try:
            return self._shown(act)
        except REFUSALS as error:
            return self._page(act, error)

    def _shown(self, act: str) -> Page | None:
        doors = self.services.doors
        if request.form.get(_ELSEWHERE) and doors is not None:
            return self._elsewhere(doors)
        if doors is not None and request.form.get(_PASSKEY):
            doors.passkeys.confirm(me(), replied(doors, _PASSKEY, take_question()))
        elif request.form.get(_PASSWORD):
            self._confirm(Password(request.form[_PASSWORD]))
        else:
            return self._page(act)
        renew(self.services, self.services.clock())
        return None

    def _confirm(self, password: Password) -> None:
        if self.services.sign_in(me().email, password.text).member_id != me().member_id:
            raise WrongCredentialsError("the password is not this member's")

    def _elsewhere(self, doors: Doors) -> Page:
        bond, own = doors.institutions.bond_of(me()), doors.institutions.of(me().account_id)
        if bond is None or own is None:
            raise SignInRefusedError("Your organisation does not sign you in here.")
        meant = _written(request.full_path.rstrip("?"), request.endpoint or "")
        if len(meant) > MOST_MEANT:
            raise SignInRefusedError(_TOO_LONG)
        return go_on(doors, own.name, connecting=True, meant=meant)

    def _has_nothing_else(self) -> bool:
        doors = self.services.doors
        return (
            doors is not None
            and not doors.passkeys.has_password(me())
            and not doors.passkeys.of(me().member_id)
        )

    def _page(self, act: str, error: MarketplaceError | None = None) -> Response:
        doors = self.services.doors
        page = render_template(
            "market/again.html",
            act=act,
            ways=None if doors is None else ways_of(doors),
            errors={} if error is None else _said(error),
            action=request.full_path.rstrip("?"),
            kept=_kept(),
        )
        return _unkept(page, HTTPStatus.FORBIDDEN if error is None else status_of(error))


def go_on_with(visit: Visit) -> Response:
    """The page from which a member who is back from her organisation sends on what waited.

    Raises:
        MalformedError: it is none of what this market sealed.
    """
    fields = Fields.of(parse_json((visit.meant or "").encode()), "meant")
    endpoint = fields.text("act")
    kept = [(each.text("name"), str(each.any("value"))) for each in fields.objects("kept", most=MOST_MEANT)]
    page = render_template(
        "market/again.html",
        act=ACTS.get(endpoint) or OWN_PROOF[endpoint],
        ways=None,
        errors={},
        action=local(fields.text("action", max_length=MOST_MEANT)),
        kept=kept,
        shown=True,
    )
    return _unkept(page, HTTPStatus.OK)


def _written(action: str, endpoint: str) -> str:
    kept = [{"name": name, "value": value} for name, value in _kept()]
    return canonical_json({"action": action, "act": endpoint, "kept": kept}).decode()


def _kept() -> list[tuple[str, str]]:
    """What was sent, without what shows who sent it."""
    return [(name, value) for name, value in request.form.items(multi=True) if name not in _OURS]


def _said(error: MarketplaceError) -> dict[str, str]:
    """What to say about a refusal, at the field of this page."""
    if isinstance(error, SignInRefusedError) and not request.form.get(_PASSKEY):
        return {"page": str(error)}
    told = explained(error)
    return {_PASSWORD if name == "password" else name: text for name, text in told.items()}


def _unkept(page: str, status: HTTPStatus) -> Response:
    """A page with what somebody typed in it, which nobody on the way may keep (RFC 9111 §5.2.2.5)."""
    response = make_response(page, status)
    response.headers["Cache-Control"] = "no-store"
    return response
