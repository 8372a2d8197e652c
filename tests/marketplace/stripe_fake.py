"""Stripe on loopback: it counts idempotency keys, loses answers when told to, and signs its words.

What `localstripe` does not do and Stripe does: the same idempotency key is the same request, and with other
parameters an error. Every word bears what Stripe's bear, also the last digits of a card.
"""

import hmac
import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from typing import Any

from flask import Flask, Response, jsonify, request

CARD_DIGITS = "4242"
API_KEY, WEBHOOK_SECRET = "sk_test_made_up", "whsec_made_up"


@dataclass
class StripeFake:
    """What Stripe knows. `lose` answers are done and not told; `refuse_refunds` makes refunds errors."""

    lose: int = 0
    refuse_refunds: bool = False
    sessions: dict[str, dict[str, Any]] = field(default_factory=dict)
    refunds: dict[str, dict[str, Any]] = field(default_factory=dict)
    asked: Counter[str] = field(default_factory=Counter)
    answers: dict[str, tuple[Mapping[str, str], dict[str, Any]]] = field(default_factory=dict)
    events: int = 0

    def app(self) -> Flask:
        app = Flask(__name__)
        app.add_url_rule("/v1/checkout/sessions", "begin", self._begin, methods=["POST"])
        app.add_url_rule("/v1/checkout/sessions/<name>", "look", self._look)
        app.add_url_rule("/v1/refunds", "refund", self._refund, methods=["POST"])
        return app

    def pay(self, name: str, **changes: object) -> bytes:
        """Somebody pays at a checkout; the word of it."""
        session = self.sessions[name]
        session |= {"payment_status": "paid", "status": "complete", "payment_intent": f"pi_{name}", **changes}
        return self.word("checkout.session.completed", session)

    def expire(self, name: str) -> bytes:
        """Nobody paid in time; the word of it."""
        session = self.sessions[name]
        if session["payment_status"] != "paid":
            session |= {"status": "expired"}
        return self.word("checkout.session.expired", {**session, "payment_status": "unpaid"})

    def word(self, kind: str, about: Mapping[str, object]) -> bytes:
        self.events += 1
        details = {"customer_details": {"email": "b@example.org"}, "card": {"last4": CARD_DIGITS}}
        event = {"id": f"evt_{self.events}", "type": kind, "data": {"object": {**about, **details}}}
        return json.dumps(event).encode()

    def _begin(self) -> Response | tuple[Response, int]:
        form = request.form.to_dict()
        name = f"cs_{len(self.sessions) + 1}"
        session = {
            "id": name,
            "object": "checkout.session",
            "url": f"https://checkout.stripe.example/{name}",
            "client_reference_id": form["client_reference_id"],
            "amount_total": int(form["line_items[0][price_data][unit_amount]"]),
            "currency": form["line_items[0][price_data][currency]"],
            "payment_status": "unpaid",
            "payment_intent": None,
            "status": "open",
        }
        return self._once(form, self.sessions, session)

    def _look(self, name: str) -> Response | tuple[Response, int]:
        if name not in self.sessions:
            return _error("invalid_request_error", "resource_missing"), 404
        return jsonify(self.sessions[name])

    def _refund(self) -> Response | tuple[Response, int]:
        form = request.form.to_dict()
        if self.refuse_refunds:
            return _error("invalid_request_error", "charge_already_refunded"), 400
        made = {"id": f"re_{len(self.refunds) + 1}", "object": "refund", "amount": int(form["amount"])}
        about = {"metadata": {"refund_id": form["metadata[refund_id]"]}, "charge": form["payment_intent"]}
        return self._once(form, self.refunds, {**made, **about})

    def _once(
        self, form: Mapping[str, str], kept: dict[str, dict[str, Any]], made: dict[str, Any]
    ) -> Response | tuple[Response, int]:
        if request.authorization is None or request.authorization.token != API_KEY:
            return _error("invalid_request_error", "api_key_expired"), 401
        key = request.headers["Idempotency-Key"]
        self.asked[key] += 1
        if key in self.answers:
            before, answer = self.answers[key]
            if before != form:
                return _error("idempotency_error", "idempotency_key_in_use"), 400
            return jsonify(answer)
        kept[made["id"]] = made
        self.answers[key] = (form, made)
        if self.lose:
            self.lose -= 1
            return _error("api_error", "lost"), 500
        return jsonify(made)


def signed(body: bytes, at: datetime, secret: str = WEBHOOK_SECRET) -> str:
    """The header under which Stripe sends a word."""
    moment = int(at.timestamp())
    made = hmac.new(secret.encode(), f"{moment}.".encode() + body, sha256).hexdigest()
    return f"t={moment},v1={made}"


def _error(kind: str, code: str) -> Response:
    return jsonify(error={"type": kind, "code": code, "message": "made up"})
