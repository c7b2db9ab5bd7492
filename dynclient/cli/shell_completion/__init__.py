"""Completion of command lines in bash, zsh and fish.

`completion_answer` answers from indexes in the cache and imports neither click nor anything of a
document; `argument_names` continues the names of arguments for it. Where an index is missing or
old, `index_builder` writes it first. `shell_scripts` has what the shells load.
"""
