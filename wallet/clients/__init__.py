"""How a wallet talks to issuers, to the marketplace, to the nodes and to the trust authority's registry."""
