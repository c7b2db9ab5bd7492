"""`python -m dynclient`: the command line."""

from __future__ import annotations

from dynclient.cli.main import root


def main() -> None:
    """Run the command line and leave with its exit code."""
    root(prog_name="dynclient")


if __name__ == "__main__":
    main()
