"""Aye: take part in a DAO by speaking. Read `flow.py` first and `assistant.py` second."""
