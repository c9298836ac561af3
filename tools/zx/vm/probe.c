// Part of libzircon. BSD-3-Clause, see LICENSE.
//
// What this machine has for virtual machines, and what is missing.
#include "vm.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/kvm.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include <zircon/process.h>
#include <zircon/processargs.h>
#include <zircon/status.h>

// Is the word among the processor's flags in /proc/cpuinfo?
static bool has_flag(const char *word) {
    FILE *file = fopen("/proc/cpuinfo", "re");
    char *line = NULL;
    size_t room = 0;
    bool found = false;
    while (file != NULL && !found && getline(&line, &room, file) > 0) {
        if (strncmp(line, "flags", 5) != 0 && strncmp(line, "vmx flags", 9) != 0) {
            continue;
        }
        for (char *flag = strtok(line, " \t\n"); flag != NULL; flag = strtok(NULL, " \t\n")) {
            found = found || strcmp(flag, word) == 0;
        }
    }
    free(line);
    if (file != NULL) {
        fclose(file);
    }
    return found;
}

// Has KVM been told not to use nested page tables?
static bool is_switched_off(void) {
    static const char *const files[] = {"/sys/module/kvm_intel/parameters/ept",
                                        "/sys/module/kvm_amd/parameters/npt"};
    bool off = false;
    for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
        FILE *file = fopen(files[i], "re");
        if (file != NULL) {
            int letter = fgetc(file);
            off = off || letter == 'N' || letter == '0';
            fclose(file);
        }
    }
    return off;
}

static void say(const char *what, const char *answer) {
    printf("%-34s %s\n", what, answer);
}

static const struct {
    int number;
    const char *what;
    bool needed;
} capabilities[] = {
    {KVM_CAP_USER_MEMORY, "guest memory in the host's", true},
    {KVM_CAP_EXT_CPUID, "CPUID", true},
    {KVM_CAP_SYNC_REGS, "registers in shared memory", true},
    {KVM_CAP_IMMEDIATE_EXIT, "exits at once", true},
    {KVM_CAP_X86_USER_SPACE_MSR, "exits for MSRs", true},
    {KVM_CAP_X86_MSR_FILTER, "a filter of MSRs", true},
    {KVM_CAP_VCPU_EVENTS, "injected exceptions", true},
    {KVM_CAP_USER_NMI, "non-maskable interrupts", true},
    {KVM_CAP_GET_TSC_KHZ, "the time-stamp counter's frequency", true},
    {KVM_CAP_IOEVENTFD, "ioeventfd", false},
    {KVM_CAP_SPLIT_IRQCHIP, "a split interrupt controller", false},
    {KVM_CAP_NR_MEMSLOTS, "memory slots", false},
    {KVM_CAP_MAX_VCPUS, "vcpus", false},
};

static bool probe_device(void) {
    int device = open("/dev/kvm", O_RDWR | O_CLOEXEC);
    if (device < 0) {
        say("/dev/kvm", errno == ENOENT   ? "missing: no such device"
                        : errno == EACCES ? "missing: no permission (are you in the group kvm?)"
                                          : strerror(errno));
        return false;
    }
    say("/dev/kvm", "yes");
    bool all = true;
    for (size_t i = 0; i < sizeof(capabilities) / sizeof(capabilities[0]); i++) {
        int has = ioctl(device, KVM_CHECK_EXTENSION, capabilities[i].number);
        char answer[32] = "yes";
        if (has > 1) {
            snprintf(answer, sizeof(answer), "%d", has);
        }
        bool missing = has <= 0 && capabilities[i].needed;
        say(capabilities[i].what, has > 0 ? answer : missing ? "missing" : "no");
        all = all && !missing;
    }
    close(device);
    return all;
}

int probe_command(void) {
    bool vmx = has_flag("vmx"), svm = has_flag("svm");
    bool nested_paging = has_flag("ept") || has_flag("npt");
    say("virtual machines in the processor", vmx ? "VMX" : svm ? "SVM" : "missing: no VMX or SVM");
    bool off = nested_paging && is_switched_off();
    say("nested page tables", off               ? "switched off in KVM"
                              : has_flag("ept") ? "EPT"
                              : has_flag("npt") ? "NPT"
                                                : "missing: no EPT or NPT");
    bool device = probe_device();
    zx_handle_t resource = zx_take_startup_handle(PA_HND(PA_RESOURCE, 0)), guest, vmar;
    zx_status_t status = zx_guest_create(resource, 0, &guest, &vmar);
    zx_handle_close(resource);
    if (status == ZX_OK) {
        zx_handle_close(guest);
        zx_handle_close(vmar);
    }
    say("zx_guest_create", zx_status_get_string(status));
    bool fine = status == ZX_OK && device && (vmx || svm) && nested_paging && !off;
    printf("\n%s\n", fine              ? "Guests can run here."
                     : status == ZX_OK ? "Guests can run here, slowly."
                                       : "Guests cannot run here.");
    return status == ZX_OK ? ZX_EXIT_OK : ZX_EXIT_FOUND;
}
