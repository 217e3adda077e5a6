#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# TIMEOUT: 3600
# Every form of output opens in every tool that knows the form, and shows there what the original dump does: crash, drgn,
# libkdumpfile, gdb, makedumpfile.
. tests/real/lib.sh
need_root
need_fuse

sets v61-512 mdf-new
tool kdumpfile_pages -lkdumpfile -lz
dump=${set[v61-512]}/vmcore kernel=${set[v61-512]}/vmlinux
mnt=$T/mnt
mount_dump "$dump" "$mnt" || { fail "mount"; done_testing; }

# crash and libkdumpfile are asked about each: a method that a distribution has left out of its build shows here.
codecs=(none zlib lzo snappy zstd)
kdump=(kdump-compressed level-31/dump)
for codec in "${codecs[@]}"; do kdump+=("level-31/dump.$codec"); done
elf=(elf level-31/elf)
flat=(flattened level-31/flattened)

# A split set joined by makedumpfile is one more file of the form.
parts=()
for i in 1 2 3; do
	cp "$mnt/level-31/split-3/$i" "$T/part.$i" || fail "split-3/$i"
	parts+=("$T/part.$i")
done
must "makedumpfile --reassemble" mdf --reassemble "${parts[@]}" "$T/joined"
must "makedumpfile -R" sh -c 'makedumpfile --message-level 0 -R "$1" <"$2"' - "$T/rearranged" "$mnt/level-31/flattened"
same "$T/rearranged" "$mnt/level-31/dump" "makedumpfile -R of level-31/flattened is level-31/dump"
rm -f "$T/rearranged"

path_of() { case $1 in /*) echo "$1" ;; *) echo "$mnt/$1" ;; esac; }
forms=("${kdump[@]}" "$T/joined")

# --- crash: all forms, flattened too. real-elf.t and real-kdump.t have it on elf, kdump-compressed and level-31/dump.
commands=(sys log "bt -a" ps "vtop $(symbol v61-512 init_task)" "rd -8 linux_banner 64" mod)
crash_run "$T/expected" "$kernel" "$dump" "${commands[@]}"
result $? "crash reads the original"
for what in 'RELEASE: 6\.1\.' 'Linux version' 'sysrq: Trigger a crash' '^PID: 1 ' 'swapper/0' 'VIRTUAL  *PHYSICAL'; do
	grep -q "$what" "$T/expected" || fail "crash on the original prints $what"
done
# two at a time: crash takes seconds to start, most of them for the symbols of the kernel
crashes() {
	local form job jobs=()
	for form; do
		crash_run "$T/got.${form##*/}" "$kernel" "$(path_of "$form")" "${commands[@]}" >"$T/say.${form##*/}" &
		jobs+=($!)
	done
	for form; do
		wait "${jobs[0]}"
		result $? "crash reads ${form##"$T"/}" || cat "$T/say.${form##*/}"
		jobs=("${jobs[@]:1}")
		same "$T/got.${form##*/}" "$T/expected" "... and tells the same" ||
			diag "$(diff "$T/got.${form##*/}" "$T/expected" | head)"
	done
}
crashes level-31/dump.none level-31/dump.lzo
crashes level-31/dump.snappy level-31/dump.zstd
crashes "$T/joined" level-31/elf
crashes flattened
crashes level-31/flattened

# --- libkdumpfile: all but flattened, which that of the distribution may not know
must "makedumpfile -d 31" mdf_new -d 31 "$dump" "$T/theirs"
for form in "${forms[@]}"; do
	expected=$T/theirs
	[[ $form != kdump-compressed ]] || expected=$dump
	same_pages "$(path_of "$form")" "$expected" "libkdumpfile: ${form##"$T"/}: the same pages"
done
same_pages "$mnt/elf" "$dump" "libkdumpfile: elf: the same pages"
pages "$mnt/level-31/elf" >"$T/got"
like "$(cat "$T/got")" "^[1-9][0-9]* pages, checksum " "libkdumpfile reads level-31/elf"
for form in "${flat[@]}"; do
	got=$(pages "$mnt/$form")
	if [[ $got =~ ^[1-9][0-9]*\ pages, ]]; then
		expected=$T/theirs
		[[ $form != flattened ]] || expected=$dump
		is "$got" "$(pages "$expected")" "libkdumpfile: $form: the same pages"
	else
		skip "libkdumpfile: $form" "this one does not know flattened files: $(head -n 1 <<<"$got" | tail -c 80)"
	fi
done

# --- drgn: the tasks and the banner
cat >"$T/look.py" <<'END'
from drgn.helpers.linux.pid import for_each_task
for task in for_each_task(prog):
    print(task.pid.value_(), task.comm.string_().decode())
print(prog['linux_banner'].string_())
print(prog['init_uts_ns'].name.release.string_())
END
drgn_run "$dump" "$kernel" "$T/look.py" >"$T/expected" 2>"$T/err"
[[ $(lines "$T/expected") -ge 80 ]]
result $? "drgn lists the tasks of the original" || diag "$(cat "$T/err")"
for form in "${forms[@]}" "${elf[@]}"; do
	drgn_run "$(path_of "$form")" "$kernel" "$T/look.py" >"$T/got" 2>"$T/err"
	same "$T/got" "$T/expected" "drgn: ${form##"$T"/}: the same" || diag "$(head -n 3 "$T/err")"
done

# --- gdb: the forms that are ELF
offset=$(sed -n 's/^kernel-offset: //p' "$mnt/info")
for form in "${elf[@]}"; do
	timeout -k 5 120 gdb -nx -batch -ex 'set pagination off' -ex 'set confirm off' -ex "core-file $mnt/$form" \
		-ex "add-symbol-file $kernel -o $offset" -ex 'print init_task.comm' -ex 'x/s linux_banner' >"$T/gdb" 2>&1 </dev/null
	like "$(grep '^\$1' "$T/gdb")" '^\$1 = "swapper/0[\\0]*"$' "gdb: $form: init_task.comm" || diag "$(cat "$T/gdb")"
	like "$(grep '<linux_banner>' "$T/gdb")" '"Linux version 6\.1\.' "gdb: $form: linux_banner"
done

# --- makedumpfile: the log; of methods that this build of it has (Debian's has no snappy)
NEW=${set[mdf-new]}/makedumpfile
must "makedumpfile --dump-dmesg of the original" "$NEW" -f --message-level 0 --dump-dmesg "$dump" "$T/expected"
for form in "${forms[@]}" "${elf[@]}"; do
	if "$NEW" -v 2>&1 | grep -qx "${form##*.}[[:space:]]*disabled"; then
		skip "makedumpfile --dump-dmesg: $form" "makedumpfile is built without ${form##*.}; crash and libkdumpfile read it"
		continue
	fi
	rm -f "$T/got"
	ok "makedumpfile --dump-dmesg: ${form##"$T"/}" "$NEW" --message-level 0 --dump-dmesg "$(path_of "$form")" "$T/got"
	same "$T/got" "$T/expected" "... the same log"
done

ok "unmount" unmount "$mnt"
done_testing
