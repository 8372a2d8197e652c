"""Readings that a device vouches for: who made the device, what it may measure, and what it measured.

A *device* is a thing with a key of its own; its *device credential* (`device/1`) is signed by its maker or
operator, whom the trust registry lists for the type, and names the key and what the device measures. A
*gateway* is a device that vouches for *sensors* too simple to have a key. Readings leave in *batches*: a
header, signed by the device, with the place of the batch in its *stream* and a Merkle root over the readings.
Each header names the digest of the one before, so a stream is a chain.

Reading order: `credential` (issued and verified), `batch` (its values, form and signature), `verify` (is one
batch to be believed?), `stream` (does it follow on the one before?).

What this folder promises: a verified batch holds exactly the readings that the device's key signed, of a
kind that its maker says it measures; an accepted one is not repeated, not out of order, not exchanged for
another, not dated before what is already known, and none is left out before it. What it does not: that the
sensor was worn, was calibrated or told the truth, that a key which was taken out of the device is not used by
somebody else, or that the last batches of a stream were handed in at all. Whether the credential was revoked
since is asked with its status.
"""
