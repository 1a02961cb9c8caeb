#!/usr/bin/env bash
# bad-blocks.sh SCRIPTS FOLDER SIZE TARGETS JAVA...: in a machine, a pool for each target with a bad block there, and all that can be done
# with it. JAVA is the command line up to the main class. SIZE and TARGETS (with blanks between; all where empty)
# are those of BadBlockPool. What is said of each goes between lines that begin with "==".
#
# "before": the block is bad when the pool is opened. "mapped": the pool is open, and all of it mapped, when the block goes bad.
set -uo pipefail
scripts=$1 folder=$2 size=$3 targets=$4
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

main engine.BadBlockPool "$folder/base.pool" "$size" >/tmp/targets || exit 1
while read -r _ target offset; do
    case " ${targets:-$target} " in *" $target "*) ;; *) continue ;; esac
    copy "$target" before
    "$scripts/bad-block.sh" "$pool" "$offset" || exit 1
    check "$target"
    copy "$target" mapped
    check_mapped "$target" "$offset"
    rm -f /tmp/salvaged.pool
done < <(grep '^target ' /tmp/targets)
