#!/bin/bash
# Part of libzircon. BSD-3-Clause, see LICENSE.
set -uo pipefail

usage() {
    cat <<'END'
Usage: tools/with_kvm.sh [OPTION]... COMMAND [ARGUMENT]...
Runs a command where /dev/kvm is: at once if this machine has it, else in a small emulated machine
that runs Debian's kernel on this file system. There the command finds every file where it is here,
in the same directory and with the same environment; it can write to the directories given with
--write, and to /tmp, which is its own. Its input, its output (both kinds in one stream) and its
exit status are passed through.

  --time SECONDS  stop after so long, 600 by default; the status is 124 then
  --write DIR     the command may change what is in DIR (may be given several times)
  --memory MIB    memory of the emulated machine, 2048 by default
  --cpus N        its processors, 1 by default; each takes a processor of this machine's
  --emulate       use the emulated machine even if /dev/kvm is here
  --quiet         no progress, only the command's own output

The emulated machine works on Debian 12 on x86-64; what it needs is installed (as root, or with
sudo). It is slow: it starts in some 10 seconds, and an exit of a guest takes 50 to 200 us.
Exit status: the command's; 124 after the time limit, 125 if the machine did not start, 2 for wrong
options.
END
}

seconds=600 memory=2048 cpus=1 emulate=0 quiet=0 writable=()
while [[ $# -gt 0 ]]; do
    case $1 in
    -h | --help)
        usage
        exit 0
        ;;
    --time | --write | --memory | --cpus)
        if [[ $# -lt 2 ]]; then
            usage >&2
            exit 2
        fi
        case $1 in
        --time) seconds=$2 ;;
        --write) writable+=("$2") ;;
        --memory) memory=$2 ;;
        --cpus) cpus=$2 ;;
        esac
        shift
        ;;
    --emulate) emulate=1 ;;
    --quiet) quiet=1 ;;
    --)
        shift
        break
        ;;
    -*)
        usage >&2
        exit 2
        ;;
    *) break ;;
    esac
    shift
done
if [[ $# -eq 0 || ! "$seconds $memory $cpus" =~ ^[1-9][0-9]*\ [1-9][0-9]*\ [1-9][0-9]*$ ]]; then
    usage >&2
    exit 2
fi

say() {
    if [[ $quiet -eq 0 ]]; then
        printf 'with_kvm: %s\n' "$*" >&2
    fi
}

if [[ $emulate -eq 0 && -r /dev/kvm && -w /dev/kvm ]]; then
    say 'this machine has /dev/kvm'
    exec timeout --foreground "$seconds" "$@"
fi

. "$(dirname "$0")/packages.sh"
need_packages qemu-system-x86 linux-image-amd64 busybox-static cpio kmod

newest() { # the newest of some files
    printf '%s\n' "$@" | sort --version-sort | tail -n 1
}
kernel=$(newest /boot/vmlinuz-*-amd64)
release=${kernel#/boot/vmlinuz-}
if [[ ! -r $kernel || ! -d /lib/modules/$release ]]; then
    printf 'with_kvm: there is no readable kernel %s with modules in /lib/modules\n' "$kernel" >&2
    exit 125
fi

work=$(mktemp -d) || exit 125
machine='' watcher=''
# shellcheck disable=SC2317 # by the trap
clean_up() {
    if [[ -n $watcher ]]; then
        kill "$watcher" 2>/dev/null
    fi
    if [[ -n $machine ]]; then
        kill "$machine" 2>/dev/null
        wait "$machine" 2>/dev/null
    fi
    rm -rf "$work"
}
trap clean_up EXIT
trap 'exit 130' INT TERM HUP

# --- the first file system: busybox, the modules, and what to do with them ---

root=$work/root
mkdir -p "$root"/{bin,modules,dev,proc,sys,host} "$work/share"
cp /bin/busybox "$root/bin/busybox"
ln -s busybox "$root/bin/sh"
for module in virtio_pci 9pnet_virtio 9p overlay kvm-amd kvm-intel; do
    modprobe --show-depends --set-version "$release" "$module" 2>/dev/null
done | sed -n 's/^insmod \([^ ]*\).*/\1/p' | awk '!seen[$0]++' >"$work/modules"
while read -r file; do
    cp "$file" "$root/modules/"
    printf 'insmod /modules/%s 2>/dev/null\n' "${file##*/}"
done <"$work/modules" >"$root/load"

# /tmp is the command's own there, but for what of it the command starts in.
: >"$root/keep"
if [[ $PWD/ == /tmp/*/* ]]; then
    below=${PWD#/tmp/}
    printf '/tmp/%s\n' "${below%%/*}" >"$root/keep"
fi

cat >"$root/init" <<'END'
#!/bin/busybox sh
/bin/busybox --install -s /bin
export PATH=/bin
mount -t devtmpfs none /dev
mount -t proc none /proc
mount -t sysfs none /sys
. /load
options=trans=virtio,version=9p2000.L,msize=512000
mount -t 9p -o "$options,cache=loose,ro" host /host || exec poweroff -f
keep=$(cat /keep)
if [ -n "$keep" ]; then
    mkdir /kept
    mount --bind "/host$keep" /kept
fi
mount -t tmpfs none /host/tmp
if [ -n "$keep" ]; then
    mkdir "/host$keep"
    mount --bind /kept "/host$keep"
fi
for name in dev proc sys; do
    mount --rbind "/$name" "/host/$name"
done
mkdir -p /host/dev/pts /host/dev/shm
mount -t devpts none /host/dev/pts
mount -t tmpfs none /host/dev/shm
mount -t tmpfs none /host/run
mkdir -p /host/run/with_kvm
mount -t 9p -o "$options,cache=none" share /host/run/with_kvm || exec poweroff -f
while read -r tag place; do
    mkdir -p "/host$place" 2>/dev/null
    mount -t 9p -o "$options,cache=none,access=any" "$tag" "/host$place"
done </host/run/with_kvm/writable
ln -sf /proc/self/fd /dev/fd
ip link set lo up 2>/dev/null
stty -F /dev/ttyS0 raw -echo
echo begun >/host/run/with_kvm/begun
chroot /host /bin/setsid -c /bin/bash /run/with_kvm/command </dev/ttyS0 >/dev/ttyS0 2>&1
echo $? >/host/run/with_kvm/status
sync
poweroff -f
END
chmod +x "$root/init"
(cd "$root" && find . | cpio --quiet --create --format=newc) | gzip -1 >"$work/initrd"

# --- what the command finds ---

{
    export -p
    printf 'cd %q || exit 125\n' "$PWD"
    printf '%q ' "$@"
    printf '\n'
} >"$work/share/command"
shares=(-virtfs "local,path=/,mount_tag=host,security_model=none,readonly=on,multidevs=remap"
    -virtfs "local,path=$work/share,mount_tag=share,security_model=none")
number=0
: >"$work/share/writable"
for directory in ${writable[@]+"${writable[@]}"}; do
    directory=$(realpath "$directory") || exit 2
    printf 'write%d %s\n' "$number" "$directory" >>"$work/share/writable"
    shares+=(-virtfs "local,path=$directory,mount_tag=write$number,security_model=none")
    number=$((number + 1))
done

# --- the machine ---

say "no /dev/kvm here: an emulated machine starts (Linux $release, some 10 seconds)"
nice -n 5 qemu-system-x86_64 -accel tcg -machine q35 -cpu max,svm=on,phys-bits=52 -smp "$cpus" \
    -m "$memory" -nodefaults -no-user-config -display none -no-reboot -serial stdio \
    -serial "file:$work/console" -kernel "$kernel" -initrd "$work/initrd" \
    -append 'console=ttyS1 quiet panic=-1 mitigations=off random.trust_cpu=on tsc=reliable no_timer_check' \
    "${shares[@]}" <&0 &
machine=$!
begin=$SECONDS
(
    while sleep 0.5; do
        if [[ -e $work/share/begun && ! -e $work/share/told ]]; then
            : >"$work/share/told"
            say "the machine runs after $((SECONDS - begin)) s; the command begins"
        fi
        if ((SECONDS - begin >= seconds)); then
            : >"$work/late"
            kill "$machine"
            break
        fi
    done
) &
watcher=$!
wait "$machine"
machine=''
if [[ -e $work/late ]]; then
    say "stopped after $seconds s"
    exit 124
fi
if [[ ! -s $work/share/status ]]; then
    printf 'with_kvm: the emulated machine ended by itself. Its console said:\n' >&2
    tail -n 30 "$work/console" >&2
    exit 125
fi
say "done after $((SECONDS - begin)) s"
exit "$(cat "$work/share/status")"
