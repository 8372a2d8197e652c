"""The JSON of templates and tables, as JSON Schema; part of `schemas`."""

from typing import Any

from ssi.issuer_service.api.operation import schema
from ssi.issuer_service.api.schema_parts import COUNT, FLAG, ID, MOMENT, TEXT, json_list, json_object, one_of
from ssi.issuer_service.domain.also_as import AlsoAs
from ssi.issuer_service.domain.batch import BatchState, Outcome
from ssi.issuer_service.domain.submission import MAX_VALID_DAYS
from ssi.issuer_service.domain.template import MAX_HEADING, MAX_NAME

_COLUMNS = {
    "type": "object",
    "additionalProperties": {"type": "string", "minLength": 1, "maxLength": MAX_HEADING},
    "description": "The column for each value, for external_id and for email.",
}
_TERMS = {
    "name": {"type": "string", "minLength": 1, "maxLength": MAX_NAME},
    "display_name": {"type": "string", "maxLength": MAX_NAME},
    "valid_days": {"type": "integer", "minimum": 1, "maximum": MAX_VALID_DAYS},
    "transaction_code": FLAG,
    "hold": FLAG,
    "decimal_comma": FLAG,
    "columns": _COLUMNS,
    "defaults": {"type": "object", "additionalProperties": TEXT},
    "grades": {"type": "object", "additionalProperties": {"type": ["number", "string"]}},
    "also_as": {"type": "string", "enum": ["", *(each.value for each in AlsoAs)]},
}
_BATCH = {
    "batch_id": ID,
    "template_id": ID,
    "template_version": {"type": "integer", "minimum": 1},
    "data_set": TEXT,
    "file_name": TEXT,
    "encoding": TEXT,
    "separator": TEXT,
    "columns": _COLUMNS,
    "unread_columns": json_list(TEXT),
    "state": one_of(BatchState),
    "created_at": MOMENT,
    "total": COUNT,
    "done": COUNT,
    "percent": {"type": "integer", "minimum": 0, "maximum": 100},
    "counts": json_object({outcome.value: COUNT for outcome in Outcome}),
    "errors": json_list(schema("RowError")),
    "notes": json_list(TEXT),
}

BATCH_SCHEMAS: dict[str, Any] = {
    "TemplateRequest": json_object({"data_set": TEXT, **_TERMS}, ["data_set", "name"]),
    "TemplateTerms": json_object(_TERMS, ["name"]),
    "Template": json_object(
        {
            "template_id": ID,
            "version": {"type": "integer", "minimum": 1},
            "data_set": TEXT,
            **_TERMS,
            "created_at": MOMENT,
            "retired": FLAG,
        }
    ),
    "Templates": json_object({"templates": json_list(schema("Template"))}),
    "RowError": json_object({"row": COUNT, "column": TEXT, "problem": TEXT}),
    "Batch": json_object(_BATCH | {"finished_at": MOMENT}, list(_BATCH)),
    "Batches": json_object({"batches": json_list(schema("Batch"))}),
    "BatchStart": json_object({"columns": _COLUMNS}, []),
}
