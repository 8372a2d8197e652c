"""Inner products of thousands of records at once, against a quantum computer as well.

The scheme is that of Bermudo Mera, Karmakar, Marc and Soleimanian, "Efficient Lattice-Based Inner-Product
Functional Encryption" (PKC 2022, ePrint 2021/046), §4, over R_q = Z_q[X]/(X^N + 1).

Words. A *column* is one value of a record; a *batch* is up to N records, whose values of one column are the
coefficients of one polynomial; the *plain modulus* K bounds results; *noise* are small random polynomials.

Construction. The secrets s_i and noise e_i of column i are Gaussian of width σ1, the public key is a uniform
polynomial a and b_i = a s_i + e_i. With q = K · Q, a batch x_i is encrypted with Gaussian r, f_0 of width σ2
and f_i of width σ3 as c_0 = a r + f_0 and c_i = b_i r + f_i + Q x_i. The key of weights y is s_y = Σ y_i s_i,
and

    Σ y_i c_i - c_0 s_y = Q · Σ y_i x_i + Σ y_i (e_i r + f_i - s_i f_0),

whose second part, divided by Q, is rounded away: every coefficient is the result of one record.

Parameters (`parameters`) are chosen from columns and bounds by the paper's formulas for the widths and the
noise, with a base width of 3.2, and by the strictest table of the Homomorphic Encryption Standard for 128
bits against quantum computers. `ntt` multiplies polynomials, modulo primes of at most 30 bits side by side;
`gaussian` draws noise with integers only; `scheme` is the scheme, `messages` its binary forms.

Guarantees. Indistinguishability against an adversary who names its two messages beforehand (selective), under
the hardness of ring learning with errors, to which the paper reduces its multi-hint extended RLWE. A batch
of records that differ is reached from another one record at a time: the difference is then a vector of
integers times X^t, and multiplying by X^t changes no length, so the theorem applies to each step and the
advantage grows by a factor of at most N.

Limits. Selective security only; the adaptive scheme of the paper is not here. Nothing is authenticated.
The number of records of a batch is public. Keys add up, and `crypto.functional.authority` decides which are
given. The Gaussian sampler looks tables up by secrets and is not constant time; encrypt where nobody
measures. Estimates of lattice attacks change: parameters are for a version, and versions expire.
"""
