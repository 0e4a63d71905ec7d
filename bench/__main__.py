"""`make bench`: run every benchmark."""

from __future__ import annotations

from bench.compile import main

if __name__ == "__main__":
    raise SystemExit(main())
