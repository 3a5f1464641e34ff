#!/usr/bin/env bash
# examples.sh ATOLL_STORE TABLE SOCKET: a store of two processes, one process that writes tables, others that read them.
set -euo pipefail
store=$1 table=$2 socket=$3
"$store" serve --socket "$socket" --capacity 64M 2>/dev/null &
trap 'kill $! && wait $! || true' EXIT
for _ in $(seq 200); do [ ! -S "$socket" ] || break; sleep 0.05; done
"$table" make "$socket" delays 1000000
"$table" mean "$socket" delays
"$table" put "$socket" itself "$table"
"$table" get "$socket" itself | cmp - "$table"
echo "the same bytes"
"$table" drop "$socket" delays
! "$table" mean "$socket" delays 2>/dev/null
