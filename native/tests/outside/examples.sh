#!/usr/bin/env bash
# examples.sh TABLE SOCKET: one process that writes tables into the store there, others that read them.
set -euo pipefail
table=$1 socket=$2
"$table" make "$socket" delays 1000000
"$table" mean "$socket" delays
"$table" put "$socket" itself "$table"
"$table" get "$socket" itself | cmp - "$table"
echo "the same bytes"
"$table" drop "$socket" delays
! "$table" mean "$socket" delays 2>/dev/null
