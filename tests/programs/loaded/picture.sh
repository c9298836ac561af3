#!/bin/bash
# Part of libzircon. BSD-3-Clause, see LICENSE.
#
# What a program draws is a picture afterwards; without a framebuffer there is none.
#     picture.sh ZX PICTURE OTHER SCRATCH
set -eu
zx=$1 picture=$2 other=$3 file=$4/picture
"$zx" run --framebuffer "$file.ppm" "$picture"
{
    printf 'P6\n4 2\n255\n'
    for green in 01 11; do
        for red in 01 11 21 31; do
            printf "\x$red\x$green\x42"
        done
    done
} >"$file.expected"
cmp "$file.ppm" "$file.expected"
"$zx" run --framebuffer "$file.none" "$other" 2>&1 | grep 'there is no framebuffer'
