"""A stand-in of the OpenHome platform, for Aye's tests.

Rebuilt from public facts: the repository `openhome-dev/abilities` (its templates, validator and Local Link client), its
documentation, and reports of people who shipped abilities, all up to September 2026. The platform's own SDK source,
its loader and its upload scanner are not public, so this is a reconstruction, made strict where reports differ.

What it cannot know, and only an account and a DevKit can show:
- the real list of the upload scan, and whether both spellings of the tag pass there;
- whether `speak` returns when the sound ends or when it is sent, and how echo of it comes back;
- what `send_devkit_capability_action` gives on a timeout, the user and the Python that run the DevKit's side;
- how trigger words are matched, how long real transcripts take, what a session's end looks like from inside.

`clock` virtual time · `loader` upload, package, import · `sdk` what an ability sees · `person` the scripted user ·
`keeping` files and keys · `devkit` and `local_link` the two transports · `stage` one run · `invariants` after each run.
"""
