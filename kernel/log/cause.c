/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kernel/log/cause.h"

#include <ctype.h>
#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"

#define HINT_REACH	32		/* messages from what announces a fault to its number: a few lines on all machines */
#define FAULT_REACH	400		/* from a fault to the panic it leads to: registers and stacks of some CPUs */

/* Whole messages, as fnmatch(3) has it. */
struct pattern {
	const char *text;
	enum log_sign sign;
};

static const char *const panics[] = { "Kernel panic - not syncing:*", "Kernel panic:*" };

/* Lines that name a fault of the kernel before its number does, the machines beside them. Never said of a program's. */
static const char *const faults[] = {
	"kernel BUG at *", "Kernel BUG at *",					/* all */
	"BUG: unable to handle *", "BUG: kernel NULL pointer dereference*",	/* x86 */
	"BUG: stack guard page was hit at *", "BUG: * stack guard page was hit at *",
	"PANIC: double fault*", "traps: PANIC: double fault*",
	"Unable to handle kernel *",						/* arm, arm64, riscv, s390, sparc, old ppc and x86 */
	"CPU * Unable to handle kernel *",					/* mips, loongarch */
	"BUG: Kernel NULL pointer dereference*", "BUG: Unable to handle kernel *",	/* ppc */
	"Kernel bug detected*",							/* mips, loongarch */
};

/* Of programs as well. */
static const char *const hints[] = { "Unhandled fault*", "Unhandled prefetch abort*", "Bad mode in *" };

static const struct pattern signs[] = {
	{ "sysrq: Trigger a crash*", SIGN_SYSRQ }, { "SysRq : Trigger a crash*", SIGN_SYSRQ },
	{ "sysrq: SysRq : Trigger a crash*", SIGN_SYSRQ }, { "SysRq : Trigger a crashdump*", SIGN_SYSRQ },
	{ "mce: \\[Hardware Error\\]: Machine check: *", SIGN_MACHINE_CHECK },
	{ "\\[Hardware Error\\]: Machine check: *", SIGN_MACHINE_CHECK },
	{ "{[0-9]*}\\[Hardware Error\\]: *section_type: *", SIGN_HARDWARE },
	{ "{[0-9]*}\\[Hardware Error\\]: *section type: *", SIGN_HARDWARE },
	{ "SError Interrupt on CPU*", SIGN_SERROR }, { "Bad mode in Error handler detected*", SIGN_SERROR },
	{ "Uhhuh. NMI received *", SIGN_NMI }, { "NMI: Uhhuh. NMI received *", SIGN_NMI },
	{ "NMI: IOCK error *", SIGN_NMI }, { "NMI: PCI system error *", SIGN_NMI },
	{ "INFO: task * blocked *", SIGN_HUNG_TASK },
	{ "watchdog: BUG: soft lockup *", SIGN_SOFT_LOCKUP }, { "NMI watchdog: BUG: soft lockup *", SIGN_SOFT_LOCKUP },
	{ "BUG: soft lockup *", SIGN_SOFT_LOCKUP },
	{ "watchdog: *Watchdog detected hard LOCKUP on cpu*", SIGN_HARD_LOCKUP },
	{ "NMI watchdog: *Watchdog detected hard LOCKUP on cpu*", SIGN_HARD_LOCKUP },
	{ "Watchdog detected hard LOCKUP on cpu*", SIGN_HARD_LOCKUP },
	{ "watchdog: CPU *ard LOCKUP*", SIGN_HARD_LOCKUP },	/* ppc */
	{ "rcu: INFO: * detected stall* on CPU*", SIGN_RCU_STALL }, { "rcu: INFO: * self-detected stall on CPU*", SIGN_RCU_STALL },
	{ "INFO: rcu_* stall* on CPU*", SIGN_RCU_STALL }, { "INFO: rcu_* detected * stalls*", SIGN_RCU_STALL },
	{ "WARNING: * at *", SIGN_WARNING }, { "BUG: KASAN: *", SIGN_WARNING }, { "BUG: KFENCE: *", SIGN_WARNING },
	{ "BUG: KMSAN: *", SIGN_WARNING }, { "BUG: KCSAN: *", SIGN_WARNING }, { "UBSAN: *", SIGN_WARNING },
	{ "*-fs error (device *", SIGN_FILE_SYSTEM }, { "*-fs (*): error*", SIGN_FILE_SYSTEM },
};

/* What panics say when something else has said why: which sign that is. */
static const struct pattern generic[] = {
	{ "*Fatal exception*", SIGN_FAULT }, { "*panic_on_oops*", SIGN_FAULT }, { "Machine halted.*", SIGN_FAULT },
	{ "bad mode*", SIGN_FAULT },
	{ "*achine check*", SIGN_MACHINE_CHECK }, { "*hardware error*", SIGN_HARDWARE },
	{ "Asynchronous SError Interrupt*", SIGN_SERROR }, { "*Not continuing*", SIGN_NMI },
	{ "hung_task: *", SIGN_HUNG_TASK }, { "softlockup: *", SIGN_SOFT_LOCKUP }, { "Hard LOCKUP*", SIGN_HARD_LOCKUP },
	{ "RCU Stall*", SIGN_RCU_STALL },
	{ "*panic_on_warn set*", SIGN_WARNING }, { "kasan.fault=*", SIGN_WARNING },
	{ "*panic forced after error*", SIGN_FILE_SYSTEM }, { "*sysrq triggered crash*", SIGN_SYSRQ },
};

/* The same of tasks that die of a fault, or of something that no fault was before. */
static const char *const deaths[] = {
	"Attempted to kill init!*", "Attempted to kill the idle task!*", "Aiee, killing interrupt handler!*",
};

static bool matches(const char *pattern, const char *text)
{
	size_t plain = strcspn(pattern, "*?[\\");

	return !strncmp(pattern, text, plain) && !fnmatch(pattern + plain, text + plain, 0);
}

static bool matches_any(const char *const *patterns, size_t n, const char *text)
{
	for (size_t i = 0; i < n; i++)
		if (matches(patterns[i], text))
			return true;
	return false;
}

static enum log_sign find_sign(const struct pattern *patterns, size_t n, const char *text)
{
	for (size_t i = 0; i < n; i++)
		if (matches(patterns[i].text, text))
			return patterns[i].sign;
	return SIGN_NONE;
}

/* Does text, up to end, finish with a colon and four or more hexadecimal digits? "divide error: 0000" */
static bool ends_in_code(const char *text, const char *end)
{
	const char *at = end;

	while (at > text && isxdigit((unsigned char)at[-1]))
		at--;
	return end - at >= 4 && at - text >= 2 && at[-1] == ' ' && at[-2] == ':';
}

/* "swapper(1): Oops" */
static bool begins_with_task(const char *text)
{
	const char *close = strstr(text, "): "), *at = close;

	while (at && at > text && isdigit((unsigned char)at[-1]))
		at--;
	return at && at < close && at > text && at[-1] == '(';
}

/*
 * The line that numbers a fault: "divide error: 0000 [#1] SMP" (x86), "Internal error: Oops: 805 [#1] ARM" (arm, arm64),
 * "monitor event: 0040 ilc:2 [#1]" (s390), "Oops: Machine check, sig: 7 [#1]" (ppc), "Oops [#1]" (riscv), "Oops[#1]:" (mips,
 * loongarch), "swapper(1): Oops [#1]" (sparc).
 */
static bool is_numbered(const char *text)
{
	const char *open = strstr(text, "[#"), *close;

	if (!open || open == text)
		return false;
	close = open + 2 + strspn(open + 2, "0123456789");
	if (close == open + 2 || *close != ']')
		return false;
	if (open[-1] != ' ')
		return !strcmp(close, "]:");
	/* the kernel's options follow: "PREEMPT SMP NOPTI" */
	if (close[1 + strspn(close + 1, " ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_")])
		return false;
	if (!strncasecmp(text, "oops", 4) || !strncasecmp(text, "kernel ", 7) || !strncmp(text, "Internal error: ", 16))
		return true;
	return ends_in_code(text, open - 1) || strstr(text, " ilc:") || (!close[1] && begins_with_task(text));
}

static void keep(char out[LOG_CAUSE_LINE], const char *text)
{
	snprintf(out, LOG_CAUSE_LINE, "%s", text);
}

static void see_fault(struct log_cause *c, const char *text, bool numbered)
{
	bool goes_on = c->fault_named && c->messages - c->fault_at <= HINT_REACH;

	if (!numbered && !matches_any(faults, ARRAY_SIZE(faults), text))
		return;
	/* the first line of a fault says more than its number */
	if (numbered && !goes_on)
		keep(c->last[SIGN_FAULT], *c->hint && c->messages - c->hint_at <= HINT_REACH ? c->hint : text);
	else if (!numbered)
		keep(c->last[SIGN_FAULT], text);
	if (numbered)
		*c->hint = '\0';
	c->fault_named = !numbered;
	c->fault_at = c->messages;
}

static void see(struct log_cause *c, const char *text)
{
	enum log_sign sign;

	if (c->panicked)
		return;
	c->messages++;
	if (matches_any(panics, ARRAY_SIZE(panics), text)) {
		c->panicked = true;
		keep(c->panic, text);
		return;
	}
	if (matches_any(hints, ARRAY_SIZE(hints), text)) {
		c->hint_at = c->messages;
		keep(c->hint, text);
	}
	sign = find_sign(signs, ARRAY_SIZE(signs), text);
	if (sign)
		keep(c->last[sign], text);
	else
		see_fault(c, text, is_numbered(text));
}

void log_cause_message(struct log_cause *c, unsigned int facility, const char *text, size_t len)
{
	char line[LOG_CAUSE_LINE];
	const char *end;

	while (len && (*text == '\n' || *text == ' ')) {
		text++;
		len--;
	}
	end = memchr(text, '\n', len);
	if (end)
		len = (size_t)(end - text);
	while (len && isspace((unsigned char)text[len - 1]))
		len--;
	if (facility || !len)
		return;
	len = len < sizeof(line) ? len : sizeof(line) - 1;
	memcpy(line, text, len);
	line[len] = '\0';
	see(c, line);
}

/* Behind "[    1.234567] " or "[    T1] ", or where text is if it has none. */
static const char *skip_bracket(const char *text, const char *end, const char *chars)
{
	const char *at = text + 1;

	if (text >= end || *text != '[')
		return text;
	while (at < end && *at == ' ')
		at++;
	if (at < end && (*at == 'T' || *at == 'C') && *chars == 'T')
		at++;
	while (at < end && (isdigit((unsigned char)*at) || (*at == '.' && *chars == '.')))
		at++;
	if (end - at < 2 || *at != ']' || (at[1] != ' ' && at[1] != '['))
		return text;
	return at + (at[1] == ' ' ? 2 : 1);
}

static void see_line(struct log_cause *c, const char *text, const char *end)
{
	unsigned int facility = 0;

	if (end - text > 2 && *text == '<' && isdigit((unsigned char)text[1])) {
		const char *at = text + 1;
		unsigned int level = 0;

		while (at < end && isdigit((unsigned char)*at) && level < 1000)
			level = level * 10 + (unsigned int)(*at++ - '0');
		if (at < end && *at == '>') {
			facility = level >> 3;
			text = at + 1;
		}
	}
	text = skip_bracket(text, end, ".");
	text = skip_bracket(text, end, "T");
	/* further lines of a message are indented: they are none of their own */
	if (text < end && *text != ' ')
		log_cause_message(c, facility, text, (size_t)(end - text));
}

/* Further lines of a record begin with a blank: they are of its device. */
static void see_kmsg(struct log_cause *c, const char *line, const char *end)
{
	const char *text = memchr(line, ';', (size_t)(end - line)), *flag, *newline;
	unsigned int level = 0, commas = 0;

	if (!text || !isdigit((unsigned char)*line))
		return;
	for (const char *at = line; isdigit((unsigned char)*at) && level < 100000; at++)
		level = level * 10 + (unsigned int)(*at - '0');
	for (flag = line; flag < text && commas < 3; flag++)
		commas += *flag == ',';
	if (*flag == '+')	/* goes on with the record before */
		return;
	text++;
	while (end - text >= 4 && !memcmp(text, "\\x0a", 4))
		text += 4;
	newline = memmem(text, (size_t)(end - text), "\\x0a", 4);
	log_cause_message(c, level >> 3, text, (size_t)((newline ? newline : end) - text));
}

static void each_line(struct log_cause *c, const char *text, size_t len,
		      void (*see_one)(struct log_cause *c, const char *line, const char *end))
{
	const char *end = text + len;

	while (text < end) {
		const char *line_end = memchr(text, '\n', (size_t)(end - text));

		if (!line_end)
			line_end = end;
		see_one(c, text, line_end);
		text = line_end + 1;
	}
}

void log_cause_text(struct log_cause *c, const char *text, size_t len)
{
	each_line(c, text, len, see_line);
}

void log_cause_kmsg(struct log_cause *c, const char *text, size_t len)
{
	each_line(c, text, len, see_kmsg);
}

/* NULL: there was none. */
static const char *sign_of(const struct log_cause *c, enum log_sign sign)
{
	return *c->last[sign] ? c->last[sign] : NULL;
}

const char *log_cause_panic(const struct log_cause *c)
{
	const char *sysrq = sign_of(c, SIGN_SYSRQ), *text = strchr(c->panic, ':'), *why = NULL;
	enum log_sign sign;

	if (!c->panicked)
		return sysrq;		/* no kernel survives that: the end of the log is lost */
	text += 1 + strspn(text + 1, " ");
	sign = find_sign(generic, ARRAY_SIZE(generic), text);
	if (sign)
		why = sign_of(c, sign);
	else if (matches_any(deaths, ARRAY_SIZE(deaths), text) && c->messages - c->fault_at <= FAULT_REACH)
		sign = SIGN_FAULT, why = sign_of(c, SIGN_FAULT);
	/* until 5.2 that crash was a fault, made by hand */
	if (sign == SIGN_FAULT && sysrq)
		why = sysrq;
	return why ? why : c->panic;
}

const char *log_cause_fault(const struct log_cause *c)
{
	return c->panicked || sign_of(c, SIGN_SYSRQ) ? NULL : sign_of(c, SIGN_FAULT);
}
