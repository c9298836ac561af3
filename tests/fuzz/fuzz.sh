#!/bin/bash
# Part of libzircon. BSD-3-Clause, see LICENSE.
#
# Fuzzes for a while and, if an input goes wrong, prints it as a script for `zx call`.
#
#     fuzz.sh [--seconds N] [--scratch FOLDER] [--keep] FUZZ_CALLS FUZZ_REPLAY [FUZZER OPTION...]
#
# --keep puts the smallest inputs that reach as much into the place of the saved ones.
set -uo pipefail
here=$(cd "$(dirname "$0")" && pwd)
seconds=60
scratch=
keep=false
while [[ ${1:-} == --* ]]; do
    case $1 in
    --seconds) seconds=$2 && shift 2 ;;
    --scratch) scratch=$2 && shift 2 ;;
    --keep) keep=true && shift ;;
    *) echo "fuzz.sh: unknown option $1" >&2 && exit 2 ;;
    esac
done
if [[ $# -lt 2 ]]; then
    sed -n '3,8s/^# \?//p' "$0" >&2
    exit 2
fi
fuzzer=$1
replay=$2
shift 2
scratch=${scratch:-$(mktemp -d)}
mkdir -p "$scratch/found" "$scratch/bad"
rm -rf "$scratch"/bad/* "$scratch/saved" "$scratch/small"
mkdir "$scratch/saved" "$scratch/small"
for list in saved long; do
    mkdir "$scratch/saved/$list"
    "$replay" --unpack "$here/corpus/$list.txt" "$scratch/saved/$list" || exit 2
done
"$fuzzer" -max_total_time="$seconds" -timeout=20 -max_len=700 -len_control=0 -rss_limit_mb=4096 \
    -artifact_prefix="$scratch/bad/" -print_final_stats=1 "$@" "$scratch/found" "$scratch/saved"
status=$?
for input in "$scratch"/bad/*; do
    [[ -e $input ]] || continue
    echo "--- script of $input"
    timeout -s KILL 60 "$replay" --script "$input"
    status=1
done
if $keep; then
    # One input for each new edge of the program's graph, not for each number of passes over it.
    "$fuzzer" -merge=1 -use_counters=0 -max_len=700 "$scratch/small" "$scratch/saved/saved" \
        "$scratch/found" >"$scratch/merge.log" 2>&1 &&
        "$replay" --pack "$scratch/small" >"$here/corpus/saved.txt"
fi
exit $status
