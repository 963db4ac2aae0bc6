"""Aye as an ability of an OpenHome speaker: where its source is, its zips, and whether a speaker can run it."""
