#!/bin/bash
# Part of libzircon. BSD-3-Clause, see LICENSE.
#
# Installs the library into a scratch folder, and builds and runs programs against what is there.
# Usage: package_test.sh PART BUILD_TREE CMAKE GENERATOR CC CXX
set -euo pipefail
part=$1 build=$2 cmake=$3 generator=$4 cc=$5 cxx=$6
here=$(cd "$(dirname "$0")" && pwd)
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
warnings=(-Wall -Wextra -Wpedantic -Wshadow -Wconversion -Werror)

die() {
    printf '%s\n' "$*" >&2
    exit 1
}

install_into() {
    "$cmake" --install "$build" --prefix "$1" >"$scratch/install.log" ||
        die "cmake --install failed: $(cat "$scratch/install.log")"
}

# expect OUTPUT PROGRAM: it prints just that.
expect() {
    local output
    output=$("$2") || die "$2: exit status $?"
    [[ $output == "$1" ]] || die "$2 prints '$output' instead of '$1'"
    printf '%s runs\n' "$1"
}

# Builds and runs the programs by what pkg-config says of the library under prefix $1.
by_pkg_config() {
    local config lib flags fuchsia
    config=$(find "$1" -name zircon.pc)
    [[ -n $config ]] || die "no zircon.pc under $1"
    export PKG_CONFIG_PATH=${config%/*}
    lib=$(realpath "$(pkg-config --variable=libdir zircon)")
    read -ra flags <<<"$(pkg-config --cflags --libs zircon) -Wl,-rpath,$lib"
    read -ra fuchsia <<<"$(pkg-config --variable=fuchsia_cflags zircon)"
    mkdir -p "$scratch/bin"
    "$cc" -std=c11 "${warnings[@]}" "$here/consumer/plain.c" "${flags[@]}" -o "$scratch/bin/plain"
    "$cc" -std=gnu11 "${warnings[@]}" "${fuchsia[@]}" "$here/consumer/fuchsia.c" "${flags[@]}" \
        -pthread -o "$scratch/bin/fuchsia"
    "$cxx" -std=c++17 "${warnings[@]}" "${fuchsia[@]}" "$here/consumer/fuchsia.cc" "${flags[@]}" \
        -pthread -o "$scratch/bin/fuchsia_cxx"
    for program in plain fuchsia fuchsia_cxx; do
        expect $program "$scratch/bin/$program"
    done
    # The name that programs remember is that of the interface's version, not the library's.
    readelf -d "$scratch/bin/plain" | grep -q 'NEEDED.*\[libzircon\.so\.0\]' ||
        die "plain does not ask for libzircon.so.0"
    [[ $(pkg-config --modversion zircon) =~ ^[0-9]+\.[0-9]+\.[0-9]+$ ]] || die "no version"
}

by_find_package() {
    "$cmake" -S "$here/consumer" -B "$scratch/consumer" -G "$generator" \
        -DCMAKE_PREFIX_PATH="$1" -DCMAKE_C_COMPILER="$cc" -DCMAKE_CXX_COMPILER="$cxx" >"$scratch/log" &&
        "$cmake" --build "$scratch/consumer" >>"$scratch/log" || die "$(cat "$scratch/log")"
    for program in plain fuchsia fuchsia_cxx; do
        expect $program "$scratch/consumer/$program"
    done
}

case $part in
pkg_config)
    install_into "$scratch/first"
    by_pkg_config "$scratch/first"
    ;;
find_package)
    install_into "$scratch/first"
    by_find_package "$scratch/first"
    ;;
moved)
    install_into "$scratch/first"
    mv "$scratch/first" "$scratch/second"
    by_pkg_config "$scratch/second"
    by_find_package "$scratch/second"
    ;;
destdir)
    DESTDIR=$scratch/stage "$cmake" --install "$build" --prefix /opt/zircon >/dev/null
    [[ -d $scratch/stage/opt/zircon/include/zircon ]] || die "DESTDIR is not obeyed"
    by_pkg_config "$scratch/stage/opt/zircon"
    ;;
headers)
    # Each header of the source tree is installed, and nothing else.
    install_into "$scratch/first"
    source=$(sed -n 's/^CMAKE_HOME_DIRECTORY:INTERNAL=//p' "$build/CMakeCache.txt")
    for folder in zircon libzircon overlay; do
        diff -r "$source/include/$folder" "$scratch/first/include/${folder/overlay/libzircon-overlay}" ||
            die "include/$folder is not installed as it is"
    done
    [[ $(find "$scratch/first/include" -mindepth 1 -maxdepth 1 | wc -l) -eq 3 ]] ||
        die "more is installed: $(ls "$scratch/first/include")"
    ;;
debian)
    (cd "$scratch" && "${cmake%/*}/cpack" -G DEB --config "$build/CPackConfig.cmake" \
        -B "$scratch/cpack" >log 2>&1) || die "cpack failed: $(cat "$scratch/log")"
    package=$(find "$scratch/cpack" -maxdepth 1 -name 'libzircon_*.deb')
    [[ -n $package ]] || die "no package: $(cat "$scratch/log")"
    dpkg-deb --info "$package"
    dpkg-deb --field "$package" Depends | grep -q 'libc6' || die "the package does not ask for libc6"
    dpkg-deb --ctrl-tarfile "$package" | tar -t | grep -q 'shlibs' || die "the package has no shlibs"
    dpkg-deb --extract "$package" "$scratch/root"
    [[ -f $scratch/root/usr/share/doc/libzircon/copyright ]] || die "no copyright in the package"
    by_pkg_config "$scratch/root/usr"
    by_find_package "$scratch/root/usr"
    ;;
*)
    die "unknown part $part"
    ;;
esac
