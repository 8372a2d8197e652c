"""The screens of the market: what a buyer sees, and what an operator sees.

A view parses, calls one service and renders; nothing is decided here. `visitor.py` holds the doors,
`refusals.py` pairs errors with pages, `query_form.py` turns forms into queries and back, `words.py` has the
words. Every page works without scripts, except the two on which a buyer's own keys are used.

What happens in the browser
---------------------------
`static/enrolment.js` makes the key file and signs the mandate, `static/open_result.js` opens an answer: keys
and answers never reach the market. Opening follows `marketplace.sdk.result` step by step, one module for
each part: `run.js` (the registry of nodes, signed by the pinned authority), `statements.js` (three signed
statements, and who is to blame), `envelopes.js` and `parts.js` (what was sealed), `answer.js` (sums become
estimates). Only an answer in which everything fits together is shown, and only then is it confirmed;
`report.js`, `drawing.js` and `method.js` show it.

Limit: the browser runs the page that the market serves. Whoever does not want to rely on that keeps the
signed documents and opens them with the Python tools and a pinned key of the authority. Two differences: the
Python tools also compile the computation anew from the query, where the browser relies on all three nodes
having signed it; and a key file that opens none of the three envelopes is called the wrong file, and no node
is blamed.
"""
