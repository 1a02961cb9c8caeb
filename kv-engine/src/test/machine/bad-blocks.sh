#!/usr/bin/env bash
# bad-blocks.sh SCRIPTS FOLDER SIZE TARGETS JAVA...: in a machine, a pool for each target with a bad block there, and all that can be done
# with it, each in a JVM of its own. JAVA is the command line up to the main class's package. What is said goes between lines that begin
# with "==".
set -uo pipefail
scripts=$1 folder=$2 size=$3 targets=$4
shift 4
main() {
    local class=$1
    shift
    "${java[@]}" "org.ashlar.engine.$class" "$@"
}
java=("$@")
main BadBlockPool "$folder/base.pool" "$size" >/tmp/targets || exit 1
while read -r _ target offset; do
    case " ${targets:-$target} " in *" $target "*) ;; *) continue ;; esac
    pool=$folder/$target.pool
    cp --sparse=never --reflink=never "$folder/base.pool" "$pool"
    sync "$pool"
    "$scripts/bad-block.sh" "$pool" "$offset" || exit 1
    for part in read-only salvage write; do
        echo "== $target $part"
        main BadBlockCheck "$pool" "$size" "$part" 2>&1
        echo "== status $?"
    done
done < <(grep '^target ' /tmp/targets)
