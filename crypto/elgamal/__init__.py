"""Sums of encrypted numbers that only `threshold` of several parties together can open, without any dealer.

Words. A *bin* is one number of a vector, often 0 or 1 (a vote, a cell of a histogram). The *public key* is
Y = x·G; nobody ever holds x, each *party* holds a *share* x_j. A *contribution* is one person's vector of
ciphertexts with the proof that exactly one bin is 1. A *partial decryption* is what one party adds to
opening a sum.

Construction, over secp256k1, written additively:

- `key_generation`: the parties make the key together. Each deals a random number by Pedersen's sharing, bad
  dealers are named and left out, and only then does anything about the key become public (Gennaro, Jarecki,
  Krawczyk, Rabin, Eurocrypt 1999 and J. Cryptology 2007). In the simpler joint Feldman protocol, whoever
  speaks last sees the others' parts and can choose whether its own counts, and so bends the distribution of
  the key.
- `ciphertext`: lifted ElGamal (Cramer, Gennaro, Schoenmakers, Eurocrypt 1997): a bin m is (r·G, m·G + r·Y),
  66 bytes. Ciphertexts add up bin by bin; the sum is rerandomised before it leaves.
- `one_hot`: every bin is 0 or 1 and all of them sum to 1, without saying which (Cramer, Damgård and
  Schoenmakers, Crypto 1994), bound to the key and the contributor; a batch is checked by one sum of points.
- `decryption`: party j gives x_j·A with a proof that log_G Y_j = log_A of it (Chaum, Pedersen, Crypto 1992),
  `threshold` correct ones open the sum, and a wrong one is named.

Guarantees. Semantic security under DDH against whoever holds fewer than `threshold` shares; `threshold`
parties can open any ciphertext, also a single contribution, so they must be such as do not do that together.
An output is exact: noise, a crowd floor and who may ask are the caller's part. Proofs hold in the random
oracle model, with error 2^-128.

Limits. Only sums in a known range can be read (`crypto.discrete_log`: 2^42 numbers at most, a second). The
key generation assumes a broadcast channel, rounds with a deadline, and fewer than `threshold` dishonest
parties of at least 2·threshold - 1. Discrete logarithms fall to a large quantum computer.

Not constant time: Python's arithmetic modulo the order, Lagrange coefficients and the final search; secret
scalars meet the curve by constant-time multiplications only.
"""
