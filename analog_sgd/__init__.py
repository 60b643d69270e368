"""The workbench as one command: `analog-sgd theory`, `simulate`, `verify` and `figures`."""
