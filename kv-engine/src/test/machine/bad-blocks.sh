#!/usr/bin/env bash
# bad-blocks.sh SCRIPTS FOLDER SIZE MOMENTS JAVA...: in a machine, a pool for each moment with a bad block, and all that can be done with it.
# JAVA is the command line up to the main class. SIZE is that of BadBlockPool; MOMENTS are its targets, each with ":before" or ":mapped", and blanks
# between. What is said of each goes between lines that begin with "==".
#
# "before": the block is bad when the pool is opened. "mapped": the pool is open, and all of it mapped, when the block goes bad.
set -uo pipefail
scripts=$1 folder=$2 size=$3 moments=$4
shift 4
java=("$@")
main() {
    local class=$1
    shift
    "${java[@]}" "org.ashlar.$class" "$@"
}

# copy TARGET PART: a fresh pool, in "pool"
copy() {
    pool=$folder/$1-$2.pool
    cp --sparse=never --reflink=never "$folder/base.pool" "$pool"
    sync "$pool"
}

check() { # TARGET
    echo "== $1 before"
    main engine.BadBlockCheck "$pool" "$size" read-only salvage write 2>&1
    echo "== status $?"
}

check_mapped() { # TARGET OFFSET
    local line in out
    echo "== $1 mapped"
    coproc checker { main engine.BadBlockCheck "$pool" "$size" mapped 2>&1; echo "== status $?"; }
    exec {in}<&"${checker[0]}" {out}>&"${checker[1]}" # bash closes its own when the process ends, read or not
    while read -r -u "$in" line; do
        echo "$line"
        if [ "$line" = ready ]; then
            main pmem.FailedMemory "$pool" "$2" >/tmp/poison 2>&1 # is ended by what it does
            "$scripts/bad-block.sh" "$pool" "$2"
            echo >&"$out"
        fi
    done
    exec {in}<&- {out}>&-
    wait
}

echo "== begins"
targets=$folder/targets
if [ ! -e "$targets" ]; then
    main engine.BadBlockPool "$folder/base.pool" "$size" >/tmp/targets || exit 1
    cp /tmp/targets "$targets"
    sync "$folder/base.pool" "$targets"
fi
rm -f "$folder"/*-*.pool # the blocks that were bad under them are good since the machine started
for moment in $moments; do
    target=${moment%:*} when=${moment#*:}
    offset=$(sed -n "s/^target $target //p" "$targets")
    [ -n "$offset" ] || { echo "no target $target" >&2; exit 1; }
    copy "$target" "$when"
    if [ "$when" = before ]; then
        "$scripts/bad-block.sh" "$pool" "$offset" || exit 1
        check "$target"
    else
        check_mapped "$target" "$offset"
    fi
    rm -f /tmp/salvaged.pool
done
