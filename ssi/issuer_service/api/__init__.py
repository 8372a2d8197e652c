"""What an institution's own system calls: records, batches, templates, webhooks, keys.

JSON under `/api/v1`, each request with `Authorization: Bearer <API key>`, each key good for its scopes only.
Every endpoint is one `operation.Operation`: the route, the scope that it needs and its part of the OpenAPI
document at `/api/v1/openapi.json` are made from it, so that none is undescribed. Errors are problem documents
(RFC 9457) that name the place, what is expected and what to do; they never repeat a value.
"""
