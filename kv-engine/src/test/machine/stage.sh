#!/usr/bin/env bash
# The tests on a machine with a DAX mount, whose power can be cut: what .ci/machine runs. See there for the variables.
#
#   stage.sh CLASSPATH [PART [SELECTION]...]...   parts: durability cuts page-cache faults; all of them by default; and read-only
#
# Each part prints a line for each run, and a row for the table of what was tried at its end. The exit status is 1 where a run failed; then the
# folder with what was said stays. A machine that did not come up, or whose time was up, is started again, which a line says; a check that failed is not
# tried again.
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
failures=()
readonly DID_NOT_COME_UP=125 TIME_IS_UP=124 MOST_STARTS=3

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

# again NAME STATUS: says that a machine is started once more, and why.
again() {
    echo "again   $1: the machine did not come up (exit status $2)"
}

# run NAME OPTION... -- COMMAND...: one run; what it says goes to a file, the status is the command's. All commands say something at once.
run() {
    local name=$1 start status
    shift
    for ((start = 1; ; start++)); do
        "$PMEM_RUNNER" run --pmem "$work/pmem.img" --size "${PMEM_SIZE:-1G}" --ro "$share" "$@" >"$work/$name.out" 2>"$work/$name.err"
        status=$?
        if [ $status != $DID_NOT_COME_UP ] || [ -s "$work/$name.out" ] || [ $start = $MOST_STARTS ]; then
            return $status
        fi
        again "$name" $status
    done
}

# report STATUS NAME WHAT: the line of a run, and what it said where it failed.
report() {
    runs=$((runs + 1))
    if [ "$1" = 0 ]; then
        echo "ok      $2: $3"
    else
        failed=$((failed + 1))
        failures+=("$2")
        echo "FAILED  $2: $3 (exit status $1; $work/$2.out)"
        tail -n 40 "$work/$2.out" "$work/$2.err" 2>/dev/null | sed 's/^/        /'
    fi
}

# row WHAT PART HOW_OFTEN: a row of the table of what was tried, for the runs since the last one.
row() {
    local found=nothing
    [ ${#failures[@]} = 0 ] || found="FAILED: ${failures[*]}"
    echo "| $1 | \`PMEM_RUNNER=PROGRAM .ci/machine $2\` | $3 | $found |"
    failures=()
}

names_of_homes() {
    local home names=()
    for home in "${homes[@]}"; do
        names+=("$(name_of "$home")")
    done
    echo "${names[*]}"
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
    local home domain name status tried=0
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
            tried=$((tried + 1))
        done
    done
    row "what durability says on ext4 DAX and on tmpfs, a machine" durability "$tried runs: $(names_of_homes); mem-ctrl and cpu"
}

# ---------------------------------------------------------------------------------------------------------------- cuts

# cut_generations NAME HOME DURABILITY CUTS OPTION...: cuts the power again and again over the same pools; counts in "made".
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
        local start
        for ((start = 1; ; start++)); do
            : >"$share/said"
            "$PMEM_RUNNER" crash-run --pmem "$work/pmem.img" --size "${PMEM_SIZE:-1G}" --ro "$share" "${fresh[@]}" "${how[@]}" "$@" \
                -- bash "$share/quiet.sh" "${write[@]}" --then "${check[@]}" >"$share/said" 2>"$work/$name-$cut.err"
            status=$?
            if grep -q '^WRITES' "$share/said" || [ $start = $MOST_STARTS ]; then
                break # else the machine did not get as far as our program
            fi
            again "$name-$cut" $status
        done
        for ((start = 1; status == DID_NOT_COME_UP && start < MOST_STARTS; start++)); do
            if ! grep -q '^WRITES' "$share/said" || grep -q '^CHECKS' "$share/said"; then
                break
            fi
            again "$name-$cut, after the cut" $status
            "$PMEM_RUNNER" run --pmem "$work/pmem.img" --ro "$share" "$@" -- "${check[@]}" >"$work/$name-$cut.checked" 2>>"$work/$name-$cut.err"
            status=$?
            cat "$work/$name-$cut.checked" >>"$share/said"
        done
        made=$((made + 1))
        cp "$share/said" "$work/$name-$cut.out"
        grep '^settled ' "$share/said" >>"$share/history" || status=${status/#0/1}
        report "$status" "$name-$cut" "$(grep -c 'records are there' "$work/$name-$cut.out") pools, seed $seed, $(grep '^settled ' "$share/said")"
        [ "$status" = 0 ] || { cp "$work/pmem.img" "$work/$name-$cut.img"; cp "$share/history" "$work/$name-$cut.history"; return; }
        fresh=()
    done
}

# cuts [DOMAIN]...
cuts() {
    local home domain made=0 domains=("$@")
    [ ${#domains[@]} -gt 0 ] || domains=(mem-ctrl cpu)
    for home in "${homes[@]}"; do
        for domain in "${domains[@]}"; do
            cut_generations "cuts-$domain-$(name_of "$home")" "$home" BEST "$cuts" --persistence "$domain"
        done
    done
    row "power cuts on ext4 DAX, a machine" "cuts ${domains[*]}" "$made cuts: $(names_of_homes); seed $seed"
}

# ---------------------------------------------------------------------------------------------------------- page-cache

# Without DAX: what msync promises, and what nobody promised.
page-cache() {
    local home durability made=0
    for home in "${homes[@]}"; do
        for durability in POWER_FAILURE BEST; do
            cut_generations "page-cache-$durability-$(name_of "$home")" "$home" "$durability" "$cuts" --mopts dax=never
        done
    done
    row "the same without DAX: \`msync\`, and what the kernel had written by itself" page-cache "$made cuts: $(names_of_homes); seed $seed"
}

# -------------------------------------------------------------------------------------------------------------- faults

# block FILE TARGET WHEN: what was said of a target.
block() {
    awk -v head="== $2 $3" '$0 == head { on = 1; next } on { print } on && /^== status/ { exit }' "$1"
}

# expect FILE TARGET WHEN TOLD PATTERN...: the JVM lived; calls whose names match TOLD, and no others, were told of the fault, by its exception; and
# what is said has a line for each pattern. Gets and reads of what is not hit are compared by the program itself.
expect() {
    local file=$1 target=$2 when=$3 told=$4 said=$work/said-of-one status others
    shift 4
    block "$file" "$target" "$when" >"$said"
    says "$said" '^== status 0$' '^done$' "$@"
    status=$?
    grep -qE 'WRONG|does not end' "$said" && status=1
    others=$(grep -E 'told \{[^}]' "$said" | grep -vE "^[a-z-]+ ($told): told \{MediaErrorException=[0-9]+\}")
    [ -z "$others" ] || { status=1; echo "told, and is not to be, or not so: $others" >>"$said"; }
    report "$status" "$(basename "$file" .out)-$target-$when" "$(grep -c 'told {M' "$said") of $(grep -c 'told {' "$said") kinds of calls were told"
    [ "$status" = 0 ] || sed 's/^/        /' "$said"
}

# each_says PATTERN...: that in "each", for each open of a moment, which are in "opens".
each_says() {
    local open pattern
    each=()
    for open in "${opens[@]}"; do
        for pattern in "$@"; do
            each+=("^$open $pattern")
        done
    done
}

# judge FILE TARGET WHEN: whether what was said of a moment is what must be.
judge() {
    local target=$2 when=$3 all='told \{\}' some='told \{MediaErrorException=[0-9]{1,3}\}' each # some of 1,500
    local through_index='(gets|reads of many|for each|entries|updates|deletes|compact|gets again)' opens=(mapped)
    local sound=("gets: $all" "gets again: $all" 'verify: sound true' 'scrub: sound true')
    local copy='sound false, [0-9]+ records, \[copy [01] of the pool.s header, at offset [0-9]+, cannot be read\]$'
    local header=("gets: $all" "gets again: $all" "verify: $copy" "scrub: $copy")
    [ "$when" = before ] && opens=(read-only write)
    case $target-$when in
        HEADER_*-before) # a machine whose bad blocks can be mended by writing opens it
            opens=(read-only)
            each_says "${header[@]}"
            expect "$@" none "${each[@]}" '^salvage: missing 0' '^write: open(, | is refused, MediaErrorException: a copy of the header)' ;;
        HEADER_*-mapped)
            each_says "${header[@]}"
            expect "$@" close "${each[@]}" ;;
        SUPERBLOCK-before | CHUNK_TABLE-before | CATALOG_LEAF-before)
            expect "$@" none '^read-only: open is refused, MediaErrorException' '^write: open is refused, MediaErrorException' \
                '^salvage: missing 0' ;;
        SUPERBLOCK-mapped | CATALOG_LEAF-mapped)
            each_says 'maps: told \{MediaErrorException=3\}' "gets: $all" "gets again: $all" 'verify: sound false, .*the catalog' \
                'scrub: sound false, .*the catalog'
            expect "$@" '(maps|compact)' "${each[@]}" ;;
        CHUNK_TABLE-mapped) # nothing can be stored any more
            each_says "gets: $all" "updates: $some" 'verify: sound false' 'scrub: sound false'
            expect "$@" '(updates|deletes|new|stats|compact)' "${each[@]}" ;;
        RECORD-* | LEAF-* | SEGMENT-*)
            local named="map 'm'"
            [ "$target" = RECORD ] && named="the record at linear offset [0-9]+ cannot be read"
            [ "$target" = LEAF ] && named="the index page at linear offset [0-9]+ cannot be read"
            each_says "gets: $some" "gets again: $some" "verify: sound false, .*$named" "scrub: sound false, .*$named"
            expect "$@" "$through_index" "${each[@]}" ;;
        LARGE_RECORD-*)
            each_says "gets: $all" 'large: told \{MediaErrorException=1\}' \
                'verify: sound false, .*the record at linear offset [0-9]+ cannot be read' 'scrub: sound false'
            expect "$@" '(large|compact)' "${each[@]}" ;;
        CHUNK_HEADERS-* | *_DESCRIPTOR-*) # those of a read-only open are elsewhere
            local told=none
            [ "$target" = CHUNK_HEADERS ] && told='(updates|deletes|new|stats|compact)'
            [ "$target" = LEAF_DESCRIPTOR ] && told='(updates|deletes|new|compact)' # the locks of leaves are there
            each_says "gets: $all" "gets again: $all"
            expect "$@" "$told" "${each[@]}" "^${opens[-1]} verify: sound false, .*what is free in chunk [0-9]+, at linear offset" \
                "^${opens[-1]} scrub: sound false, .*what is free in chunk [0-9]+, at linear offset" ;;
        FREE-*) # a put that would be stored there
            each_says "${sound[@]}"
            expect "$@" '(updates|new)' "${each[@]}" "^${opens[-1]} (updates|new): told \\{(MediaErrorException=[0-9]{1,2})?\\}" ;;
        *)
            each_says "${sound[@]}"
            expect "$@" none "${each[@]}" ;;
    esac
}

targets_of() { # GROUP
    case $1 in
        headers) echo HEADER_A HEADER_B SUPERBLOCK ;;
        tables) echo CHUNK_TABLE ALLOCATION_MAP ;;
        index) echo CATALOG_LEAF LEAF SEGMENT ;;
        records) echo RECORD LARGE_RECORD FREE ;;
        descriptors) echo SECTION_HEADERS CHUNK_HEADERS RECORD_DESCRIPTOR LEAF_DESCRIPTOR ;;
    esac
}

# bad_blocks NAME HOME SIZE MOMENT...: as many machines as it takes, each as long as its time lasts.
bad_blocks() {
    local name=$1 home=$2 size=$3 left moment machine=0 status file ended fresh=(--fresh) domain=mem-ctrl
    shift 3
    left=("$@")
    [ "$size" = small ] && domain=cpu
    java_command "$home" ""
    while [ ${#left[@]} -gt 0 ]; do
        file=$work/$name-$((machine++)).out
        run "$(basename "$file" .out)" "${fresh[@]}" --persistence $domain -- \
            bash "$share/bad-blocks.sh" "$share" "$mount" "$size" "${left[*]}" "${java[@]}"
        status=$?
        fresh=()
        ended=0
        for moment in "${left[@]}"; do
            block "$file" "${moment%:*}" "${moment#*:}" | grep -q '^== status' || break
            judge "$file" "${moment%:*}" "${moment#*:}"
            ended=$((ended + 1))
        done
        left=("${left[@]:ended}")
        [ ${#left[@]} -gt 0 ] || break
        moment=${left[0]/:/-}
        if [ $status = $TIME_IS_UP ] && [ $ended -gt 0 ]; then
            echo "again   $name: the machine's time was up; another one goes on from $moment"
        else
            report $status "$(basename "$file" .out)" "$moment did not end"
            left=("${left[@]:1}")
        fi
    done
}

# faults [small|standard|GROUP|TARGET]...
faults() {
    local home size sizes=() targets=() target word moments group before=$runs
    for word in "$@"; do
        case $word in
            small | standard) sizes+=("$word") ;;
            [A-Z]*) targets+=("$word") ;;
            *) read -r -a group <<<"$(targets_of "$word")"; targets+=("${group[@]}") ;;
        esac
    done
    [ ${#sizes[@]} -gt 0 ] || sizes=(small standard)
    if [ ${#targets[@]} = 0 ]; then
        for word in headers tables index records descriptors; do
            read -r -a group <<<"$(targets_of $word)"
            targets+=("${group[@]}")
        done
    fi
    for home in "${homes[@]}"; do
        for size in "${sizes[@]}"; do
            moments=()
            for target in "${targets[@]}"; do # a pool by default has its descriptors elsewhere
                case $size-$target in
                    standard-*DESCRIPTOR | standard-*_HEADERS) ;;
                    *) moments+=("$target:before" "$target:mapped") ;;
                esac
            done
            [ ${#moments[@]} = 0 ] || bad_blocks "faults-$size-$(name_of "$home")" "$home" "$size" "${moments[@]}"
        done
    done
    row "bad blocks on ext4 DAX, before an open and while it is open, a machine" "faults${*:+ $*}" \
        "$((runs - before)) places and moments: $(names_of_homes); ${sizes[*]} pool; ${targets[*]}"
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
    row "a file system that becomes read-only under an open store, a machine" read-only "${#homes[@]} runs: $(names_of_homes)"
}

# -----------------------------------------------------------------------------------------------------------------

stage_share
echo "seed $seed, JDKs: ${homes[*]}, in $work"
i=0
while [ $i -lt ${#parts[@]} ]; do
    part=${parts[i++]}
    selected=()
    while [ $i -lt ${#parts[@]} ]; do
        case $part-${parts[i]} in
            cuts-mem-ctrl | cuts-cpu | faults-small | faults-standard) ;;
            faults-headers | faults-tables | faults-index | faults-records | faults-descriptors | faults-[A-Z]*) ;;
            *) break ;;
        esac
        selected+=("${parts[i++]}")
    done
    case $part in
        durability | cuts | page-cache | faults | read-only) "$part" "${selected[@]}" ;;
        *) echo "no part $part" >&2; failed=$((failed + 1)) ;;
    esac
done
echo "$runs runs, $failed failed"
if [ "$failed" = 0 ]; then
    rm -r "$work"
fi
exit $((failed > 0))
