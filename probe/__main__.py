"""`python -m probe` is `callready`."""

from probe.cli.main import main

if __name__ == "__main__":
    raise SystemExit(main())
