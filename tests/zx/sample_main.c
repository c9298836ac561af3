// Part of libzircon. BSD-3-Clause, see LICENSE.
//
// zx coverage with the sample table.
#include "../../tools/zx/zx.h"

int main(int argc, char **argv) {
    return coverage_command(argc - 1, argv + 1);
}
