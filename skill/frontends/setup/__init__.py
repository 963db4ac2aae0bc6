"""`aye setup`: steps, who answers their questions, and the configuration they write."""
