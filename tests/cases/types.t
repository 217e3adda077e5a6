#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Symbols and types of a program as if it were a vmlinux: its DWARF in three versions, its BTF. What they should be is
# worked out by hand, by the ABI of x86_64.
. tests/lib.sh

cat >"$T/kernel.c" <<'END'
typedef unsigned long long u64;
typedef const volatile int pid_t;
enum state { RUNNING, STOPPED = 7, DEAD = -1 };
enum flags { HIGH = 0xf0000000u, BYTE = 0xf0 };
struct declared;
struct list_head { struct list_head *next, *prev; };
struct task_struct { pid_t pid; };
struct super_block { struct list_head s_list; };
union word { u64 all; struct { unsigned low, high; }; };
struct task {
	char comm[16];			/* 0 */
	pid_t pid;			/* 16 */
	unsigned a : 3, b : 7;		/* 20: bits 0 and 3 */
	unsigned char c : 2;		/* 21: bit 2 of it, 10 of the integer */
	signed char d;			/* 22 */
	union word word;		/* 24 */
	struct {			/* 32 */
		int grid[2][3];
		union { short s; _Bool yes; };	/* 56 */
	};
	struct list_head list;		/* 64 */
	struct declared *unknown;	/* 80 */
	void *anything;			/* 88 */
	int (*call)(void);		/* 96 */
	enum state state;		/* 104 */
	u64 tail[];			/* 112 */
};
struct task init_task;
extern struct task elsewhere;
static int counter = 1;
enum flags flags;
void *user(void) { static struct { int x; } inner; return counter ? (void *)&elsewhere : &inner; }
struct task elsewhere;
END

cat >"$T/questions" <<'END'
type task
type u64
type pid_t
type state
type word
type unsigned+long+long
type declared
type nowhere
member task comm
member task pid
member task a
member task b
member task c
member task d
member task word
member task grid
member task s
member task yes
member task list
member task unknown
member task anything
member task call
member task state
member task tail
member word low
member word high
member word absent
enum state STOPPED
enum state DEAD
enum flags HIGH
enum flags BYTE
END
cat >"$T/expected" <<'END'
task: struct 112
u64: int 8
pid_t: int 4 signed
state: enum 4 signed
word: union 8
unsigned long long: int 8
declared: No such file or directory
nowhere: No such file or directory
task.comm: 0 array 16 of 16 int 1 signed char
task.pid: 16 int 4 signed
task.a: 20:0:3 int 4
task.b: 20:3:7 int 4
task.c: 21:2:2 int 1 char
task.d: 22 int 1 signed char
task.word: 24 union 8
task.grid: 32 array 24 of 2 array 12 of 3 int 4 signed
task.s: 56 int 2 signed
task.yes: 56 int 1
task.list: 64 struct 16
task.unknown: 80 pointer 8 -> struct 0
task.anything: 88 pointer 8 -> void 0
task.call: 96 pointer 8 -> function 0
task.state: 104 enum 4 signed
task.tail: 112 array 0 of 0 int 8
word.low: 0 int 4
word.high: 4 int 4
word.absent: No such file or directory
state.STOPPED: 7
state.DEAD: -1
flags.HIGH: 4026531840
flags.BYTE: 240
END
cat >"$T/variables" <<'END'
variable init_task
variable elsewhere
variable counter
variable flags
variable inner
END
cat >"$T/variables.expected" <<'END'
init_task: struct 112
elsewhere: struct 112
counter: int 4 signed
flags: enum 4
inner: No such file or directory
END

# facts FILE <QUESTIONS
facts() { "$BUILD/tests/tools/kernel_facts" -t "$1" tests/corpus/tiny61.kdump 2>"$T/facts.err"; }

for debug in gdwarf-2 gdwarf-4 gdwarf-5; do
	ok "gcc -$debug" gcc -$debug -O0 -fno-eliminate-unused-debug-types -nostdlib -static -Wl,-e,0 -o "$T/$debug" "$T/kernel.c"
	facts "$T/$debug" <"$T/questions" >"$T/got"
	is "$(cat "$T/got")" "$(cat "$T/expected")" "$debug: types"
	is "$(facts "$T/$debug" <"$T/variables")" "$(cat "$T/variables.expected")" "$debug: variables"
	like "$(cat "$T/facts.err")" 'types from DWARF' "$debug: out of DWARF"
done

# gcc's BTF: that of version 12 has no signs of enums, leaves out what is above 0x7fffffff, and turns dimensions around
ok "gcc -gbtf" gcc -gbtf -O0 -fno-eliminate-unused-debug-types -nostdlib -static -Wl,-e,0 -o "$T/btf" "$T/kernel.c"
facts "$T/btf" <"$T/questions" >"$T/got"
is "$(grep -vE '^(state:|flags.HIGH|task.(state|grid))' "$T/got")" \
	"$(grep -vE '^(state:|flags.HIGH|task.(state|grid))' "$T/expected")" "BTF: types"
like "$(cat "$T/facts.err")" 'types from BTF' "out of BTF"

# both: types out of BTF, which is read first, and variables out of DWARF. Its BTF is of a kernel without these variables.
sed -e '/^struct task init_task;/,$d' "$T/kernel.c" >"$T/types.c"
ok "gcc -gbtf of the types" gcc -gbtf -c -fno-eliminate-unused-debug-types -o "$T/types.o" "$T/types.c"
ok "its BTF" objcopy -O binary --only-section=.BTF --set-section-flags .BTF=alloc "$T/types.o" "$T/section"
ok "... beside DWARF" objcopy --add-section .BTF="$T/section" "$T/gdwarf-5" "$T/both"
# (init_task is well known to be a task_struct, and here it is none)
is "$(facts "$T/both" <"$T/variables" | grep -v '^init_task')" "$(grep -v '^init_task' "$T/variables.expected")" \
	"BTF and DWARF: variables"
like "$(cat "$T/facts.err")" 'types from BTF' "... types out of BTF"
facts "$T/both" <"$T/questions" >"$T/got"
is "$(grep -vE '^(state:|flags.HIGH|task.(state|grid))' "$T/got")" \
	"$(grep -vE '^(state:|flags.HIGH|task.(state|grid))' "$T/expected")" "BTF and DWARF: types"
# a BTF that is not the kernel's, or damaged
head -c 100 "$T/section" >"$T/cut"
for section in cut questions; do
	ok "objcopy" objcopy --add-section .BTF="$T/$section" "$T/gdwarf-5" "$T/both"
	is "$(facts "$T/both" <"$T/questions")" "$(cat "$T/expected")" "damaged BTF and DWARF: types"
	like "$(cat "$T/facts.err")" 'types from DWARF' "... out of DWARF"
done

# Definitions: what is printed compiles to the same sizes and offsets, out of DWARF of each version and out of BTF. gcc 12's
# BTF turns dimensions around, which does not change these.
types() { "$BUILD/tests/tools/kernel_types" -t "$1" tests/corpus/tiny61.kdump 2>"$T/types.err"; }
cat >"$T/asserts.c" <<'END'
#define AT(member, offset) _Static_assert(__builtin_offsetof(struct task, member) == offset, #member)
_Static_assert(sizeof(struct task) == 112, "task");
_Static_assert(sizeof(union word) == 8 && sizeof(struct list_head) == 16, "word, list_head");
AT(comm, 0); AT(pid, 16); AT(d, 22); AT(word, 24); AT(grid, 32); AT(s, 56); AT(yes, 56); AT(list, 64); AT(unknown, 80);
AT(anything, 88); AT(call, 96); AT(state, 104); AT(tail, 112);
struct task bits = { .a = 5, .b = 100, .c = 3 };
END
for debug in gdwarf-2 gdwarf-4 gdwarf-5 btf; do
	echo "whole task" | types "$T/$debug" >"$T/whole.c"
	ok "$debug: struct task and what it needs compile" gcc -fsyntax-only -include "$T/whole.c" "$T/asserts.c"
	ok "$debug: with its comments" grep -q '^	struct list_head list;   .*/\* *64 *16 \*/$' "$T/whole.c"
	ok "$debug: and a declaration of what is only pointed to" grep -q '^struct declared;$' "$T/whole.c"
done
is "$(echo 'define typedef pid_t' | types "$T/gdwarf-5")" "typedef volatile const int pid_t;" "qualifiers are kept"

# symbols: as nm has them, moved by KASLR
echo symbols | facts "$T/gdwarf-5" | sort >"$T/got"
offset=$("$VMCOREFS" --cat vmcoreinfo tests/corpus/tiny61.kdump | sed -n 's/^KERNELOFFSET=//p')
nm "$T/gdwarf-5" | while read -r address rest; do
	printf '%016x %s\n' $((16#$address + 16#$offset)) "$rest"
done | sort >"$T/nm"
same "$T/got" "$T/nm" "symbols are those of nm"
ok "and there are some" grep -q ' init_task$' "$T/got"

ok "gcc without debug information" gcc -O0 -nostdlib -static -Wl,-e,0 -o "$T/none" "$T/kernel.c"
facts "$T/none" </dev/null
like "$(cat "$T/facts.err")" 'types: the vmlinux has no debug information' "a program without debug information"

done_testing
