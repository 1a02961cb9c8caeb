#!/usr/bin/env bash
# bad-block.sh FILE OFFSET: makes the block under that byte of the file one that the device is known not to be able to read, as the kernel does
# after a machine check or a scrub of the device. As root, on a file system that is right on a device of persistent memory. From then on
# touching the block is a SIGBUS (BUS_ADRERR) where it was not mapped before, and read(2) and write(2) are EIO; until the machine starts again.
set -euo pipefail
block_bytes=4096
block=$(filefrag -b$block_bytes -e -v "$1" | awk -v want=$(($2 / block_bytes)) '
    $1 ~ /^[0-9]+:$/ { gsub(/\.\./, " "); gsub(/:/, " "); if (want >= $2 && want <= $3) { print $4 + want - $2; exit } }')
[ -n "$block" ] || { echo "no block under byte $2 of $1" >&2; exit 1; }
device=$(basename "$(df --output=source "$1" | tail -n 1)")
sectors=$((block_bytes / 512))
echo "$((block * sectors)) $sectors" >"/sys/block/$device/badblocks"
