"""The OpenAPI 3.1 document of the marketplace's API, at `/api/v1/openapi.json`.

Each endpoint is one `operation.Operation` beside the schemas of what it takes and answers: `buying.py`,
`direct.py`, `persons.py`, `public.py`, `asking.py`. A test holds every route against them and the other way
round, every answer of the other tests against its schema, and hostile requests made from the document itself.
Interfaces that standards of their own describe are named in `document.DESCRIBED_ELSEWHERE`.
"""
