#!/bin/bash
# Part of libzircon. BSD-3-Clause, see LICENSE.
#
# Compares wordcount with wc. Usage: wordcount_test.sh PROGRAM PART SOURCE_TREE [fewer]
# `fewer` leaves out what is much the same as something else: under sanitizers programs start slowly.
set -euo pipefail
export LC_ALL=C
program=$1 part=$2 tree=$3 fewer=${4-}
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
cd "$scratch"
compared=0

die() {
    printf '%s\n' "$*" >&2
    exit 1
}

# What wc prints for a file. From version 9.5 on wc takes unprintable bytes for letters; there the
# file without them gives the number of words that all versions before agree on.
if [[ $(printf '\1' | wc -w) -eq 0 ]]; then
    expected() {
        wc "$1"
    }
else
    expected() {
        local size
        size=$(wc -c <"$1")
        printf '%*d %*d %*d %s\n' ${#size} "$(wc -l <"$1")" ${#size} \
            "$(tr -d '\000-\010\016-\037\177-\377' <"$1" | wc -w)" ${#size} "$size" "$1"
    }
fi

# compare FILE [OPTION]...
compare() {
    local file=$1 ours theirs
    shift
    theirs=$(expected "$file")
    ours=$("$program" "$@" "$file") || die "wordcount $* $file: exit status $?"
    [[ $ours == "$theirs" ]] || die "wordcount $* $file prints '$ours', wc '$theirs'"
    compared=$((compared + 1))
}

# Every byte before every other.
all_pairs() {
    awk 'BEGIN { for (i = 0; i < 256; i++) for (j = 0; j < 256; j++) printf "%c%c", i, j }'
}

# expect_failure STATUS TEXT ARGUMENT...: the exit status, and a word of the message.
expect_failure() {
    local wanted=$1 text=$2 status=0
    shift 2
    "$program" "$@" >out 2>err || status=$?
    [[ $status -eq $wanted ]] || die "wordcount $*: exit status $status instead of $wanted"
    grep -qF -- "$text" err || die "wordcount $*: '$text' is not in '$(cat err)'"
    [[ ! -s out ]] || die "wordcount $*: prints '$(cat out)'"
    compared=$((compared + 1))
}

case $part in
edges)
    : >empty
    printf '\n' >newline
    printf 'x' >letter
    printf ' ' >space
    printf 'no newline at the end' >open_end
    printf '\n\n \t\v\f\r\n' >blank
    printf '  leading and trailing  \n' >around
    printf 'a\001b \002 \377\376 c\200\n' >unprintable
    printf 'name with a space\n' >'two words'
    for size in 9 10 65527 65528 65529 65536 131056 131057; do
        head -c $size < <(yes 'width of columns') >size_$size
    done
    for file in *; do
        compare "$file"
        if [[ -z $fewer ]]; then
            compare "$file" --workers=1
            compare "$file" --workers=64
        fi
    done
    compare size_131057 --workers=1
    compare size_131057 --workers=64
    ;;
borders)
    printf 'one two  three\tfour\nfive \001 six\001\n\n seven' >text
    for ((chunk = 1; chunk <= 48; chunk += ${fewer:+7} + 1)); do
        compare text --chunk="$chunk"
        compare text --chunk="$chunk" --workers=7
    done
    head -c 300000 < <(yes 'words of many lengths, a b cc ddd eeee') >long
    for chunk in 100 4095 4096 4097 65527 65528; do
        compare long --chunk="$chunk" --workers=3
    done
    ;;
binary)
    all_pairs >pairs
    [[ $(wc -c <pairs) -eq 131072 ]] || die "this awk cannot print every byte"
    cp "$program" program
    for file in pairs program; do
        compare $file
        compare $file --chunk=1000 --workers=5
    done
    ;;
large)
    head -c 100000000 < <(yes 'the quick brown fox jumps over the lazy dog') >large
    compare large
    head -c 3000000 /dev/zero >zeros
    compare zeros
    head -c 3000000 < <(yes | tr -d '\n') >one_word
    compare one_word --workers=8
    ;;
tree)
    cd "$tree"
    files=(README.md LICENSE docs/*.md)
    if [[ -z $fewer ]]; then
        files+=(src/*/*.c include/zircon/*.h)
        [[ ${#files[@]} -gt 50 ]] || die "only ${#files[@]} files in $tree"
    fi
    for file in "${files[@]}"; do
        compare "$file"
    done
    ;;
streams)
    # The columns of a pipe are as wide as wc makes them for what has no size.
    printf 'from a pipe\n' >text
    for name in /dev/stdin /dev/null; do
        ours=$("$program" $name < <(cat text))
        theirs=$(wc $name < <(cat text))
        [[ $ours == "$theirs" ]] || die "wordcount $name prints '$ours', wc '$theirs'"
        compared=$((compared + 1))
    done
    compare /proc/version
    ;;
usage)
    printf 'some text\n' >text
    expect_failure 1 'No such file' missing
    expect_failure 1 'give a file' .
    expect_failure 2 'give one file'
    expect_failure 2 'give one file' text text
    expect_failure 2 '--help' --wrong text
    for wrong in 0 65 -1 many '' 1x 99999999999999999999; do
        expect_failure 2 'from 1 to 64' --workers="$wrong" text
    done
    expect_failure 2 'from 1 to 65528' --chunk=65529 text
    status=0
    "$program" text >/dev/full 2>err || status=$?
    [[ $status -eq 1 ]] || die "a full disk: exit status $status"
    grep -q 'cannot write' err || die "a full disk: '$(cat err)'"
    # No room for more handles than this is no reason to hang or crash.
    status=0
    LIBZIRCON_HANDLES=5 "$program" text >out 2>err || status=$?
    [[ $status -eq 3 ]] || die "few handles: exit status $status"
    grep -q 'try fewer --workers' err || die "few handles: '$(cat err)'"
    "$program" --help | grep -q '^Usage: wordcount' || die "--help prints no usage"
    ;;
*)
    die "unknown part $part"
    ;;
esac
[[ $compared -gt 0 ]] || die "nothing was compared"
printf '%d comparisons, no difference\n' "$compared"
