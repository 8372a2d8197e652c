"""JSON for programs, versioned in the path: `wallet.py` for persons, `buyer.py` for buyers, `log.py` for all.

What they say about themselves in OpenAPI stands in `openapi/`. A view parses, calls one use case, answers.
Which error gets which status stands in `problems.py`, once. Persons prove possession of their key with each
request, buyers show an API key; no cookie is read here.
"""
