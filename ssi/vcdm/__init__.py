"""The shape of credentials and presentations: W3C VC Data Model 2.0, and 1.1 for reading.

A *credential* is a document in which an *issuer* makes claims about *subjects*; a *presentation* hands
credentials on. Here a document becomes values, or is refused with the path of the first member that breaks a
rule of the Recommendation of 15 May 2025. Nothing is secured by that: whoever needs to know who said it, and
that it was not changed, goes on to `ssi.data_integrity`, whose verified types hold these values.

Reading order: `members` (URLs, types, texts in a language), `attachments` (status, schema, evidence and what
else hangs on a credential), `credential`, `presentation`.

What this folder promises: what it returns has every member that the standard demands, each of its form.
What it does not: that a schema, a status or a related resource named in it was looked at.
"""
