"""The register in SQL: SQLAlchemy Core on SQLite or PostgreSQL, one transaction per use case.

Sealed columns are AES-256-GCM under the issuer's storage key, with `table|row|column` as associated data,
so a value cannot be moved to another row. Codes, tokens, API keys and challenges are found by SHA-256
fingerprints and cannot be read back.
"""
