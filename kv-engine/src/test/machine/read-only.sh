#!/usr/bin/env bash
# read-only.sh FOLDER JAVA...: in a machine, makes its disks read-only while a store is open on one, and writable again afterwards. JAVA is
# the command line up to the main class. Never on a machine that is of other use: it does it to all disks.
set -uo pipefail
folder=$1
shift
main() {
    "${java[@]}" org.ashlar.engine.ReadOnlyDeviceCheck "$folder/read-only.pool" /tmp/notes "$1" 2>&1
    echo "== status $?"
}
java=("$@")
coproc writer { main write; }
exec {in}<&"${writer[0]}" {out}>&"${writer[1]}" # bash closes its own when the process ends, read or not
while read -r -u "$in" line; do
    echo "$line"
    if [[ $line == ready* ]]; then
        echo u >/proc/sysrq-trigger
        until grep -q " $folder [^ ]* ro" /proc/mounts; do :; done
        echo >&"$out"
    fi
done
mount -o remount,rw "$folder" || exit 1
main check
