"""The JSON that the API takes and gives, as JSON Schema (2020-12, as OpenAPI 3.1 has it)."""

from typing import Any

from ssi.issuer_service.api.batch_schemas import BATCH_SCHEMAS
from ssi.issuer_service.api.connection_schemas import CONNECTION_SCHEMAS
from ssi.issuer_service.api.device_schemas import DEVICE_SCHEMAS
from ssi.issuer_service.api.record_schemas import RECORD_SCHEMAS
from ssi.issuer_service.api.schema_parts import TEXT

SCHEMAS: dict[str, Any] = {
    "Problem": {
        "type": "object",
        "description": "What went wrong and what to do (RFC 9457).",
        "properties": {"type": TEXT, "title": TEXT, "status": {"type": "integer"}, "detail": TEXT},
        "required": ["type", "title", "status"],
    },
    **RECORD_SCHEMAS,
    **BATCH_SCHEMAS,
    **CONNECTION_SCHEMAS,
    **DEVICE_SCHEMAS,
}
