#!/usr/bin/env bash
# Runs a command; what it says on its standard error is shown only if it ends by itself with a failure.
"$@" 2>/tmp/errors
status=$?
[ "$status" = 0 ] || cat /tmp/errors
exit "$status"
