#!/bin/bash
# Part of libzircon. BSD-3-Clause, see LICENSE.
#
# Fuzzes for a while and, if an input goes wrong, prints it as a script for `zx call`.
#
#     fuzz.sh [--seconds N] [--scratch FOLDER] [--keep] FUZZ_CALLS FUZZ_REPLAY [FUZZER OPTION...]
#
# --keep adds what was found to the saved inputs beside this file.
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
rm -f "$scratch"/bad/*
"$fuzzer" -max_total_time="$seconds" -timeout=20 -max_len=1024 -rss_limit_mb=4096 \
    -artifact_prefix="$scratch/bad/" -print_final_stats=1 "$@" "$scratch/found" "$here/corpus"
status=$?
for input in "$scratch"/bad/*; do
    [[ -e $input ]] || continue
    echo "--- script of $input"
    timeout -s KILL 60 "$replay" --script "$input"
    status=1
done
if $keep; then
    mkdir -p "$scratch/small"
    rm -f "$scratch"/small/*
    "$fuzzer" -merge=1 -max_len=1024 "$scratch/small" "$here/corpus" "$scratch/found" &&
        cp -n "$scratch"/small/* "$here/corpus/"
fi
exit $status
