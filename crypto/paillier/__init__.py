"""Adding numbers that nobody may see: Paillier aggregation.

The idea. Everybody encrypts her numbers under one public key. Multiplying the ciphertexts adds the numbers,
which takes no key, so an aggregator does it that nobody has to trust. Only the sum is decrypted, by one
holder of the factors of n, or by any t of several decryptors who hold a share each.

Words.
- *Plaintext*: an integer in ``range(n)``. *Ciphertext*: c = (1+n)^m · ρ mod n² with a random n-th residue
  ρ, its *blinding*. Here ρ = hs^r, hs = h^n, for a short random *exponent* r.
- *Log form*: the pair (a, µ) with c = a(1+µn). Messages are added to µ; sums multiply the a's only.
- *Slot*: the bits of a plaintext that belong to one bin; a *query schema* fixes them for everyone.
- *Contribution*: one person's ciphertext for one query. *Aggregate*: the re-randomised sum of them.

The files, in the order of a query: `keys`, `private_key`, `key_generation`; `schema` and `packing`;
`ciphertext`, `fixed_base` and `encryption`; `membership`, `membership_check` and `one_hot` for proofs that
a contribution counts once; `contribution`, `aggregation` and `aggregate`; `decryption`, or `threshold` and
`partial_decryption`; `phe_format` for neighbours.

>>> private = generate(Profile.SUBGROUP)                       # key_generation; 3072 bits
>>> schema = QuerySchema("q1", private.public.key_id, bins=32, value_bits=1, most_contributors=1000)
>>> encryptor = Encryptor(private.public)
>>> contribution = contribute(schema, values, contributor, encryptor)
>>> aggregator = Aggregator(private.public, schema)
>>> aggregator.receive(contribution.encode(), sender=contributor)
>>> aggregate = aggregator.publish(encryptor)
>>> unpack(schema, Decryptor(private).decrypt(aggregate.ciphertext), aggregate.contributors)

Parameters. n has 3072 bits (128-bit level); 2048 is accepted and its key carries a warning. Profile
``subgroup`` draws exponents of 512 bits (448), profile ``djn`` of half the length of n; `keys` says why.
Challenges have 128 bits, statistical hiding is 2^-80, batches of proofs are checked up to 2^-64.

Guarantees. Ciphertexts hide their plaintexts from everyone without the key (IND-CPA, under decisional
composite residuosity and the profile's assumption on short exponents). A sum in range of its schema is
exact. A one-hot contribution holds one 1. An aggregate is the sum of the contributions that its transcript
names. A decryptor that answers wrongly is named.

Limits. Paillier is malleable: contributions are authenticated outside. It is not post-quantum. The key
holder, or t decryptors, can open single contributions if they get hold of them: the aggregator and they
must not be one party. A query that is not one-hot takes the contributors' word for the range of values,
unless an issuer committed to them. The exact sum says something about everyone in it; noise is added before
(`crypto.noise`). Not constant time: fixed-base tables, proofs, everything that Python's or GMP's ordinary
integers do. The powers to secret exponents in decryption and in single encryptions are. gmpy2 holds the
interpreter's lock: crowds scale by processes, not by threads.

Sources: Paillier, Eurocrypt 1999; Damgård, Jurik and Nielsen, IJIS 2010; Groth, TCC 2005; Ma, Han and Lei,
ACSAC 2021; each module names its own.
"""
