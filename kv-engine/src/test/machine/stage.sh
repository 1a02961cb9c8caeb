#!/usr/bin/env bash
# The tests on a machine with a DAX mount, whose power can be cut: what .ci/machine runs. See there for the variables.
#
#   stage.sh CLASSPATH [PART]...      parts: durability cuts page-cache faults; all of them by default; and read-only
#
# Each part prints a line for each run, and ends with exit status 1 where one failed; then the folder with what was said stays.
set -uo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
classpath=$1
shift
parts=("$@")
[ ${#parts[@]} -gt 0 ] || parts=(durability cuts page-cache faults)
: "${PMEM_RUNNER:?names no program that runs a command on a machine with a DAX mount: see .ci/machine}"
mount=${PMEM_MOUNT:-/mnt/pmem}
seed=${MACHINE_SEED:-$((RANDOM + 1))}
cuts=${MACHINE_CUTS:-6}
read -r -a homes <<<"${MACHINE_JAVA_HOMES:-${JAVA_HOME:-$(dirname "$(dirname "$(readlink -f "$(command -v java)")")")}}"
work=$(mktemp -d "${TMPDIR:-/tmp}/ashlar-machine-XXXXXX")
share=$work/share
failed=0
runs=0

# ------------------------------------------------------------------------------------------------------------- helpers

# What the machine sees, and nothing else: one jar of our classes, the libraries, the scripts.
stage_share() {
    local entry classes=$work/classes
    mkdir -p "$share/lib" "$classes"
    local IFS=:
    for entry in $classpath; do
        if [ -d "$entry" ]; then
            cp -r "$entry/." "$classes/"
        elif [ -f "$entry" ]; then
            cp "$entry" "$share/lib/"
        fi
    done
    find "$classes" -name module-info.class -delete
    "${homes[0]}/bin/jar" --create --file "$share/lib/ashlar.jar" -C "$classes" .
    cp "$here"/*.sh "$share/"
    rm -r "$classes"
}

# java_command HOME [MAIN]: the command line of a main class, as an array named "java".
java_command() {
    java=("$1/bin/java" --add-opens=java.base/jdk.internal.misc=ALL-UNNAMED)
    if "$1/bin/java" --sun-misc-unsafe-memory-access=allow -version >/dev/null 2>&1; then
        java+=(--enable-native-access=ALL-UNNAMED --sun-misc-unsafe-memory-access=allow)
    fi
    # Small and quick to start: the machine may be emulated.
    java+=(-Xmx96m -XX:+UseSerialGC -Xshare:auto -XX:-UsePerfData -XX:-CreateCoredumpOnCrash ${MACHINE_JAVA_FLAGS:-})
    local libraries=("$share"/lib/*.jar)
    java+=(-cp "$(IFS=:; echo "${libraries[*]}")")
    [ -z "$2" ] || java+=("org.ashlar.engine.$2")
}

# run NAME OPTION... -- COMMAND...: one run; what it says goes to a file, the status is the command's.
run() {
    local name=$1
    shift
    "$PMEM_RUNNER" run --pmem "$work/pmem.img" --size "${PMEM_SIZE:-1G}" --ro "$share" "$@" >"$work/$name.out" 2>"$work/$name.err"
}

# report STATUS NAME WHAT: the line of a run, and what it said where it failed.
report() {
    runs=$((runs + 1))
    if [ "$1" = 0 ]; then
        echo "ok      $2: $3"
    else
        failed=$((failed + 1))
        echo "FAILED  $2: $3 (exit status $1; $work/$2.out)"
        tail -n 40 "$work/$2.out" "$work/$2.err" | sed 's/^/        /'
    fi
}

# says FILE PATTERN...: whether a file has a line for each pattern; names the first that is missing.
says() {
    local file=$1 pattern
    shift
    for pattern in "$@"; do
        grep -qE "$pattern" "$file" || { echo "no line with: $pattern" >>"$file"; return 1; }
    done
}

name_of() { # HOME
    "$1/bin/java" -XshowSettings:properties -version 2>&1 | sed -n 's/^ *java.specification.version = /jdk/p'
}

# ---------------------------------------------------------------------------------------------------------- durability

durability() {
    local home domain name status
    for home in "${homes[@]}"; do
        java_command "$home" ObtainedDurability
        for domain in mem-ctrl cpu; do
            name=durability-$domain-$(name_of "$home")
            run "$name" --fresh --persistence "$domain" -- "${java[@]}" "$mount" /tmp
            status=$?
            if [ "$status" = 0 ]; then
                local how=WRITE_BACK
                [ "$domain" = cpu ] && how=FENCE_ONLY
                says "$work/$name.out" \
                    "^$mount BEST: POWER_FAILURE by $how, .* DAX" "^$mount POWER_FAILURE: POWER_FAILURE by $how, .* DAX" \
                    "^$mount PROCESS_CRASH: PROCESS_CRASH by PROCESS_CRASH" "^/tmp BEST: PROCESS_CRASH by PROCESS_CRASH" \
                    "^/tmp POWER_FAILURE: refused, .*memory"
                status=$?
            fi
            report "$status" "$name" "$(grep -m1 "^$mount BEST" "$work/$name.out")"
        done
    done
}

# ---------------------------------------------------------------------------------------------------------------- cuts

# cut_generations NAME HOME DURABILITY CUTS OPTION...: cuts the power again and again over the same pools.
cut_generations() {
    local name=$1 home=$2 durability=$3 count=$4 cut status how fresh=(--fresh)
    shift 4
    : >"$share/history"
    for ((cut = 0; cut < count; cut++)); do
        how=(--self)
        local who=self
        if ((cut % 2)); then # half of the cuts come from outside, between any two instructions
            how=(--marker "CUT NOW" --delay "0.00$((RANDOM % 10))")
            who=other
        fi
        java_command "$home" PowerCutWriter
        local write=("${java[@]}" "$mount" "$durability" "$seed" "$cut" "$who")
        java_command "$home" PowerCutCheck
        local check=("${java[@]}" "$mount" "$durability" "$seed" "$share/history" "$share/said")
        local attempt
        for attempt in 1 2 3; do
            : >"$share/said"
            "$PMEM_RUNNER" crash-run --pmem "$work/pmem.img" --size "${PMEM_SIZE:-1G}" --ro "$share" "${fresh[@]}" "${how[@]}" "$@" \
                -- bash "$share/quiet.sh" "${write[@]}" --then "${check[@]}" >"$share/said" 2>"$work/$name-$cut.err"
            status=$?
            ! grep -q '^WRITES' "$share/said" || break # else the machine did not get as far as our program
        done
        cp "$share/said" "$work/$name-$cut.out"
        grep '^settled ' "$share/said" >>"$share/history" || status=${status/#0/1}
        report "$status" "$name-$cut" "$(grep -c 'records are there' "$work/$name-$cut.out") pools, seed $seed, $(grep '^settled ' "$share/said")"
        [ "$status" = 0 ] || { cp "$work/pmem.img" "$work/$name-$cut.img"; cp "$share/history" "$work/$name-$cut.history"; return; }
        fresh=()
    done
}

cuts() {
    local home domain
    for home in "${homes[@]}"; do
        for domain in mem-ctrl cpu; do
            cut_generations "cuts-$domain-$(name_of "$home")" "$home" BEST "$cuts" --persistence "$domain"
        done
    done
}

# ---------------------------------------------------------------------------------------------------------- page-cache

# Without DAX: what msync promises, and what nobody promised.
page-cache() {
    local home durability
    for home in "${homes[@]}"; do
        for durability in POWER_FAILURE BEST; do
            cut_generations "page-cache-$durability-$(name_of "$home")" "$home" "$durability" "$cuts" --mopts dax=never
        done
    done
}

# -------------------------------------------------------------------------------------------------------------- faults

# block FILE TARGET WHEN: what was said of a target.
block() {
    awk -v head="== $2 $3" '$0 == head { on = 1; next } on { print } on && /^== status/ { exit }' "$1"
}

# expect FILE TARGET WHEN PATTERN...: what is said of a target has a line for each pattern, and the JVM lived.
expect() {
    local file=$1 target=$2 when=$3 said=$work/said-of-one status
    shift 3
    block "$file" "$target" "$when" >"$said"
    says "$said" '^== status 0$' '^done$' "$@"
    status=$?
    grep -qE 'WRONG|does not end' "$said" && status=1
    report "$status" "$(basename "$file" .out)-$target-$when" "$(grep -cv 'told {}' "$said") of $(wc -l <"$said") lines tell of it"
    [ "$status" = 0 ] || sed 's/^/        /' "$said"
}

# What must be said of each target. Gets and reads of what is not hit are compared by the program itself.
faults() {
    local home size domain name file target
    local bad='told \{.*(MediaErrorException|CorruptStoreException|InternalError)=' all='told \{\}'
    for home in "${homes[@]}"; do
        for size in small standard; do
            domain=mem-ctrl
            [ $size = small ] && domain=cpu
            name=faults-$size-$(name_of "$home")
            file=$work/$name.out
            java_command "$home" ""
            run "$name" --fresh --persistence $domain -- \
                bash "$share/bad-blocks.sh" "$share" "$mount" $size "${MACHINE_TARGETS:-}" "${java[@]}" || report 1 "$name" "the run"
            for target in $(sed -n 's/^== \([A-Z_]*\) before$/\1/p' "$file"); do
                case $target in
                    HEADER_*)
                        expect "$file" "$target" before "^read-only gets: $all" '^salvage: missing 0' '^write: open'
                        expect "$file" "$target" mapped "^mapped gets: $all" ;;
                    SUPERBLOCK)
                        expect "$file" "$target" before '^read-only: open is refused, MediaErrorException' \
                            '^write: open is refused, MediaErrorException' '^salvage: missing 0'
                        expect "$file" "$target" mapped "^mapped gets: $all" ;;
                    RECORD | LEAF)
                        expect "$file" "$target" before "^read-only gets: $bad" '^read-only verify: sound false' \
                            "^write gets: $bad" '^write verify: sound false' "^write new: $all" "^write new read: $all"
                        expect "$file" "$target" mapped "^mapped gets: $bad" '^mapped verify: sound false' ;;
                    LARGE_RECORD)
                        expect "$file" "$target" before "^read-only gets: $all" "^read-only large: $bad" '^write verify: sound false'
                        expect "$file" "$target" mapped "^mapped gets: $all" "^mapped large: $bad" ;;
                    *DESCRIPTOR* | *HEADERS | FREE | ALLOCATION_MAP)
                        expect "$file" "$target" before "^read-only gets: $all" "^write gets: $all" '^salvage: missing 0'
                        expect "$file" "$target" mapped "^mapped gets: $all" ;;
                    *)
                        expect "$file" "$target" before '^salvage: missing'
                        expect "$file" "$target" mapped ;;
                esac
            done
        done
    done
}

# ----------------------------------------------------------------------------------------------------------- read-only

read-only() {
    local home name status
    for home in "${homes[@]}"; do
        name=read-only-$(name_of "$home")
        java_command "$home" ""
        run "$name" --fresh -- bash "$share/read-only.sh" "$mount" "${java[@]}"
        status=$?
        if [ "$status" = 0 ]; then
            says "$work/$name.out" '^while open: lost 0$' '^opened again: lost 0, sound true'
            status=$?
        fi
        report "$status" "$name" "$(grep -m1 '^told' "$work/$name.out")"
    done
}

# -----------------------------------------------------------------------------------------------------------------

stage_share
echo "seed $seed, JDKs: ${homes[*]}, in $work"
for part in "${parts[@]}"; do
    case $part in
        durability) durability ;;
        cuts) cuts ;;
        faults) faults ;;
        read-only) read-only ;;
        page-cache) page-cache ;;
        *) echo "no part $part" >&2; failed=$((failed + 1)) ;;
    esac
done
echo "$runs runs, $failed failed"
if [ "$failed" = 0 ]; then
    rm -r "$work"
fi
exit $((failed > 0))
