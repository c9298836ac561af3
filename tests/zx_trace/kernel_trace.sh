#!/bin/bash
# Part of libzircon. BSD-3-Clause, see LICENSE.
#
# zx trace --kernel prints the records of a trace, and says so of a file that is none.
#     kernel_trace.sh ZX TRACED SCRATCH
set -u
zx=$1 traced=$2 file=$3/kernel_trace
"$traced" kernel_trace >"$file.bin" || exit 1
"$zx" trace -o "$file.txt" --kernel "$file.bin" || exit 1
for wanted in '^version 0x20000$' '^process [0-9]+ is "host"$' '\] enter channel_create$' \
    '\] channel_create koid=[0-9]+ peer=[0-9]+$' '\] channel_write koid=[0-9]+ bytes=5 handles=0$' \
    '\] leave channel_write$' '\] probe a probe 0x11 0x22$'; do
    grep -Eq "$wanted" "$file.txt" || {
        echo "nothing like $wanted in:"
        cat "$file.txt"
        exit 1
    }
done
# Broken off, too short, no trace at all, not there.
head -c 1001 "$file.bin" >"$file.cut"
for bad in "$file.cut" "$zx" "$file.none"; do
    "$zx" trace --kernel "$bad" >/dev/null 2>"$file.err"
    [[ $? -eq 3 && -s $file.err ]] || {
        echo "$bad is taken for a trace"
        exit 1
    }
done
"$zx" trace --kernel "$file.bin" program 2>/dev/null
[[ $? -eq 2 ]]
