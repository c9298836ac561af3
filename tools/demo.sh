#!/bin/bash
# Part of libzircon. BSD-3-Clause, see LICENSE.
set -euo pipefail

usage() {
    cat <<'END'
Usage: tools/demo.sh [FILE]
Builds the library and the example program wordcount, and runs it on FILE (default: README.md).

The result is what `LC_ALL=C wc FILE` prints: lines, words, bytes. FILE is read by one thread and
counted by others, which get it in messages over Zircon channels.

Works on Debian 12; installs the compiler and CMake if they are missing (as root, or with sudo).
Builds in build/demo. Exit status: that of wordcount (0, or 1 if FILE cannot be read), 3 if the
build failed.
END
}

if [[ $# -gt 1 || ${1-} == -?* ]]; then
    if [[ ${1-} == -h || ${1-} == --help ]]; then
        usage
        exit 0
    fi
    usage >&2
    exit 2
fi
tree=$(cd "$(dirname "$0")/.." && pwd)
file=${1-$tree/README.md}
if [[ ! -r $file || -d $file ]]; then
    printf 'demo.sh: %s is no file that can be read; give another\n' "$file" >&2
    exit 1
fi

. "$tree/tools/packages.sh"
need_packages gcc g++ libc6-dev cmake ninja-build pkg-config libffi-dev uthash-dev libzydis-dev libzycore-dev

log=$(mktemp)
trap 'rm -f "$log"' EXIT
printf 'Building in %s\n' "$tree/build/demo" >&2
if ! (cd "$tree" && cmake --preset release -B build/demo -DBUILD_TESTING=OFF &&
    cmake --build build/demo --target wordcount) >"$log" 2>&1; then
    cat "$log" >&2
    printf 'demo.sh: the build failed, see above; if it is an old one, remove build/demo\n' >&2
    exit 3
fi
"$tree/build/demo/tests/programs/wordcount" "$file"
