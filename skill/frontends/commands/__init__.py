"""One module a command of `aye`; each has `run(args) -> exit code`."""
