#!/bin/bash
# Part of libzircon. BSD-3-Clause, see LICENSE.
#
# Output to a device goes into it, and a pipe in the place of a program is refused at once.
set -euo pipefail
zx=$1 scratch=$2
"$zx" coverage --help >/dev/null
[[ -c /dev/full ]] || { echo "/dev/full is no device any more" >&2 && exit 1; }
rm -f "$scratch/pipe"
mkfifo "$scratch/pipe"
for what in "run" "vm run"; do
    status=0
    # shellcheck disable=SC2086 # two words
    timeout -s KILL 60 "$zx" $what "$scratch/pipe" >"$scratch/said" 2>&1 || status=$?
    if [[ $status -eq 0 || $status -ge 124 ]] || ! grep -q pipe "$scratch/said"; then
        echo "zx $what PIPE: status $status, and it says:" >&2
        cat "$scratch/said" >&2
        exit 1
    fi
done
rm -f "$scratch/pipe"
