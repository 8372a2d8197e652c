"""Scores of one person's record and sums over many wallets: what wallets and buyers' programs say."""

from http import HTTPStatus
from typing import Any

from marketplace.api.openapi.operation import Answer, Door, Operation, parameter, schema
from marketplace.api.openapi.schema_parts import (
    ANYTHING,
    BASE64URL,
    CENTS,
    COUNT,
    FLAG,
    MOMENT,
    PRIVATE_KEY,
    TEXT,
    TOKEN,
    json_list,
    json_object,
    nullable,
    one_of,
    paged,
    text,
)
from marketplace.domain.crowd import CrowdState
from marketplace.domain.scope import Scope
from marketplace.domain.score import ScoreState

_DATA_SET = parameter("data_set", "A data set, such as exam/1.", required=True, minLength=1, maxLength=100)
_TAKEN_IN = Answer("Its receipt and its place in the log.", schema("TakenIn"), status=HTTPStatus.CREATED)
_LOOKING = (Scope.RESULTS, Scope.ORDERS)
_ORDERED = (HTTPStatus.PAYMENT_REQUIRED, HTTPStatus.CONFLICT)
_STANDING: dict[str, Any] = {
    "price": schema("DirectPrice"),
    "placed_at": MOMENT,
    "updated_at": MOMENT,
    "reason": nullable(TEXT),
    "dispute": nullable(json_object({"proven": FLAG, "reason": TEXT})),
}
_SCORE: dict[str, Any] = {
    "state": one_of(ScoreState),
    **_STANDING,
    "request_id": TEXT,
    "consent_id": TEXT,
    "request": TOKEN,
    "valid_until": MOMENT,
    "settle_at": nullable(MOMENT),
}
_SUM: dict[str, Any] = {
    "state": one_of(CrowdState),
    **_STANDING,
    "order_id": TEXT,
    "order": TOKEN,
    "most_cents": CENTS,
    "until": nullable(MOMENT),
}
_ENDED = json_list(json_object({"ended_at": MOMENT, "note": TEXT}))
_RECIPIENTS = json_list(json_object({"request_id": TEXT, "name": TEXT, "ended_at": MOMENT}))
_USE = json_object({"receipt": TOKEN, "log": schema("Shown")})

DIRECT_SCHEMAS: dict[str, Any] = {
    "DirectPrice": json_object(
        {"compensation_cents": CENTS, "platform_fee_cents": CENTS, "gross_cents": CENTS}
    ),
    "ShownKey": json_object({"private_key": PRIVATE_KEY}),
    "ScoreOffers": paged(
        "offers",
        json_object(
            {"consent_id": TEXT, "public": ANYTHING, "terms": ANYTHING, "price": schema("DirectPrice")}
        ),
    ),
    "ScoreOffer": json_object({"offer": ANYTHING}),
    "ScoreAnswer": json_object({"answer": text(100_000)}),
    "ScoreStanding": json_object({"request_id": TEXT, "state": one_of(ScoreState)}),
    "ScoreNews": json_object(
        {
            "requests": json_list(
                json_object({"request": TOKEN, "credential": TOKEN, "escrow_receipt": TOKEN})
            ),
            "uses": json_list(_USE),
            "ended": json_list(json_object({"request_id": TEXT, "reason": TEXT})),
            "recipients": _RECIPIENTS,
        }
    ),
    "ScorePurchase": json_object({"request": text(100_000), "accepted_price_cents": CENTS}),
    "ScoreRequest": json_object(_SCORE),
    "WholeScoreRequest": json_object(
        {**_SCORE, "answer": nullable(TOKEN), "offer": nullable(ANYTHING), "ended_agreements": _ENDED}
    ),
    "ScoreRequests": paged("requests", schema("ScoreRequest")),
    "CrowdSupply": json_object({"people": schema("Band"), "from": nullable(schema("DirectPrice"))}),
    "CrowdNews": json_object(
        {
            "orders": json_list(ANYTHING),
            "running": json_list(ANYTHING),
            "uses": json_list(_USE),
            "ended": json_list(ANYTHING),
            "recipients": _RECIPIENTS,
        },
        optional=("running",),
    ),
    "CrowdPapers": json_object(
        {
            "stage": one_of(CrowdState),
            "cohort": TOKEN,
            "members": json_list(json_object({"join": TOKEN, "presentation": TOKEN})),
            "places": nullable(json_list(COUNT)),
            "inbox": json_list(json_object({"place": COUNT, "sealed": BASE64URL})),
        }
    ),
    "CrowdJoin": json_object({"join": text(100_000)}),
    "CrowdMessage": json_object({"message": text(100_000)}),
    "CrowdStanding": json_object({"order_id": TEXT, "state": one_of(CrowdState)}),
    "CrowdPurchase": json_object({"order": text(100_000), "accepted_price_cents": CENTS}),
    "CrowdOrder": json_object(_SUM),
    "WholeCrowdOrder": json_object(
        {
            **_SUM,
            "material": nullable(ANYTHING),
            "release": nullable({"type": ["string", "object"]}),
            "ended_agreements": _ENDED,
        }
    ),
    "CrowdOrders": paged("orders", schema("CrowdOrder")),
}


def _scores(method: str, path: str, name: str, summary: str, **more: Any) -> Operation:
    return Operation(method=method, path=path, name=name, summary=summary, tag="scores", **more)


def _crowds(method: str, path: str, name: str, summary: str, **more: Any) -> Operation:
    return Operation(method=method, path=path, name=name, summary=summary, tag="crowd sums", **more)


_BUYER = {"door": Door.BUYER}
_SIGNED = {"door": Door.SIGNED, "refusals": (HTTPStatus.CONFLICT,)}

DIRECT: tuple[Operation, ...] = (
    _scores(
        "POST",
        "/score-offers",
        "offerScores",
        "A wallet offers scores of a record",
        body=ANYTHING,
        answer=_TAKEN_IN,
        **_SIGNED,
    ),
    _scores(
        "POST",
        "/score-withdrawals",
        "withdrawScoreOffer",
        "A person ends her offer of scores",
        body=schema("Withdrawal"),
        answer=Answer("When it ended.", schema("Withdrawn")),
        **_SIGNED,
    ),
    _scores(
        "POST",
        "/score-answers",
        "answerScore",
        "A wallet answers a request, or refuses it",
        body=schema("ScoreAnswer"),
        answer=Answer("How the request stands.", schema("ScoreStanding")),
        **_SIGNED,
    ),
    _scores(
        "GET",
        "/score-offers/{consent_id}/news",
        "readScoreNews",
        "What a wallet is asked, and what it earned",
        door=Door.HOLDER,
        answer=Answer("The news.", schema("ScoreNews")),
    ),
    _scores(
        "GET",
        "/score-offers",
        "listScoreOffers",
        "Who may be asked for a score, by public attributes and terms",
        scopes=(Scope.CATALOGUE,),
        query=(_DATA_SET,),
        pages=True,
        answer=Answer("One page of them.", schema("ScoreOffers")),
        **_BUYER,
    ),
    _scores(
        "GET",
        "/score-offers/{consent_id}",
        "readScoreOffer",
        "One offer with everything that proves it",
        scopes=(Scope.CATALOGUE,),
        answer=Answer("The offer.", schema("ScoreOffer")),
        **_BUYER,
    ),
    _scores(
        "POST",
        "/score-requests",
        "askScore",
        "Ask for a score; the same signed request again is the same request",
        scopes=(Scope.ORDERS,),
        body=schema("ScorePurchase"),
        answer=Answer("The request.", schema("ScoreRequest"), status=HTTPStatus.CREATED),
        refusals=(*_ORDERED, HTTPStatus.TOO_MANY_REQUESTS),
        **_BUYER,
    ),
    _scores(
        "GET",
        "/score-requests",
        "listScoreRequests",
        "The account's requests, newest first",
        scopes=_LOOKING,
        pages=True,
        answer=Answer("One page of them.", schema("ScoreRequests")),
        **_BUYER,
    ),
    _scores(
        "GET",
        "/score-requests/{request_id}",
        "readScoreRequest",
        "One request with the wallet's sealed answer",
        scopes=(Scope.RESULTS,),
        answer=Answer("The request.", schema("WholeScoreRequest")),
        **_BUYER,
    ),
    _scores(
        "POST",
        "/score-requests/{request_id}/confirmation",
        "confirmScore",
        "Say that the score is right, which pays; again changes nothing",
        scopes=(Scope.ORDERS,),
        answer=Answer("The settled request.", schema("ScoreRequest")),
        refusals=(HTTPStatus.CONFLICT,),
        **_BUYER,
    ),
    _scores(
        "POST",
        "/score-requests/{request_id}/dispute",
        "disputeScore",
        "Show the key of one request, so that its answer can be looked into",
        scopes=(Scope.ORDERS,),
        body=schema("ShownKey"),
        answer=Answer("The judged request.", schema("ScoreRequest")),
        refusals=(HTTPStatus.CONFLICT,),
        **_BUYER,
    ),
    _crowds(
        "POST",
        "/crowd-offers",
        "offerToCrowds",
        "A wallet offers to take part in sums",
        body=ANYTHING,
        answer=_TAKEN_IN,
        **_SIGNED,
    ),
    _crowds(
        "POST",
        "/crowd-withdrawals",
        "withdrawCrowdOffer",
        "A person ends her offer to take part",
        body=schema("Withdrawal"),
        answer=Answer("When it ended.", schema("Withdrawn")),
        **_SIGNED,
    ),
    _crowds(
        "GET",
        "/crowd-offers",
        "showCrowd",
        "About how many people can be asked, and the least that one wants",
        scopes=(Scope.CATALOGUE,),
        query=(_DATA_SET,),
        answer=Answer("A band and a price.", schema("CrowdSupply")),
        **_BUYER,
    ),
    _crowds(
        "GET",
        "/crowd-offers/{consent_id}/news",
        "readCrowdNews",
        "What a wallet is asked, and what it earned",
        door=Door.HOLDER,
        answer=Answer("The news.", schema("CrowdNews")),
    ),
    _crowds(
        "GET",
        "/crowd-offers/{consent_id}/sums/{order_id}",
        "readCrowdPapers",
        "What a member needs for the present round",
        door=Door.HOLDER,
        answer=Answer("The papers.", schema("CrowdPapers")),
        refusals=(HTTPStatus.CONFLICT,),
    ),
    _crowds(
        "POST",
        "/crowd-joins",
        "joinCrowd",
        "A wallet joins a sum",
        body=schema("CrowdJoin"),
        answer=Answer("How the sum stands.", schema("CrowdStanding")),
        **_SIGNED,
    ),
    _crowds(
        "POST",
        "/crowd-messages",
        "sayInCrowd",
        "A wallet says its part of a round",
        body=schema("CrowdMessage"),
        answer=Answer("How the sum stands.", schema("CrowdStanding")),
        **_SIGNED,
    ),
    _crowds(
        "POST",
        "/crowd-orders",
        "orderCrowdSum",
        "Order a sum; the same signed order again is the same order",
        scopes=(Scope.ORDERS,),
        body=schema("CrowdPurchase"),
        answer=Answer("The order.", schema("CrowdOrder"), status=HTTPStatus.CREATED),
        refusals=_ORDERED,
        **_BUYER,
    ),
    _crowds(
        "GET",
        "/crowd-orders",
        "listCrowdOrders",
        "The account's orders of sums, newest first",
        scopes=_LOOKING,
        pages=True,
        answer=Answer("One page of them.", schema("CrowdOrders")),
        **_BUYER,
    ),
    _crowds(
        "GET",
        "/crowd-orders/{order_id}",
        "readCrowdOrder",
        "One order with what opens it, once it is released",
        scopes=(Scope.RESULTS,),
        answer=Answer("The order.", schema("WholeCrowdOrder")),
        **_BUYER,
    ),
    _crowds(
        "POST",
        "/crowd-orders/{order_id}/confirmation",
        "confirmCrowdSum",
        "Say that the sum is right, which pays; again changes nothing",
        scopes=(Scope.ORDERS,),
        answer=Answer("The settled order.", schema("CrowdOrder")),
        refusals=(HTTPStatus.CONFLICT,),
        **_BUYER,
    ),
    _crowds(
        "POST",
        "/crowd-orders/{order_id}/dispute",
        "disputeCrowdSum",
        "Show the key of one order, so that its sum can be looked into",
        scopes=(Scope.ORDERS,),
        body=schema("ShownKey"),
        answer=Answer("The judged order.", schema("CrowdOrder")),
        refusals=(HTTPStatus.CONFLICT,),
        **_BUYER,
    ),
)
"""Scores and crowd sums."""
