"""The reports of a diff: for a terminal, a pull request, a browser, a CI system, and programs.

Each `as_…` module has `render(diff) -> str`, which is pure. `combined` joins the reports of several
documents. They share `summary` (sections and counts) and `messages` (phrases).
"""
