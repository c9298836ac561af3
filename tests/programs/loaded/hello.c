// Part of libzircon. BSD-3-Clause, see LICENSE.
//
// Says what it was started with.
#include "runtime.h"

int64_t program(void) {
    print("hello, zircon\n");
    for (int i = 1; i < start.argc; i++) {
        print("argument: ");
        print(start.argv[i]);
        print("\n");
    }
    for (int i = 0; start.environment[i] != 0; i++) {
        print("variable: ");
        print(start.environment[i]);
        print("\n");
    }
    MUST(start.process != ZX_HANDLE_INVALID && start.thread != ZX_HANDLE_INVALID &&
         start.root != ZX_HANDLE_INVALID);
    print(start.job != ZX_HANDLE_INVALID ? "a job\n" : "no job\n");
    print(start_handle(PA_HND(PA_RESOURCE, 0)) != ZX_HANDLE_INVALID ? "a resource\n"
                                                                    : "no resource\n");
    print(start_handle(PA_HND(PA_VMO_VDSO, 0)) != ZX_HANDLE_INVALID ? "a vDSO\n" : "no vDSO\n");
    return start.argc > 1 ? number_of(start.argv[1]) : 0;
}
