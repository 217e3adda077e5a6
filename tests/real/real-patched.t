#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# TIMEOUT: 900
# patched: each byte of the text that differs from the vmlinux is told or moved by KASLR, and the kinds are what objdump, the
# guest and a change that was made on purpose say.
. tests/real/lib.sh

names=(v510-512 v61-512 v612-512 v7-512 q61-probes)
others=(a64-512 s390x i386pae)
sets "${names[@]}" "${others[@]}"

dump_of() { if [[ -e ${set[$1]}/vmcore ]]; then echo "${set[$1]}/vmcore"; else echo "${set[$1]}/elf"; fi; }
patched() { "$VMCOREFS" -x "${set[$1]}/vmlinux" --cat patched "${2:-$(dump_of "$1")}"; }
symbol_at() { "$VMCOREFS" --cat "symbols/$1" "$dump" | sed -n 's/^address: 0x//p'; }
# at FILE KIND: the addresses that it tells for that
at() { awk -v kind="$2" '{ why = $6; for (i = 7; i <= NF && $i !~ /^</; i++) why = why " " $i } why == kind { print substr($1, 3) }' "$1"; }

for name in "${names[@]}"; do
	vmlinux=${set[$name]}/vmlinux dump=$(dump_of "$name") tracers=0
	[[ $name != q61-probes ]] || tracers=2	# ftrace_call, ftrace_regs_call
	must "$name: patched" patched "$name"
	patched "$name" >"$T/patched"
	shift=$("$VMCOREFS" --cat vmcoreinfo "$dump" | sed -n 's/^KERNELOFFSET=//p')
	must "$name: objcopy" objcopy -O binary --only-section=.text "$vmlinux" "$T/text"
	"$VMCOREFS" --cat "virt/_stext+$(stat -c %s "$T/text")" "$dump" >"$T/memory" || fail "$name: memory"
	tests/tools/check_patched.py "$vmlinux" "$T/text" "$T/memory" "$shift" "$T/patched" >"$T/checked"
	is "$(grep -c ': [0-9]*$' "$T/checked")" "$(lines "$T/checked")" "$name: $(tr '\n' ' ' <"$T/checked")" || diag "$(head -n 5 "$T/checked")"
	is "$(grep -c 'unexplained$' "$T/patched")" 0 "$name: nothing is unexplained" || diag "$(grep 'unexplained$' "$T/patched" | head -n 5)"
	# the calls that the compiler has made for ftrace, and the returns
	objdump -d -j .text "$vmlinux" | perl -sne 'printf "%x\n", hex($1) + hex($shift) if /^([0-9a-f]+):.*\scall\s+[0-9a-f]+ <__fentry__>/' -- -shift="$shift" |
		sort >"$T/calls"
	at "$T/patched" ftrace | sort >"$T/ftrace"
	at "$T/patched" 'ftrace, traced' | sort >"$T/traced"
	# functions that are weak, and are not used, are not patched
	python3 - "$T" "$(symbol_at _stext)" <<-'END' >"$T/patched-calls"
	import sys
	text, memory = (open(sys.argv[1] + "/" + name, "rb").read() for name in ("text", "memory"))
	for line in open(sys.argv[1] + "/calls"):
	    at = int(line, 16) - int(sys.argv[2], 16)
	    if text[at:at + 5] != memory[at:at + 5]:
	        print(line, end="")
	END
	ok "$name: $(lines "$T/calls") calls of ftrace" test "$(lines "$T/patched-calls")" -gt 20000
	is "$(comm -3 <(sort "$T/ftrace" "$T/traced") "$T/patched-calls" | wc -l)" "$tracers" "... are told where they are patched" ||
		diag "$(comm -3 <(sort "$T/ftrace" "$T/traced") "$T/patched-calls" | head -n 3)"
	thunk=$(nm "$vmlinux" | awk '$3 == "__x86_return_thunk" { print $1 }')
	awk '/return thunk$/ && !/^#/ { print $1, $4 }' "$T/patched" | python3 -c '
import struct, sys
shift, thunk = (int(x, 16) for x in sys.argv[1:])
for line in sys.stdin:
    at, was = line.split()
    code = bytes.fromhex(was)
    if code[0] != 0xe9 or int(at, 16) - shift + 5 + struct.unpack("<i", code[1:])[0] != thunk:
        print(line, end="")' "$shift" "$thunk" >"$T/others"
	is "$(lines "$T/others")" 0 "$name: $(at "$T/patched" 'return thunk' | wc -l) return thunks are jumps to it" || diag "$(head -n 3 "$T/others")"
done

# what was told to the guest: its console has the command line
name=q61-probes
patched "$name" >"$T/patched"
is "$(awk '/kprobe$/ && !/^#/ { print $2 }' "$T/patched" | sort | tr '\n' ' ')" "kfree+0x5 vfs_write+0x5 " "kprobes are where they were put"
is "$(awk '/ftrace, traced$/ { print $2 }' "$T/patched" | sort | tr '\n' ' ')" "ksys_read+0 vfs_read+0 " "traced functions are those"

# a change that nothing explains
cp "${set[$name]}/elf" "$T/changed"
chmod u+w "$T/changed"
paddr=$("$VMCOREFS" --cat vtop/vfs_statx+9 "$T/changed" | sed -n 's/^paddr //p')
python3 - "$T/changed" "$paddr" <<'END'
import struct, sys
with open(sys.argv[1], "r+b") as f:
    head = f.read(64)
    phoff, = struct.unpack_from("<Q", head, 32)
    phentsize, phnum = struct.unpack_from("<HH", head, 54)
    for i in range(phnum):
        f.seek(phoff + i * phentsize)
        kind, _, offset, _, paddr, filesz = struct.unpack_from("<IIQQQQ", f.read(phentsize))
        at = int(sys.argv[2], 0) - paddr
        if kind == 1 and 0 <= at < filesz:
            f.seek(offset + at)
            f.write(b"\x0f\x0b\x0f")
END
patched "$name" "$T/changed" >"$T/now"
like "$(diff "$T/patched" "$T/now" | grep '^> 0x')" '^> 0x[0-9a-f]+ vfs_statx\+0x9 [123] [0-9a-f]+ [0-9a-f]+ unexplained$' "a change by hand is unexplained"
rm -f "$T/changed"

for name in "${others[@]}"; do
	patched "$name" >"$T/patched"
	ok "$name: places are told" test "$(lines "$T/patched")" -gt 20000
	is "$(grep -c 'unexplained$' "$T/patched")" 0 "$name: nothing is unexplained" || diag "$(grep 'unexplained$' "$T/patched" | head -n 5)"
done
done_testing
