"""The domain: treasury, proposals, votes, rules, members. Pure; the chain and the journal are Protocols here."""
