"""What leaves the registry office: letters to people, events to institutions' systems.

Both go out of the worker only, after the transaction that decided on them. An event goes to public addresses
over https and follows no redirect, so that whoever sets up a webhook cannot make this machine ask its own
network; only an office that itself lives on loopback, as in development, sends to loopback.
"""
