#!/bin/bash
# Part of libzircon. BSD-3-Clause, see LICENSE.
#
# The pages against the tree. Usage: docs_test.sh PART SOURCE_TREE
set -euo pipefail
part=$1
cd "$2"
wrong=0

complain() {
    printf '%s\n' "$*" >&2
    wrong=1
}

case $part in
links)
    # Every relative link leads to a file.
    checked=0
    for page in README.md docs/*.md docs/objects/*.md; do
        while read -r target; do
            checked=$((checked + 1))
            [[ -e ${page%/*}/$target || ($page == README.md && -e $target) ]] ||
                complain "$page: $target does not exist"
        done < <(grep -oE '\]\([^)#]+' "$page" | sed 's/^](//' | grep -v '^https\?:' || true)
    done
    [[ $checked -gt 30 ]] || complain "only $checked links were found"
    ;;
objects)
    # Every kind of object has its page, with the parts that a reader looks for, and is in the index.
    while read -r noun; do
        page=docs/objects/$noun.md
        if [[ ! -e $page ]]; then
            complain "src/objects has the type $noun: write $page"
            continue
        fi
        for heading in Rights Calls 'How it works here' Differences; do
            grep -qx "## $heading" "$page" || complain "$page: there is no heading '## $heading'"
        done
        grep -q "(objects/$noun.md)" docs/index.md || complain "docs/index.md does not name $page"
    done < <(sed -nE 's/^const struct object_type ([a-z_]+)_type = .*/\1/p' src/objects/*.c |
        sed 's/_object$//')
    ;;
locks)
    # Every rank is in the table, with its number.
    while read -r name number; do
        grep -q "^| $number | \`$name\` | [a-zA-Z]" docs/locking.md ||
            complain "docs/locking.md: there is no row '| $number | \`$name\` | what it protects |'"
    done < <(sed -nE 's/^ *(RANK_[A-Z_]+) = ([0-9]+),.*/\1 \2/p' src/host/lock.h)
    ;;
readme)
    # The example is the one that is built and run, and the figures are those of the coverage page.
    example=$(sed -n '/^```c$/,/^```$/p' README.md | sed '1d;$d')
    [[ -n $example && $(<tests/programs/hello.c) == *"$example"* ]] ||
        complain "README.md: the example is not a part of tests/programs/hello.c"
    figures=$(grep -oE '[0-9]+ of [0-9]+ calls of 2019' docs/coverage.md | head -n 1)
    grep -qF "$figures" README.md || complain "README.md: write '$figures', as docs/coverage.md has it"
    for command in tools/demo.sh tools/test.sh; do
        grep -q "^    $command" README.md || complain "README.md does not name $command"
        [[ -x $command ]] || complain "$command cannot be executed"
    done
    ;;
*)
    complain "unknown part $part"
    ;;
esac
exit $wrong
