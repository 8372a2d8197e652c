"""The use cases of a wallet, one per file; `ports.py` says what they need from outside."""
