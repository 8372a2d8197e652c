"""What every process needs that has nothing to do with its purpose: a server, a database, logs, a face.

`server.py` runs an app, `tls.py` makes the certificates by which processes recognise each other,
`database.py` opens and shapes a database, `logs.py`, `metrics.py` and `health.py` let an operator look after
it without seeing personal data, and `design/` is the one look that all screens share. The folder stands
beside `ssi.http` because it is about running a party, not about how parties talk.
"""
