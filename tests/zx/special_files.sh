#!/bin/bash
# Part of libzircon. BSD-3-Clause, see LICENSE.
#
# Output to a device goes into it, and a pipe in the place of a program is refused at once.
set -euo pipefail
zx=$1 scratch=$2
[[ -c /dev/full ]] || { echo "/dev/full is no device any more" >&2 && exit 1; }
rm -f "$scratch/pipe"
mkfifo "$scratch/pipe"
status=0
timeout -s KILL 60 "$zx" run "$scratch/pipe" >"$scratch/said" 2>&1 || status=$?
if [[ $status -eq 0 || $status -ge 124 ]] || ! grep -q pipe "$scratch/said"; then
    echo "zx run PIPE: status $status, and it says:" >&2
    cat "$scratch/said" >&2
    exit 1
fi
rm -f "$scratch/pipe"
