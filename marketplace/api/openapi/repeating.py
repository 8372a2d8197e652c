"""Saved questions: keeping them, having them asked again and again, and what became of each time."""

from http import HTTPStatus
from typing import Any

from marketplace.api.openapi.buying import EXAMPLE_QUERY
from marketplace.api.openapi.operation import Answer, Door, Operation, schema
from marketplace.api.openapi.schema_parts import (
    COUNT,
    MOMENT,
    TEXT,
    json_list,
    json_object,
    nullable,
    one_of,
)
from marketplace.domain.saved import MOST_CENTS, MOST_NAME, Every, Reason, RunState, StandingState, Why
from marketplace.domain.scope import Scope

_CENTS = {"type": "integer", "minimum": 0, "maximum": MOST_CENTS, "description": "Euro cents."}
_TERMS: dict[str, Any] = {
    "every": one_of(Every),
    "first_at": MOMENT,
    "until": MOMENT,
    "per_run_cents": _CENTS,
    "total_cents": _CENTS,
}
_LOOKING = (Scope.RESULTS, Scope.ORDERS)
REPEATING_SCHEMAS: dict[str, Any] = {
    "SaveRequest": json_object({"name": {**TEXT, "maxLength": MOST_NAME}, "query": schema("Query")}),
    "RepeatRequest": json_object(
        _TERMS,
        about="The first time, the last moment (at most 366 days later), the most for each and for all runs.",
    ),
    "Repetition": json_object(
        {
            "standing_id": TEXT,
            **_TERMS,
            "begun_at": MOMENT,
            "next_at": nullable(MOMENT),
            "spent_cents": _CENTS,
            "state": one_of(StandingState),
            "why": nullable(one_of(Why)),
        },
        about="What was ordered counts as spent, also where its money came back.",
    ),
    "SavedQuestion": json_object(
        {
            "saved_id": TEXT,
            "name": TEXT,
            "query": schema("Query"),
            "saved_at": MOMENT,
            "repetitions": json_list(schema("Repetition")),
        },
        about="With its repetitions, begun last first; at most one of them goes on or rests.",
    ),
    "SavedQuestions": json_object({"saved": json_list(schema("SavedQuestion")), "next": nullable(TEXT)}),
    "RepetitionRun": json_object(
        {
            "standing_id": TEXT,
            "number": COUNT,
            "planned_at": MOMENT,
            "at": MOMENT,
            "state": one_of(RunState),
            "order_id": nullable(TEXT),
            "cost_cents": _CENTS,
            "reason": nullable(one_of(Reason)),
            "words": nullable(TEXT),
            "nearby": nullable(schema("Query")),
        },
        about="One time: its order, or why it was skipped and a question close by that is answered.",
    ),
    "RepetitionRuns": json_object({"runs": json_list(schema("RepetitionRun")), "next": nullable(TEXT)}),
}


def _reading(path: str, name: str, summary: str, answer: Answer, *, pages: bool = False) -> Operation:
    return Operation(
        method="GET",
        path=path,
        name=name,
        summary=summary,
        tag="orders",
        door=Door.BUYER,
        scopes=_LOOKING,
        answer=answer,
        pages=pages,
    )


def _changing(act: str, summary: str) -> Operation:
    return Operation(
        method="POST",
        path=f"/saved/{{saved_id}}/{act}",
        name=f"{act}Repetition",
        summary=summary,
        tag="orders",
        door=Door.BUYER,
        scopes=(Scope.ORDERS,),
        answer=Answer("The repetition as it is now.", schema("Repetition")),
        refusals=(HTTPStatus.CONFLICT,),
    )


_ONE, _QUESTION = "/saved/{saved_id}", Answer("The question.", schema("SavedQuestion"))
REPEATING: tuple[Operation, ...] = (
    _reading(
        "/saved",
        "listSaved",
        "The saved questions, saved last first",
        Answer("A page of them.", schema("SavedQuestions")),
        pages=True,
    ),
    _reading(_ONE, "readSaved", "One saved question with its repetitions", _QUESTION),
    Operation(
        method="PUT",
        path=_ONE,
        name="saveQuestion",
        summary="Save a question under a name and an id of yours; again changes nothing",
        tag="orders",
        door=Door.BUYER,
        scopes=(Scope.ORDERS,),
        body=schema("SaveRequest"),
        example={"name": "Exam scores", "query": EXAMPLE_QUERY},
        answer=_QUESTION,
        refusals=(HTTPStatus.CONFLICT,),
    ),
    Operation(
        method="DELETE",
        path=_ONE,
        name="deleteSaved",
        summary="Forget a question with its repetitions; what they ordered stays, again changes nothing",
        tag="orders",
        door=Door.BUYER,
        scopes=(Scope.ORDERS,),
        answer=Answer("It is forgotten.", json_object({"forgotten": TEXT})),
    ),
    _reading(
        f"{_ONE}/runs",
        "listRuns",
        "What became of each time, planned last first",
        Answer("A page of them.", schema("RepetitionRuns")),
        pages=True,
    ),
    Operation(
        method="PUT",
        path=f"{_ONE}/repetitions/{{standing_id}}",
        name="repeatQuestion",
        summary="Have a question asked again and again, under an id of yours; again changes nothing",
        tag="orders",
        door=Door.BUYER,
        scopes=(Scope.ORDERS,),
        body=schema("RepeatRequest"),
        answer=Answer("The repetition.", schema("Repetition")),
        refusals=(HTTPStatus.CONFLICT,),
    ),
    _changing("pause", "Have the repetition rest"),
    _changing("resume", "Have it go on with the next time that is still to come"),
    _changing("end", "End it for good; again changes nothing"),
)
"""Saved questions."""
