#!/bin/bash
# Part of libzircon. BSD-3-Clause, see LICENSE.
#
# An interrupt ends zx conformance, and the programs that it runs. Usage: interrupt.sh ZX PROGRAM DIR
set -euo pipefail
zx=$1 program=$2 out=$3/interrupted
rm -f "$out"
set -m # a background job of a shell without this is deaf to interrupts
"$zx" conformance --time 500 --case good.passes --case bad.hangs "$program" >"$out" 2>"$out.err" &
pid=$!
until grep -q 'passes_too' "$out.err"; do
    kill -0 $pid || { cat "$out" "$out.err"; exit 1; }
    sleep 0.1
done
sleep 0.2 # now, or soon, it hangs
kill -INT $pid
status=0
wait $pid || status=$?
cat "$out" "$out.err"
[[ $status == 130 ]] || { echo "it ended with $status, not 130"; exit 1; }
grep -q 'total *3 *2' "$out" || { echo "what it had is not shown"; exit 1; }
for _ in {1..100}; do # a process that was killed may take its time
    pgrep -f "$program --gtest_filter=bad.hangs" >/dev/null || exit 0
    sleep 0.1
done
echo "what it ran is still there"
exit 1
