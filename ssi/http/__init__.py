"""How parties talk: requests over HTTP between organisations that prove who they are.

`client.py` asks, `problems.py` answers when something went wrong (RFC 9457), `authentication.py` binds a
request to the key of the person who sends it. A peer is recognised by the one TLS certificate or the one key
that the trust registry names for it, never by a name that somebody else may vouch for. Nothing here knows
what is talked about: the messages are values of `ssi` and `consent`.
"""
