"""What can be run again: declarations, runs, artefacts, comparisons."""
