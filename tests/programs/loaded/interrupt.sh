#!/bin/bash
# Part of libzircon. BSD-3-Clause, see LICENSE.
#
# Interrupts end zx run, and the program with it. Usage: interrupt.sh ZX PROGRAM DIR
set -euo pipefail
zx=$1 program=$2 out=$3/interrupted
set -m # a background job of a shell without this is deaf to interrupts
for signal in INT TERM HUP; do
    for how in sleep loop; do
        "$zx" run --time 300 "$program" $how >"$out" 2>&1 &
        pid=$!
        # Until it has the process's threads: the program's own comes last.
        for _ in {1..100}; do
            [[ $(ls /proc/$pid/task 2>/dev/null | wc -l) -ge 6 ]] && break
            sleep 0.1
        done
        kill -$signal $pid
        status=0
        wait $pid || status=$?
        [[ $status == $((128 + $(kill -l $signal))) ]] || {
            echo "after $signal, $how ended with $status:"
            cat "$out"
            exit 1
        }
    done
done
