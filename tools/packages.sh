# shellcheck shell=bash
# Part of libzircon. BSD-3-Clause, see LICENSE.
#
# For the scripts beside it: `need_packages PACKAGE...` installs those Debian packages that are
# missing, as root or through sudo.
need_packages() {
    local package missing=() root=()
    if ! command -v dpkg-query >/dev/null || ! command -v apt-get >/dev/null; then
        printf 'This is no Debian system: make sure that you have what these packages hold: %s\n' \
            "$*" >&2
        return
    fi
    for package; do
        if [[ $(dpkg-query --show --showformat='${db:Status-Status}' "$package" 2>/dev/null) != \
            installed ]]; then
            missing+=("$package")
        fi
    done
    if [[ ${#missing[@]} -eq 0 ]]; then
        return
    fi
    if [[ $(id -u) -ne 0 ]]; then
        if ! command -v sudo >/dev/null; then
            printf 'Packages are missing. As root, run:\n    apt-get install %s\n' \
                "${missing[*]}" >&2
            exit 3
        fi
        root=(sudo)
    fi
    printf 'Installing %s\n' "${missing[*]}" >&2
    if ! "${root[@]}" apt-get update --quiet >&2 ||
        ! "${root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install --quiet --yes \
            --no-install-recommends "${missing[@]}" >&2; then
        printf 'The packages could not be installed: see the messages of apt-get above.\n' >&2
        exit 3
    fi
}
