"""The ways in: the command line and the listening loop. None knows how anything is done."""
