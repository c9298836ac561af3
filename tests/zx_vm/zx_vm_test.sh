#!/bin/bash
# Part of libzircon. BSD-3-Clause, see LICENSE.
#
# zx vm. Usage: zx_vm_test.sh PART ZX [KERNEL]
set -uo pipefail
part=$1 zx=$2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
wrong=0

# expect STATUS TEXT COMMAND...: it ends with the status, and prints the text.
expect() {
    local status=$1 text=$2 got=0
    shift 2
    "$@" >"$work/out" 2>&1 </dev/null || got=$?
    if [[ $got -ne $status ]] || ! grep -qF -- "$text" "$work/out"; then
        printf 'FAILED: %s\n  status %d, not %d; it should print "%s"; it printed\n' "$*" "$got" \
            "$status" "$text"
        sed 's/^/  | /' "$work/out"
        wrong=1
    fi
}

# word OFFSET BYTES FILE: changes a file in place; the bytes as printf has them.
patch() {
    # shellcheck disable=SC2059 # the bytes are a format
    printf "$2" | dd of="$3" bs=1 seek="$1" conv=notrunc status=none
}

run_part() {
    local kernel=$1
    expect 0 'Guests can run here' "$zx" vm probe
    expect 0 'the end' "$zx" vm run --time 60 --cmdline 'hello there' "$kernel"
    for text in 'the teaching kernel' 'command line: hello there' 'multiboot: 0x2badb002' \
        'memory above 1 MiB, in KiB: 0xfc00' 'hypervisor: KVMKVMKVM' \
        'memory at 0x100000, 0x3f00000 bytes' 'ticks: 0x5' 'an unknown hypercall: 0x3e8' \
        '* and time goes on'; do
        grep -qF -- "$text" "$work/out" || {
            printf 'FAILED: the teaching kernel does not print "%s"\n' "$text"
            wrong=1
        }
    done
    echo abc | "$zx" vm run --time 60 --cmdline echo "$kernel" >"$work/out" 2>&1
    grep -q 'say something: abc' "$work/out" && grep -q 'thank you' "$work/out" || {
        printf 'FAILED: the teaching kernel does not hear\n'
        wrong=1
    }
    # Guests that do not behave.
    expect 1 'the guest ended with 3' "$zx" vm run --cmdline fail "$kernel"
    expect 1 'triple fault' "$zx" vm run --cmdline triple "$kernel"
    expect 1 'exception 0x6' "$zx" vm run --cmdline exception "$kernel"
    expect 1 'not understood' "$zx" vm run --cmdline odd "$kernel"
    expect 1 'the time is up' "$zx" vm run --time 1 --cmdline loop "$kernel"
    # Flat code: output of "A", then the end.
    # shellcheck disable=SC2059
    printf '\xba\xf8\x03\x00\x00\xb0A\xee\x66\xba\xf4\x00\xb0\x00\xee' >"$work/flat"
    expect 0 'A' "$zx" vm run "$work/flat"
    expect 0 'A' "$zx" vm run --at 0x200000 "$work/flat"
    expect 3 'does not fit' "$zx" vm run --at 0x7fffffff0 "$work/flat"
    printf '\xeb\xfe' >"$work/spin"
    expect 1 'the time is up' "$zx" vm run --time 1 "$work/spin"
    printf '\x48\xa1\x00\x00\x00\x00\x10\x00\x00\x00\xeb\xfe' >"$work/hole" # mov 64 GiB, %rax
    expect 1 'triple fault' "$zx" vm run --time 5 "$work/hole"
    # Images that are not what they claim.
    local size
    size=$(stat --format=%s "$kernel")
    expect 3 'cannot be read' "$zx" vm run "$work/none"
    expect 3 'cannot be read' "$zx" vm run "$work"
    : >"$work/empty"
    expect 3 'is empty' "$zx" vm run "$work/empty"
    head -c 40 "$kernel" >"$work/image"
    expect 3 'ends within its ELF header' "$zx" vm run "$work/image"
    head -c 100 "$kernel" >"$work/image"
    expect 3 'ends within its ELF program headers' "$zx" vm run "$work/image"
    head -c 5000 "$kernel" >"$work/image"
    expect 3 'ends within an ELF segment' "$zx" vm run "$work/image"
    [[ $size -gt 5000 ]] || wrong=1
    cp "$kernel" "$work/image"
    patch 24 '\x00\x00\x00\x70' "$work/image" # the entry
    expect 3 'entry outside' "$zx" vm run "$work/image"
    cp "$kernel" "$work/image"
    patch 88 '\x00\x00\x00\x70' "$work/image" # the first segment's physical address
    expect 3 'outside of the guest' "$zx" vm run "$work/image"
    cp "$kernel" "$work/image"
    patch 18 '\xb7\x00' "$work/image" # another processor
    expect 3 'another processor' "$zx" vm run "$work/image"
    cp "$kernel" "$work/image"
    patch 56 '\x00\x00' "$work/image" # no program headers
    expect 3 'nothing to load' "$zx" vm run "$work/image"
    cp "$kernel" "$work/image"
    patch 56 '\xff\xff' "$work/image"
    expect 3 'ends within its ELF program headers' "$zx" vm run "$work/image"
    # A flat multiboot image: header with addresses, then an endless loop.
    header() { # load address, load end, entry
        printf '\x02\xb0\xad\x1b\x00\x00\x01\x00\xfe\x4f\x51\xe4' | head -c 0
        printf '\x02\xb0\xad\x1b\x00\x00\x01\x00\xfe\x4f\x51\xe4\x00\x00\x10\x00%b%b\x00\x00\x00\x00%b' \
            "$1" "$2" "$3"
    }
    local at='\x00\x00\x10\x00' entry='\x20\x00\x10\x00'
    { header "$at" '\x30\x00\x10\x00' "$entry"; printf '\xeb\xfe%014d' 0; } >"$work/image"
    expect 1 'the time is up' "$zx" vm run --time 1 "$work/image"
    { header "$at" '\x00\x10\x10\x00' "$entry"; printf '\xeb\xfe%014d' 0; } >"$work/image"
    expect 3 'shorter than its multiboot header says' "$zx" vm run "$work/image"
    { header "$at" '\x30\x00\x10\x00' '\x00\x00\x20\x00'; printf '\xeb\xfe%014d' 0; } >"$work/image"
    expect 3 'entry outside' "$zx" vm run "$work/image"
    { header '\x00\x00\x20\x00' '\x30\x00\x20\x00' "$entry"; printf '\xeb\xfe%014d' 0; } >"$work/image"
    expect 3 'contradicts itself' "$zx" vm run "$work/image"
    expect 3 'is no Linux kernel' "$zx" vm boot "$kernel"
    # Called wrongly.
    expect 2 'usage: zx vm' "$zx" vm
    expect 2 'usage: zx vm' "$zx" vm fly
    expect 2 'the memory must be' "$zx" vm run --memory 1 "$kernel"
    expect 2 'is not for this' "$zx" vm run --initrd "$kernel" "$kernel"
    expect 0 'Ctrl-A x' "$zx" vm --help
}

# In a machine of its own, as root: what is missing is taken away.
probe_part() {
    expect 0 'Guests can run here.' "$zx" vm probe
    expect 0 '/dev/kvm                           yes' "$zx" vm probe
    grep -qE '^nested page tables +(NPT|EPT)$' "$work/out" || wrong=1
    # No permission.
    chmod 600 /dev/kvm
    expect 1 'missing: no permission' setpriv --reuid 65534 --regid 65534 --clear-groups \
        "$zx" vm probe
    grep -q 'Guests cannot run here' "$work/out" || wrong=1
    grep -q 'zx_guest_create  *ZX_ERR_NOT_SUPPORTED' "$work/out" || wrong=1
    # No device.
    mv /dev/kvm /dev/kvm.away
    expect 1 'missing: no such device' "$zx" vm probe
    printf '\xeb\xfe' >"$work/spin"
    expect 3 'zx vm probe' "$zx" vm run "$work/spin"
    # A device that is another.
    mknod /dev/kvm c 1 3
    expect 1 'Guests cannot run here' "$zx" vm probe
    rm /dev/kvm
    mv /dev/kvm.away /dev/kvm
    # No nested page tables, then no virtual machines at all, as far as the processor tells.
    sed 's/ npt\b//g; s/ ept\b//g' /proc/cpuinfo >"$work/cpuinfo"
    mount --bind "$work/cpuinfo" /proc/cpuinfo
    expect 0 'missing: no EPT or NPT' "$zx" vm probe
    grep -q 'Guests can run here, slowly' "$work/out" || wrong=1
    umount /proc/cpuinfo
    sed 's/ svm\b//g; s/ vmx\b//g' /proc/cpuinfo >"$work/cpuinfo"
    mount --bind "$work/cpuinfo" /proc/cpuinfo
    expect 0 'missing: no VMX or SVM' "$zx" vm probe
    umount /proc/cpuinfo
    # Nested page tables that KVM is not to use: guests run all the same.
    rmmod kvm_amd && modprobe kvm_amd npt=0
    expect 0 'switched off in KVM' "$zx" vm probe
    # shellcheck disable=SC2059
    printf '\xba\xf8\x03\x00\x00\xb0A\xee\x66\xba\xf4\x00\xb0\x00\xee' >"$work/flat"
    expect 0 'A' "$zx" vm run "$work/flat"
}

linux_part() {
    local root=$work/root kernel
    kernel=$(printf '%s\n' /boot/vmlinuz-*-amd64 | sort --version-sort | tail -n 1)
    mkdir -p "$root/bin" "$root/dev"
    cp /bin/busybox "$root/bin/"
    ln -s busybox "$root/bin/sh"
    cat >"$root/init" <<'END'
#!/bin/busybox sh
/bin/busybox --install -s /bin
export PATH=/bin
mkdir -p /proc
mount -t proc none /proc
mount -t devtmpfs none /dev
echo 'the first file system is up'
setsid cttyhack sh
reboot -f
END
    chmod +x "$root/init"
    (cd "$root" && find . | cpio --quiet --create --format=newc) | gzip -1 >"$work/initrd"
    mkfifo "$work/in"
    "$zx" vm boot --time 800 --verbose "$kernel" --initrd "$work/initrd" <"$work/in" \
        >"$work/out" 2>&1 &
    local monitor=$!
    exec 3>"$work/in"
    for ((i = 0; i < 780; i++)); do
        grep -qa 'built-in shell' "$work/out" && break
        kill -0 "$monitor" 2>/dev/null || break
        sleep 1
    done
    # shellcheck disable=SC2016 # for the guest's shell
    printf 'echo the answer is $((6 * 7)); grep -c . /proc/interrupts; exit\n' >&3
    local status=0
    wait "$monitor" || status=$?
    exec 3>&-
    if [[ $status -ne 0 ]] || ! grep -qa 'the answer is 42' "$work/out"; then
        printf 'FAILED: Linux did not come up to a shell (status %d):\n' "$status"
        tail -n 40 "$work/out" | tr -cd '[:print:]\n'
        wrong=1
    fi
    tail -n 2 "$work/out" | tr -cd '[:print:]\n'
    # Kernels that are cut short.
    head -c 500 "$kernel" >"$work/image"
    expect 3 'too short' "$zx" vm boot "$work/image"
    head -c 100000 "$kernel" >"$work/image"
    expect 3 'shorter than its header says' "$zx" vm boot "$work/image"
    expect 3 'needs' "$zx" vm boot --memory 32 "$kernel"
    expect 3 'does not fit' "$zx" vm boot --memory 80 "$kernel" --initrd "$kernel"
}

case $part in
run) run_part "$3" ;;
probe) probe_part ;;
linux) linux_part ;;
esac
exit "$wrong"
