#!/bin/bash
# Part of libzircon. BSD-3-Clause, see LICENSE.
set -uo pipefail

usage() {
    cat <<'END'
Usage: tools/test.sh [STEP]...
Builds the library and runs its tests, in one way or several. The steps, `release` and `fuzz` by
default:

  release        as it is shipped, built by gcc; warnings are errors
  debug          with checks of lock order and other dear invariants
  asan           under the address and undefined behaviour sanitizers
  tsan           under the thread sanitizer
  release-clang  as it is shipped, built by clang; warnings are errors
  fuzz           a minute of random calls under sanitizers, built by clang
  all            all of these, one after another

Works on Debian 12; installs what is missing (as root, or with sudo). Builds in build/STEP, two
jobs at a time or as many as JOBS says. The last line is `N passed, N failed`; a step that cannot
be built counts as one failed test. Exit status: 0 if nothing failed, 1 if something did, 2 for a
step that is none.
END
}

all=(release debug asan tsan release-clang fuzz)
steps=()
for argument; do
    case $argument in
    -h | --help)
        usage
        exit 0
        ;;
    all)
        steps+=("${all[@]}")
        ;;
    release | debug | asan | tsan | release-clang | fuzz)
        steps+=("$argument")
        ;;
    *)
        usage >&2
        exit 2
        ;;
    esac
done
if [[ ${#steps[@]} -eq 0 ]]; then
    steps=(release fuzz)
fi
cd "$(dirname "$0")/.." || exit 3
jobs=${JOBS-2}

. tools/packages.sh
need_packages gcc g++ libc6-dev clang cmake ninja-build pkg-config dpkg-dev file libffi-dev uthash-dev \
    libclang-rt-14-dev libzydis-dev libzycore-dev libcmocka-dev check libsubunit-dev

# Newer kernels put programs where the thread sanitizer has no shadow for them, unless addresses
# are not random; some containers do not let that be asked for.
fixed_addresses=()
if setarch --addr-no-randomize true 2>/dev/null; then
    fixed_addresses=(setarch --addr-no-randomize)
fi

passed=0 failed=0 number=0
log=$(mktemp)
trap 'rm -f "$log"' EXIT

build() {
    local werror=OFF
    case $1 in
    release | release-clang) werror=ON ;;
    esac
    cmake --preset "$1" -DLIBZIRCON_WERROR=$werror >"$log" 2>&1 &&
        cmake --build --preset "$1" --parallel "$jobs" >>"$log" 2>&1
}

run_tests() {
    local prefix=()
    if [[ $1 == tsan ]]; then
        prefix=("${fixed_addresses[@]}")
    fi
    "${prefix[@]}" ctest --preset "$1" --build-config kvm --parallel "$jobs" --timeout 900 2>&1 | tee "$log"
}

for step in "${steps[@]}"; do
    number=$((number + 1))
    printf '\n=== step %d of %d: %s ===\n' "$number" "${#steps[@]}" "$step"
    if ! build "$step"; then
        tail -n 60 "$log"
        printf '%s: the build failed\n' "$step"
        failed=$((failed + 1))
        continue
    fi
    status=0
    run_tests "$step" || status=$?
    # "98% tests passed, 2 tests failed out of 100"
    if [[ $(grep 'tests passed,' "$log") =~ ([0-9]+)\ tests\ failed\ out\ of\ ([0-9]+) ]]; then
        bad=${BASH_REMATCH[1]}
        passed=$((passed + BASH_REMATCH[2] - bad))
        failed=$((failed + bad))
        if [[ $status -ne 0 && $bad -eq 0 ]]; then
            failed=$((failed + 1))
        fi
    else
        printf '%s: no tests were run\n' "$step"
        failed=$((failed + 1))
    fi
done

printf '\n%d passed, %d failed\n' "$passed" "$failed"
[[ $failed -eq 0 ]]
