#!/bin/bash
# Part of libzircon. BSD-3-Clause, see LICENSE.
#
# zx run with files that are no programs, or not whole. Usage: bad_files.sh ZX PREFIX DIR, where
# PREFIX-hello and so on are the programs.
set -euo pipefail
zx=$1 hello=$2-hello interpreted=$2-interpreted linker=$2-linker dir=$3
rm -rf "$dir"
mkdir -p "$dir/lib"
file=$dir/file
wrong=0

# refused TEXT FILE: the message has TEXT in it, and the exit status is 3.
refused() {
    local status=0 said
    said=$("$zx" run --time 20 "$2" 2>&1) || status=$?
    if [[ $status != 3 || $said != *"$1"* ]]; then
        echo "instead of '$1' and 3: $status and '$said'"
        wrong=1
    fi
}

# patched TEXT OFFSET BYTES [OFFSET BYTES]...: a copy of hello with these bytes (as printf has them)
# is refused.
patched() {
    local text=$1
    shift
    cp "$hello" "$file"
    while [[ $# -gt 0 ]]; do
        printf "$2" | dd of="$file" bs=1 seek="$1" conv=notrunc status=none
        shift 2
    done
    refused "$text" "$file"
}

number() { # OFFSET SIZE
    od -An -tu"$2" -j "$1" -N "$2" "$hello" | tr -d ' '
}

# The table of segments: where the first two of PT_LOAD, the code and some other one stand.
loads=()
for ((i = 0; i < $(number 56 2); i++)); do
    at=$(($(number 32 8) + i * 56))
    if [[ $(number $at 4) == 1 ]]; then
        loads+=($at)
        [[ $(($(number $((at + 4)) 4) & 1)) == 1 ]] && code=$at
    else
        other=$at
    fi
done
first=${loads[0]} second=${loads[1]} last=${loads[-1]}
huge='\377\377\377\377\377\377\377\177'

# No programs at all.
refused "No such file" "$dir/nothing"
refused "no file with bytes" "$dir"
: >"$file"
refused "no ELF file" "$file"
printf '#!/bin/sh\n' >"$file"
refused "no ELF file" "$file"
printf '\177EL' >"$file"
refused "no ELF file" "$file"

# For somebody else.
patched "another machine" 18 '\267'
patched "another machine" 4 '\001'
patched "another machine" 5 '\002'
patched "version is unknown" 6 '\007'
patched "no position-independent executable" 16 '\002'
patched "no executable" 16 '\001'
refused "interpreter is none of Fuchsia's" /bin/true

# Cut short.
head -c 40 "$hello" >"$file"
refused "ends within its header" "$file"
head -c 100 "$hello" >"$file"
refused "before its table of segments" "$file"
head -c $(($(number $((code + 8)) 8) + 1)) "$hello" >"$file"
refused "before its last segment" "$file"

# The table of segments.
patched "no table of segments" 56 '\0\0'
patched "no table of segments" 54 '\0\0'
patched "too long" 56 '\377\377'
patched "before its table of segments" 32 "$huge"
patched "before its table of segments" 32 '\377\377\377\377\377\377\377\377'
patched "nothing of it is to be loaded" $(for at in "${loads[@]}"; do echo $at '\0'; done)

# Segments.
patched "segments overlap" $((second + 16)) '\0\0\0\0\0\0\0\0' $((second + 8)) '\0\0\0\0\0\0\0\0'
patched "lies outside of it" $((last + 8)) "$huge"
patched "lies outside of it" $((last + 32)) "$huge" $((last + 40)) "$huge"
patched "lies outside of it" $((last + 8)) '\0\0\020\0\0\0\0\0'
patched "larger in the file than in memory" $((code + 40)) '\001\0\0\0\0\0\0\0'
patched "outside of the address space" $((last + 40)) "$huge"
patched "outside of the address space" $((last + 23)) '\177'
patched "outside of the address space" $((first + 40)) '\377\377\377\377\377\377\377\377'
patched "does not fit its address" $((code + 8)) '\001'
patched "written and executed" $((code + 4)) '\007'
patched "entry point lies outside" 24 '\001\0\0\0\0\0\0\0'
patched "entry point lies outside" 24 "$huge"

# More than can be had.
patched "it cannot be mapped" $((last + 40)) '\0\0\0\0\0\177\0\0'
patched "wants a stack of" $other '\121\345\164\144' $((other + 40)) '\0\0\0\0\377\0\0\0'

# Interpreters.
patched "outside of the file, or is too long" $other '\003\0\0\0' $((other + 8)) "$huge"
patched "outside of the file, or is too long" $other '\003\0\0\0' $((other + 32)) '\0\0\0\0\0\0\0\0'
patched "outside of the file, or is too long" $other '\003\0\0\0' $((other + 32)) '\0\020\0\0\0\0\0\0'
patched "is in none of the library folders" $other '\003\0\0\0' $((other + 8)) '\0\0\0\0\0\0\0\0' \
    $((other + 32)) '\004\0\0\0\0\0\0\0' 0 '\177ELF'
cp "$interpreted" "$dir/interpreted"
refused "its interpreter fuchsia-linker is in none of the library folders" "$dir/interpreted"
head -c 50 "$linker" >"$dir/lib/fuchsia-linker"
refused "lib/fuchsia-linker: the file ends within its header" "$dir/interpreted"
cp "$interpreted" "$dir/lib/fuchsia-linker"
refused "an interpreter that wants one itself" "$dir/interpreted"

# Whatever the first bytes are, zx ends by itself.
RANDOM=1
for ((i = 0; i < 60; i++)); do
    cp "$hello" "$file"
    for ((k = 0; k < 3; k++)); do
        printf "\\$(printf %o $((RANDOM % 256)))" |
            dd of="$file" bs=1 seek=$((4 + RANDOM % 560)) conv=notrunc status=none
    done
    status=0
    said=$("$zx" run --time 5 "$file" 2>&1) || status=$?
    if [[ $status -ge 125 && $status -lt 255 ]]; then
        echo "zx ended with $status for file $i: $said"
        cp "$file" "$dir/crash.$i"
        wrong=1
    fi
done
exit $wrong
