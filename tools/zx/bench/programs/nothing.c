// Part of libzircon. BSD-3-Clause, see LICENSE.
//
// What a program does at least, linked statically and dynamically.
int main(void) {
    return 7;
}
