# Part of libzircon. BSD-3-Clause, see LICENSE.
#
# Plants a fault: prints the file with MUTANT_FIND replaced by MUTANT_WITH, within the definition of
# the function MUTANT_IN if that is not empty. Exits with 1 and says why if the text does not stand
# there exactly once.
BEGIN {
    find = ENVIRON["MUTANT_FIND"]
    with = ENVIRON["MUTANT_WITH"]
    name = ENVIRON["MUTANT_IN"]
}

{ lines[NR] = $0 }

# A definition begins in the first column with a line that has the name before a parenthesis, and
# the line with the closing brace ends it. A prototype ends with a semicolon before any brace.
function begins(n,    at, before, i) {
    at = index(lines[n], name "(")
    if (at == 0 || lines[n] !~ /^[A-Za-z_]/) {
        return 0
    }
    before = substr(lines[n], at - 1, 1)
    if (at > 1 && before ~ /[A-Za-z0-9_]/) {
        return 0
    }
    for (i = n; i <= NR && i < n + 12; i++) {
        if (lines[i] ~ /;[ \t]*$/) {
            return 0
        }
        if (lines[i] ~ /\{[ \t]*$/) {
            return 1
        }
    }
    return 0
}

END {
    first = 1
    last = NR
    if (name != "") {
        for (first = 1; first <= NR && !begins(first); first++) {
        }
        if (first > NR) {
            print "the function " name " is not there" > "/dev/stderr"
            exit 1
        }
        for (last = first; last <= NR && lines[last] != "}"; last++) {
        }
    }
    text = ""
    for (i = first; i <= last; i++) {
        text = text lines[i] "\n"
    }
    count = 0
    for (rest = text; (at = index(rest, find)) > 0; rest = substr(rest, at + length(find))) {
        count++
    }
    if (count != 1) {
        print "the text stands there " count " times: " find > "/dev/stderr"
        exit 1
    }
    for (i = 1; i < first; i++) {
        print lines[i]
    }
    at = index(text, find)
    printf "%s%s%s", substr(text, 1, at - 1), with, substr(text, at + length(find))
    for (i = last + 1; i <= NR; i++) {
        print lines[i]
    }
}
