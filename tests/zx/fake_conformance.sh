#!/bin/sh
# Stands in for the conformance tests: copies results, and behaves as it is told.
#     fake_conformance.sh RESULTS EXIT [WORD]
cat "$1" >> "$LIBZIRCON_RESULTS"
echo "ran with ${3:-nothing}"
if [ "$2" = killed ]; then
    kill -KILL $$
fi
exit "$2"
