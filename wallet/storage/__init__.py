"""What a wallet keeps, in a database that can read nothing of it.

Every column with personal content is sealed under the data key of its wallet, with ``table|row|column`` as
associated data: a value that is copied to another row, column or wallet does not open. In the clear are only
random row names, which rows belong to one wallet, how often a row changed, and what is needed to open the
wallet: the keyed digest of the login name, the salt and cost of the password, the count of wrong passwords.
"""
