#!/usr/bin/env bash
# The test certificates are made wherever they are asked for, also in a folder given by a relative path, and only there.
set -euo pipefail
script=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)/Fixtures/make_certificates.sh
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
"$script" some/TLS
[[ -e some/TLS/ready && -e some/TLS/ca.pem ]] || { printf 'no certificates in a relative folder\n' >&2; exit 1; }
[[ "$(ls -A some)" == TLS ]] || { printf 'left behind:\n%s\n' "$(ls -A some)" >&2; exit 1; }
