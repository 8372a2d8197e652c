"""How parties talk: requests over HTTP between organisations that prove who they are.

`client.py` asks, `problems.py` answers when something went wrong (RFC 9457), `authentication.py` binds a
request to the key of the person who sends it. A peer is recognised by the one TLS certificate or the one key
that the trust registry names for it, never by a name that somebody else may vouch for. What is talked about
are values of `ssi` and `consent`, which these files do not know, with one exception: how a holder, be it a
person or an organisation, gets a credential. `offer_link.py` reads the link, `collection.py` collects what it
offers (OpenID4VCI 1.0), `status_list.py` asks whether it still holds. Nothing they bring is verified here.

Servers that a stranger chose are asked through `outside.py`, which goes to the address that was judged and to
no other: `did_fetch.py` gets documents from hosts that the operator named, `outside_post.py` posts to the
public internet. `authenticators.py` checks what a person's passkey says to a site (`ssi.passkey`).
"""
