/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Ends of logs, as the kernels of many machines and versions write them, and what the cause is. */
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "base/outbuf.h"
#include "kernel/log/cause.h"
#include "tests/unit/unit.h"

/* NULL: there is none. */
struct ending {
	const char *panic, *fault, *log;
};

#define FATAL "Kernel panic - not syncing: Fatal exception\n"
#define FATAL_IRQ "Kernel panic - not syncing: Fatal exception in interrupt\n"
#define END "---[ end Kernel panic - not syncing: Fatal exception ]---\n"

static const struct ending panics[] = {
	/* x86: the three generations of page faults, and what has no address */
	{ "BUG: kernel NULL pointer dereference, address: 0000000000000010", NULL,
	  "BUG: kernel NULL pointer dereference, address: 0000000000000010\n#PF: supervisor read access in kernel mode\n"
	  "#PF: error_code(0x0000) - not-present page\nPGD 0 P4D 0\nOops: 0000 [#1] PREEMPT SMP PTI\n"
	  "CPU: 1 PID: 512 Comm: sh Tainted: G           OE      6.1.0-18-amd64 #1  Debian 6.1.76-1\nRIP: 0010:f+0x1/0x2 [m]\n"
	  "---[ end trace 0000000000000000 ]---\nRIP: 0010:f+0x1/0x2 [m]\n" FATAL "Kernel Offset: 0x1000 from 0xffffffff81000000\n" END },
	{ "BUG: unable to handle page fault for address: ffffc90000a3bff8", NULL,
	  "BUG: unable to handle page fault for address: ffffc90000a3bff8\nOops: Oops: 0002 [#1] SMP NOPTI\n" FATAL_IRQ },
	{ "BUG: unable to handle kernel paging request at ffffffffc0002000", NULL,
	  "BUG: unable to handle kernel paging request at ffffffffc0002000\nIP: [<ffffffffc0002000>] 0xffffffffc0001fff\n"
	  "Oops: 0010 [#1] SMP \n" FATAL },
	{ "kernel BUG at mm/slub.c:305!", NULL,
	  "list_del corruption. prev->next should be ffff98679438a5d0, but was ca53e83f5e8cf5a8\n------------[ cut here ]------------\n"
	  "kernel BUG at mm/slub.c:305!\ninvalid opcode: 0000 [#1] SMP PTI\n" FATAL },
	{ "kernel BUG at mm/slub.c:305!", NULL, "kernel BUG at mm/slub.c:305!\nOops: invalid opcode: 0000 [#1] PREEMPT SMP\n" FATAL },
	{ "general protection fault, probably for non-canonical address 0xdead000000000100: 0000 [#1] SMP NOPTI", NULL,
	  "general protection fault, probably for non-canonical address 0xdead000000000100: 0000 [#1] SMP NOPTI\n" FATAL },
	{ "Oops: general protection fault, kernel NULL pointer dereference 0x8: 0000 [#1] SMP", NULL,
	  "Oops: general protection fault, kernel NULL pointer dereference 0x8: 0000 [#1] SMP\n" FATAL },
	{ "general protection fault: 0000 [#3] SMP", NULL, "general protection fault: 0000 [#3] SMP \n" FATAL_IRQ },
	{ "divide error: 0000 [#1] PREEMPT SMP NOPTI", NULL, "divide error: 0000 [#1] PREEMPT SMP NOPTI\n" FATAL_IRQ },
	{ "stack segment: 0000 [#1] SMP", NULL, "stack segment: 0000 [#1] SMP\n" FATAL },
	{ "Oops: int3: 0000 [#1] SMP KASAN NOPTI", NULL, "Oops: int3: 0000 [#1] SMP KASAN NOPTI\n" FATAL },
	{ "traps: PANIC: double fault, error_code: 0x0", NULL,
	  "traps: PANIC: double fault, error_code: 0x0\ndouble fault: 0000 [#1] SMP PTI\nKernel panic - not syncing: Machine halted.\n" },
	{ "BUG: TASK stack guard page was hit at 00000000c1c4d2d3 (stack is 0000000052e5b6d9..00000000e3c9a5d4)", NULL,
	  "BUG: TASK stack guard page was hit at 00000000c1c4d2d3 (stack is 0000000052e5b6d9..00000000e3c9a5d4)\n"
	  "stack guard page: 0000 [#1] PREEMPT SMP\n" FATAL_IRQ },
	/* the last of several faults; one that was survived long before */
	{ "BUG: kernel NULL pointer dereference, address: 0000000000000018", NULL,
	  "kernel BUG at fs/inode.c:12!\ninvalid opcode: 0000 [#1] SMP\n---[ end trace 1 ]---\nsome driver: works on\n"
	  "BUG: kernel NULL pointer dereference, address: 0000000000000018\nOops: 0000 [#2] SMP\n" FATAL },
	{ "general protection fault: 0000 [#2] SMP", NULL,
	  "kernel BUG at fs/inode.c:12!\ninvalid opcode: 0000 [#1] SMP\ngeneral protection fault: 0000 [#2] SMP\n" FATAL },
	/* arm64, arm */
	{ "Unable to handle kernel NULL pointer dereference at virtual address 0000000000000000", NULL,
	  "Unable to handle kernel NULL pointer dereference at virtual address 0000000000000000\nMem abort info:\n"
	  "  ESR = 0x0000000096000044\nData abort info:\nInternal error: Oops: 0000000096000044 [#1] SMP\nModules linked in: m(OE)\n"
	  "Code: d2800000 (f9000001) \n---[ end trace 0000000000000000 ]---\nKernel panic - not syncing: Oops: Fatal exception\n"
	  "SMP: stopping secondary CPUs\n---[ end Kernel panic - not syncing: Oops: Fatal exception ]---\n" },
	{ "kernel BUG at drivers/m.c:7!", NULL,
	  "kernel BUG at drivers/m.c:7!\nInternal error: Oops - BUG: 00000000f2000800 [#1] PREEMPT SMP\n"
	  "Kernel panic - not syncing: Oops - BUG: Fatal exception in interrupt\n" },
	{ "Internal error: synchronous external abort: 0000000096000210 [#1] SMP", NULL,
	  "Internal error: synchronous external abort: 0000000096000210 [#1] SMP\n"
	  "Kernel panic - not syncing: synchronous external abort: Fatal exception\n" },
	{ "Internal error: Oops - undefined instruction: 0 [#1] SMP ARM", NULL,
	  "Internal error: Oops - undefined instruction: 0 [#1] SMP ARM\n" FATAL },
	{ "SError Interrupt on CPU3, code 0x00000000be000011 -- SError", NULL,
	  "SError Interrupt on CPU3, code 0x00000000be000011 -- SError\nCPU: 3 PID: 1 Comm: a Not tainted\n"
	  "Kernel panic - not syncing: Asynchronous SError Interrupt\n" },
	{ "Unable to handle kernel paging request at virtual address bf000f00", NULL,
	  "8<--- cut here ---\nUnable to handle kernel paging request at virtual address bf000f00 when write\n"
	  "[bf000f00] *pgd=00000000\nInternal error: Oops: 805 [#1] SMP ARM\n" FATAL },
	{ "Unhandled fault: external abort on non-linefetch (0x1008) at 0xe0a12000", NULL,
	  "8<--- cut here ---\nUnhandled fault: external abort on non-linefetch (0x1008) at 0xe0a12000\npgd = 5d3c2d1e\n"
	  "Internal error: : 1008 [#1] SMP ARM\n" FATAL },
	/* s390 */
	{ "Unable to handle kernel pointer dereference in virtual kernel address space", NULL,
	  "Unable to handle kernel pointer dereference in virtual kernel address space\n"
	  "Failing address: 0000000000000000 TEID: 0000000000000483\nFault in home space mode while using kernel ASCE.\n"
	  "AS:00000000a1c1c007 R3:0000000000000024 \nOops: 0038 ilc:3 [#1] SMP \nKrnl PSW : 0704c00180000000 0000000000a1 (f+0x1/0x2)\n"
	  "Last Breaking-Event-Address:\nKernel panic - not syncing: Fatal exception: panic_on_oops\n" },
	{ "kernel BUG at lib/x.c:3!", NULL, "kernel BUG at lib/x.c:3!\nmonitor event: 0040 ilc:2 [#1] SMP \n" FATAL_IRQ },
	{ "illegal operation: 0001 ilc:1 [#1] SMP", NULL, "illegal operation: 0001 ilc:1 [#1] SMP\n" FATAL },
	{ "specification exception: 0006 ilc:2 [#1]", NULL, "specification exception: 0006 ilc:2 [#1]\n" FATAL },
	{ "Unknown program exception: 0028 [#1] SMP", NULL, "Unknown program exception: 0028 [#1] SMP \n" FATAL },
	/* ppc */
	{ "BUG: Kernel NULL pointer dereference on read at 0x00000000", NULL,
	  "BUG: Kernel NULL pointer dereference on read at 0x00000000\nFaulting instruction address: 0xc000000000123456\n"
	  "Oops: Kernel access of bad area, sig: 11 [#1]\nLE PAGE_SIZE=64K MMU=Radix SMP NR_CPUS=2048 NUMA pSeries\n" FATAL },
	{ "Unable to handle kernel paging request for data at address 0x00000008", NULL,
	  "Unable to handle kernel paging request for data at address 0x00000008\nOops: Kernel access of bad area, sig: 11 [#1]\n" FATAL },
	{ "BUG: Unable to handle kernel data access on write at 0xc00c000000000000", NULL,
	  "BUG: Unable to handle kernel data access on write at 0xc00c000000000000\nOops: Kernel access of bad area, sig: 7 [#1]\n" FATAL },
	{ "Oops: Exception in kernel mode, sig: 4 [#1]", NULL, "Oops: Exception in kernel mode, sig: 4 [#1]\n" FATAL_IRQ },
	{ "watchdog: CPU 8 self-detected hard LOCKUP @ plpar_hcall_norets+0x1c/0x28", NULL,
	  "watchdog: CPU 8 self-detected hard LOCKUP @ plpar_hcall_norets+0x1c/0x28\nKernel panic - not syncing: Hard LOCKUP\n" },
	/* riscv, mips, loongarch, sparc */
	{ "Unable to handle kernel paging request at virtual address 0000005f837c3064", NULL,
	  "Unable to handle kernel paging request at virtual address 0000005f837c3064\nOops [#1]\n" FATAL_IRQ },
	{ "Oops - illegal instruction [#1]", NULL, "Oops - illegal instruction [#1]\n" FATAL },
	{ "CPU 1 Unable to handle kernel paging request at virtual address 0000000000000000, epc == ffffffff8, ra == ffffffff9", NULL,
	  "CPU 1 Unable to handle kernel paging request at virtual address 0000000000000000, epc == ffffffff8, ra == ffffffff9\n"
	  "Oops[#1]:\n" FATAL },
	{ "Kernel bug detected[#1]:", NULL, "Kernel bug detected[#1]:\n" FATAL },
	{ "Reserved instruction in kernel code[#1]:", NULL, "Reserved instruction in kernel code[#1]:\n" FATAL },
	{ "Unable to handle kernel NULL pointer dereference", NULL,
	  "Unable to handle kernel NULL pointer dereference\ntsk->{mm,active_mm}->context = 0000000000000a1b\nsh(512): Oops [#1]\n" FATAL },
	{ "sh(512): Kernel bad sw trap 5 [#1]", NULL, "sh(512): Kernel bad sw trap 5 [#1]\n" FATAL },
	/* what is no fault of the processor's */
	{ "sysrq: Trigger a crash", NULL,
	  "sysrq: Trigger a crash\nKernel panic - not syncing: sysrq triggered crash\nCPU: 0 PID: 1 Comm: init\n" },
	{ "SysRq : Trigger a crash", NULL,
	  "SysRq : Trigger a crash\nBUG: unable to handle kernel NULL pointer dereference at           (null)\nOops: 0002 [#1] SMP\n" FATAL },
	{ "sysrq: Trigger a crash", NULL, "sysrq: Trigger a crash\n" },
	{ "mce: [Hardware Error]: Machine check: Processor context corrupt", NULL,
	  "mce: [Hardware Error]: CPU 0: Machine Check Exception: 5 Bank 4: b200000000070f0f\nmce: [Hardware Error]: TSC 1a2b3c\n"
	  "mce: [Hardware Error]: Run the above through 'mcelog --ascii'\nmce: [Hardware Error]: Machine check: Processor context corrupt\n"
	  "Kernel panic - not syncing: Fatal machine check\n" },
	{ "[Hardware Error]: Machine check: Invalid", NULL,
	  "[Hardware Error]: Machine check: Invalid\nKernel panic - not syncing: Fatal Machine check\n" },
	{ "Kernel panic - not syncing: Timeout: Not all CPUs entered broadcast exception handler", NULL,
	  "mce: [Hardware Error]: Machine check events logged\n"
	  "Kernel panic - not syncing: Timeout: Not all CPUs entered broadcast exception handler\n" },
	{ "{1}[Hardware Error]:   section_type: PCIe error", NULL,
	  "{1}[Hardware Error]: Hardware error from APEI Generic Hardware Error Source: 1\n{1}[Hardware Error]: event severity: fatal\n"
	  "{1}[Hardware Error]:  Error 0, type: fatal\n{1}[Hardware Error]:   section_type: PCIe error\n"
	  "Kernel panic - not syncing: Fatal hardware error!\n" },
	{ "INFO: task jbd2/sda1-8:321 blocked for more than 120 seconds.", NULL,
	  "INFO: task kworker/u8:2:99 blocked for more than 120 seconds.\n      Not tainted 5.10.0 #1\n"
	  "INFO: task jbd2/sda1-8:321 blocked for more than 120 seconds.\nKernel panic - not syncing: hung_task: blocked tasks\n" },
	{ "watchdog: BUG: soft lockup - CPU#2 stuck for 23s! [sh:512]", NULL,
	  "watchdog: BUG: soft lockup - CPU#2 stuck for 23s! [sh:512]\nModules linked in: m\n"
	  "Kernel panic - not syncing: softlockup: hung tasks\n" },
	{ "NMI watchdog: BUG: soft lockup - CPU#2 stuck for 23s! [sh:512]", NULL,
	  "NMI watchdog: BUG: soft lockup - CPU#2 stuck for 23s! [sh:512]\nKernel panic - not syncing: softlockup: hung tasks\n" },
	{ "NMI watchdog: Watchdog detected hard LOCKUP on cpu 5", NULL,
	  "NMI watchdog: Watchdog detected hard LOCKUP on cpu 5\nKernel panic - not syncing: Hard LOCKUP\n" },
	{ "watchdog: CPU0: Watchdog detected hard LOCKUP on cpu 5", NULL,
	  "watchdog: CPU0: Watchdog detected hard LOCKUP on cpu 5\nKernel panic - not syncing: Hard LOCKUP\n" },
	{ "Kernel panic - not syncing: Watchdog detected hard LOCKUP on cpu 5", NULL,
	  "Kernel panic - not syncing: Watchdog detected hard LOCKUP on cpu 5\n" },
	{ "rcu: INFO: rcu_preempt detected stalls on CPUs/tasks:", NULL,
	  "rcu: INFO: rcu_preempt detected stalls on CPUs/tasks:\nrcu: \t1-...0: (1 GPs behind) idle=1\nKernel panic - not syncing: RCU Stall\n" },
	{ "INFO: rcu_sched self-detected stall on CPU", NULL,
	  "INFO: rcu_sched self-detected stall on CPU\nKernel panic - not syncing: RCU Stall\n" },
	{ "WARNING: CPU: 1 PID: 7 at kernel/x.c:42 f+0x10/0x20", NULL,
	  "------------[ cut here ]------------\nWARNING: CPU: 1 PID: 7 at kernel/x.c:42 f+0x10/0x20\n"
	  "Kernel panic - not syncing: panic_on_warn set ...\n" },
	{ "BUG: KASAN: slab-use-after-free in f+0x10/0x20", NULL,
	  "BUG: KASAN: slab-use-after-free in f+0x10/0x20\nKernel panic - not syncing: KASAN: panic_on_warn set ...\n" },
	{ "EXT4-fs error (device dm-0): ext4_lookup:1700: inode #2: comm ls: deleted inode referenced: 12", NULL,
	  "EXT4-fs error (device dm-0): ext4_lookup:1700: inode #2: comm ls: deleted inode referenced: 12\n"
	  "Kernel panic - not syncing: EXT4-fs (device dm-0): panic forced after error\n" },
	{ "Uhhuh. NMI received for unknown reason 3d on CPU 0.", NULL,
	  "Uhhuh. NMI received for unknown reason 3d on CPU 0.\nKernel panic - not syncing: NMI: Not continuing\n" },
	/* panics that say it themselves, whatever was before */
	{ "Kernel panic - not syncing: VFS: Unable to mount root fs on unknown-block(0,0)", NULL,
	  "mce: [Hardware Error]: Machine check events logged\n"
	  "Kernel panic - not syncing: VFS: Unable to mount root fs on unknown-block(0,0)\nKernel Offset: disabled\n" },
	{ "Kernel panic - not syncing: Out of memory: system-wide panic_on_oom is enabled", NULL,
	  "sh invoked oom-killer: gfp_mask=0xdc0(GFP_KERNEL), order=0\n"
	  "Kernel panic - not syncing: Out of memory: system-wide panic_on_oom is enabled\n" },
	{ "Kernel panic: out of ideas", NULL, "Kernel panic: out of ideas\n" },
	/* the death of a task that must not die */
	{ "Kernel panic - not syncing: Attempted to kill init! exitcode=0x0000000b", NULL,
	  "init[1]: segfault at 0 ip 0000000000401000 sp 00007ffc error 4 in init[400000+1000]\n"
	  "Kernel panic - not syncing: Attempted to kill init! exitcode=0x0000000b\n" },
	{ "BUG: kernel NULL pointer dereference, address: 0000000000000000", NULL,
	  "BUG: kernel NULL pointer dereference, address: 0000000000000000\nOops: 0002 [#1] SMP\n---[ end trace 0 ]---\n"
	  "Kernel panic - not syncing: Attempted to kill init! exitcode=0x00000009\n" },
	{ "general protection fault: 0000 [#1] SMP", NULL,
	  "general protection fault: 0000 [#1] SMP\nKernel panic - not syncing: Aiee, killing interrupt handler!\n" },
	/* a second panic says nothing of the first */
	{ "Kernel panic - not syncing: first", NULL,
	  "Kernel panic - not syncing: first\nkernel BUG at kernel/panic.c:1!\nKernel panic - not syncing: Fatal exception\n" },
	{ "Kernel panic - not syncing: Fatal exception", NULL, FATAL "kernel BUG at kernel/panic.c:1!\n" },
};

/* kexec starts the crash kernel out of a fault, without a panic */
static const struct ending faults[] = {
	{ NULL, "BUG: kernel NULL pointer dereference, address: 0000000000000010",
	  "BUG: kernel NULL pointer dereference, address: 0000000000000010\nOops: 0000 [#1] SMP\nCR2: 0000000000000010\n" },
	{ NULL, "kernel BUG at mm/sl.c!", "kernel BUG at mm/sl.c!\n" },
};

/* Logs of machines that are well, or not well and alive. */
static const char *const healthy[] = {
	"",
	"mce: [Hardware Error]: Machine check events logged\n",
	"{1}[Hardware Error]: event severity: corrected\n{1}[Hardware Error]:   section_type: memory error\n",
	"[Hardware Error]: Corrected error, no action required.\n",
	"mce: CPU0: Machine Check: 0 Bank 5: 8800000000000000\n",
	"traps: ls[12] general protection fault ip:7f12 sp:7ffc error:0\n",
	"traps: ls[12] trap invalid opcode ip:401000 sp:7ffc error:0 in ls[400000+1000]\n",
	"ls[12] general protection ip:7f12 sp:7ffc error:0\nls[12]: segfault at 0 ip 7f sp 7ffc error 4\n",
	"ls: unhandled exception: general protection fault: 0000\n",
	"Alignment trap: not handling instruction e1a00000 at [<00010000>]\n",
	"Unhandled fault: page domain fault (0x01b) at 0x00000000\nls: unhandled page fault (11) at 0x0, code 0x01b\n",
	"User process fault: interruption code 003b ilc:3 in ls[1000+1000]\n",
	"ls[12]: unhandled signal 11 code 0x1 at 0x0000000000000000\n",
	"ls[12]: segfault (11) at 0 nip 10000 lr 10000 code 1 in ls[10000+1000]\n",
	"INFO: task kworker/u8:2:99 blocked for more than 120 seconds.\nwatchdog: BUG: soft lockup - CPU#2 stuck for 23s! [sh:512]\n"
	"rcu: INFO: rcu_sched self-detected stall on CPU\nWARNING: CPU: 1 PID: 7 at kernel/x.c:42 f+0x10/0x20\n",
	"BUG: scheduling while atomic: sh/512/0x00000002\nBUG: Bad page state in process sh  pfn:1234\n"
	"BUG: Bad rss-counter state mm:0 type:MM_ANONPAGES val:1\n",
	"EXT4-fs error (device dm-0): ext4_lookup:1700: inode #2\n", "Uhhuh. NMI received for unknown reason 3d on CPU 0.\n",
	"systemd[1]: Kernel panic - not syncing: not from here\nkdump: Oops: 0000 [#1] was saved\n",
	"x kernel BUG at nowhere\n--- Kernel panic - not syncing: quoted\n---[ end Kernel panic - not syncing: Fatal exception ]---\n",
	"pci 0000:00:01.0: [#1] of 2\nfoo: [#x]\n[#1]\nfoo[#1]\nx: 12 [#1]\nx: zz12 [#1]\nsh(x): Oops [#1]\n):  [#1]\n(1): x [#\n",
	"audit: type=1400: Unable to handle kernel\n",
	"[    1.000000] \n<6>\n<\n[\n[ 1\n[    1.000000]", "[ab.cd] kernel BUG at x\n<a>kernel BUG at x\n",
};

static void check(const char *log, const char *prefix, const char *panic, const char *fault)
{
	struct log_cause *c = calloc(1, sizeof(*c));
	struct outbuf out = OUTBUF_INIT;
	const char *got;
	char *text;

	for (const char *at = log, *end; *at; at = end) {
		end = strchr(at, '\n');
		end = end ? end + 1 : at + strlen(at);
		out_printf(&out, "%s%.*s", prefix, (int)(end - at), at);
	}
	/* not a byte behind its end */
	text = malloc(out.len + 1);
	memcpy(text, out.len ? out.data : "", out.len);
	text = realloc(text, out.len ? out.len : 1);
	log_cause_text(c, text, out.len);
	got = log_cause_panic(c);
	if (!panic != !got || (got && strncmp(got, panic, strlen(panic))))
		print_error("panic: got %s, expected %s, of\n%s\n", got ? got : "none", panic ? panic : "none", out.data);
	assert_true(!panic == !got && (!got || !strncmp(got, panic, strlen(panic))));
	got = log_cause_fault(c);
	if (!fault != !got || (got && strcmp(got, fault)))
		print_error("fault: got %s, expected %s, of\n%s\n", got ? got : "none", fault ? fault : "none", out.data);
	assert_true(!fault == !got && (!got || !strcmp(got, fault)));
	free(text);
	out_free(&out);
	free(c);
}

static const char *const prefixes[] = { "", "[    1.234567] ", "[12345.678901] ", "<4>", "<0>[  211.938011] ",
					"[  150.665871][    C0] ", "[    1.234567] [    T1] " };

static void test_panics(void **state)
{
	(void)state;
	for (size_t p = 0; p < ARRAY_SIZE(prefixes); p++)
		for (size_t i = 0; i < ARRAY_SIZE(panics); i++)
			check(panics[i].log, prefixes[p], panics[i].panic, panics[i].fault);
}

static void test_faults(void **state)
{
	(void)state;
	for (size_t p = 0; p < ARRAY_SIZE(prefixes); p++)
		for (size_t i = 0; i < ARRAY_SIZE(faults); i++)
			check(faults[i].log, prefixes[p], faults[i].panic, faults[i].fault);
}

static void test_healthy(void **state)
{
	(void)state;
	for (size_t p = 0; p < ARRAY_SIZE(prefixes); p++)
		for (size_t i = 0; i < ARRAY_SIZE(healthy); i++)
			check(healthy[i], prefixes[p], NULL, NULL);
}

/* Whatever a program writes into the log is not the kernel's word. */
static void test_programs(void **state)
{
	struct log_cause *c = calloc(1, sizeof(*c));

	(void)state;
	check(FATAL, "<12>", NULL, NULL);
	check("kernel BUG at x\n", "<30>[    1.000000] ", NULL, NULL);
	log_cause_message(c, 1, FATAL, strlen(FATAL));
	log_cause_message(c, 3, "kernel BUG at x", 15);
	assert_null(log_cause_panic(c));
	assert_null(log_cause_fault(c));
	log_cause_message(c, 0, "\n\nkernel BUG at x!\nFATAL", 24);
	assert_string_equal(log_cause_fault(c), "kernel BUG at x!");
	free(c);
}

static void expect_kmsg(const char *log, const char *panic)
{
	struct log_cause *c = calloc(1, sizeof(*c));
	const char *got;

	log_cause_kmsg(c, log, strlen(log));
	got = log_cause_panic(c);
	assert_string_equal(got ? got : "none", panic);
	free(c);
}

static void test_kmsg(void **state)
{
	(void)state;
	expect_kmsg("1,7,1000,-;kernel BUG at x!\n SUBSYSTEM=pci\n DEVICE=+pci:0000:00:01.0\n4,8,1001,c,caller=T1;invalid opcode: 0000 [#1] \n"
		    "4,9,1001,+,caller=T1;SMP\n0,10,1002,-;Kernel panic - not syncing: Fatal exception", "kernel BUG at x!");
	/* of a program: facility user; in a dictionary; in a second line; in what goes on */
	expect_kmsg("12,1,1,-;Kernel panic - not syncing: a\n4,2,2,-;x\n Kernel panic - not syncing: b\n"
		    "4,3,3,-;traps: a\\x0aKernel panic - not syncing: c\n4,4,4,+;Kernel panic - not syncing: d\n", "none");
	expect_kmsg("0,1,1,-;\\x0aKernel panic - not syncing: a\\x0ab\n", "Kernel panic - not syncing: a");
	expect_kmsg("\n;\n0\n0;\n0,\n0,,,;\n99999999999999999999,1,1,-;Kernel panic: x\nx,1,1,-;Kernel panic: x\n-;\\x0a", "none");
}

/* A fault that was survived is not why init died a day later. */
static void test_old_fault(void **state)
{
	static const char fault[] = "kernel BUG at x!\ninvalid opcode: 0000 [#1] SMP\n", line[] = "eth0: link is up\n";
	static const char death[] = "Kernel panic - not syncing: Attempted to kill init! exitcode=0x00000100\n";

	(void)state;
	for (unsigned int days = 0; days < 2; days++) {
		struct log_cause *c = calloc(1, sizeof(*c));

		log_cause_text(c, fault, strlen(fault));
		for (unsigned int i = 0; i < days * 1000; i++)
			log_cause_text(c, line, strlen(line));
		log_cause_text(c, death, strlen(death));
		for (unsigned int i = 0; i < 1000; i++)		/* what other CPUs say afterwards */
			log_cause_text(c, line, strlen(line));
		assert_string_equal(log_cause_panic(c), days ? "Kernel panic - not syncing: Attempted to kill init! exitcode=0x00000100" :
				    "kernel BUG at x!");
		free(c);
	}
}

static void test_long_lines(void **state)
{
	struct log_cause *c = calloc(1, sizeof(*c));
	char line[3 * LOG_CAUSE_LINE];

	(void)state;
	memset(line, 'x', sizeof(line));
	memcpy(line, "kernel BUG at ", 14);
	log_cause_message(c, 0, line, sizeof(line));
	assert_int_equal(strlen(log_cause_fault(c)), LOG_CAUSE_LINE - 1);
	free(c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_panics), cmocka_unit_test(test_faults), cmocka_unit_test(test_healthy),
		cmocka_unit_test(test_programs), cmocka_unit_test(test_old_fault), cmocka_unit_test(test_long_lines), cmocka_unit_test(test_kmsg),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
