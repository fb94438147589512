#!/usr/bin/env bash
# Fixtures/Golden must be what its script makes.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
exec .venv/bin/python3 Fixtures/make_golden.py --check
