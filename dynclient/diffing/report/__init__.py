"""The faces of a diff: the same changes for a terminal, a pull request, a browser, a CI system, and other programs.

Each `as_…` module has `text(diff) -> str`. They are pure: none reads a file, and what they say in common is said in
`wording` (sentences), `verdict` (counts), `values` (JSON) and `python_line` (calls).
"""
