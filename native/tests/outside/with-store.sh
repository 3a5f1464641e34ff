#!/usr/bin/env bash
# with-store.sh ATOLL_STORE SOCKET COMMAND...: runs it beside a store of two processes.
set -euo pipefail
store=$1 socket=$2
shift 2
"$store" serve --socket "$socket" --capacity 64M 2>/dev/null &
trap 'kill $! && wait $! || true' EXIT
for _ in $(seq 200); do [ ! -S "$socket" ] || break; sleep 0.05; done
"$@"
