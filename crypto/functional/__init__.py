"""Functional encryption of inner products: the key of weights y opens <x, y> of an encrypted x, and no more.

A ciphertext elsewhere is opened whole or not at all. Here the owner of a record encrypts it once, and later
gives a buyer a *function key* for some weights: the buyer computes one weighted sum of the record by itself,
with nobody online, and the record stays closed.

Words. A *record* or vector x has a fixed number of places; *weights* y are public integers; a function key
is made from the *master secret key*; the *bound* is the largest result that is looked for; a *label* names
one purchase or one day; an *epoch* is the life of one master key.

Which scheme for what.

- `als16`: one owner, function keys that open every record of an epoch. DDH on secp256k1, adaptively secure;
  results are searched for, up to 2^42.
- `dcr`: one owner, results of hundreds of digits, read off without a search. Decisional composite
  residuosity; slower and longer.
- `rlwe`: one owner, thousands of records at once, post-quantum.
- `one_label`: many wallets, one purchase. Symmetric masks modulo 2^64, microseconds a record; a key works for
  one label. `one_label_dropout` survives wallets that fall silent, and `crypto.linked.one_label_link` proves
  that what is masked was signed.
- `multi_client`: many wallets, the same sum for every label. DDH again; wallets give their key shares once
  and may be offline from then on.
- `decentralised_keys`: how the wallets of the last two make a key that none of them could make alone.

How the group schemes work. Lifted ElGamal encrypts x_i as x_i·G + r·h_i, with one r for all places and h_i =
s_i·G. Multiplying by y_i and adding up gives <x, y>·G + r·Σ y_i h_i, and whoever knows Σ y_i s_i takes the
second part off with r·G alone. That number is the function key: it opens this one combination. What is left
is <x, y>·G, whose logarithm `crypto.discrete_log` finds if it is small. A second secret for every place,
over a second base, keeps this secure against a buyer whose requests for keys, and influence on records,
depend on all that it has seen (Agrawal, Libert, Stehlé, Crypto 2016).

For many wallets the common r is what nobody can agree on while offline; a hash of the label takes its place.
It must be a hash to the *group*, whose logarithm nobody knows: with a hash to an exponent the masks are
known multiples of each other, and linear algebra opens everything.

What functional encryption does not give. The result itself is the leak. A key for (1, 0, …, 0) is a value;
keys for y and y' give the key of every combination, so n independent ones are the record; a single key with
weights 1, B, B², … packs a whole record of digits below B into one result; a dominating weight rounds to its
value. No scheme of this folder refuses any of it: `derive_key` is algebra.

`authority` is where it is refused: one decision for all buyers of an owner together, over everything granted
in this epoch, with a budget of output bits, and a crowd floor and noise where many people are summed. A key
that is out cannot be called back; a new epoch has new keys.

Ciphertexts are not authenticated and can be changed in ways that shift results: whoever needs to know where
one comes from checks a signature. A wallet encrypts once for each label, because two ciphertexts under one
mask show their difference. Keys and ciphertexts name the public key they belong to, and a result beyond the
bound is refused.

Post-quantum. The masks of `one_label` are symmetric and stay safe, apart from the X25519 agreement of the
seeds; DDH and composite residuosity fall to a large quantum computer, for ciphertexts recorded today as
well.

Timing. Secret scalars meet the curve by constant-time multiplications; Python's and gmpy2's integers are not
constant time to the last digit, and searching for a result takes a time that depends on it.
"""
