/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "formats/reader/machine.h"

#include <elf.h>
#include <stddef.h>
#include <string.h>

#include "base/bytes.h"

#define EM_ALPHA_LINUX 0x9026

/* The first row that a name begins with is its machine. */
static const struct {
	const char *name;
	uint16_t number;
	uint8_t word;
} machines[] = {
	{ "x86_64", EM_X86_64, 8 }, { "i386", EM_386, 4 }, { "i486", EM_386, 4 }, { "i586", EM_386, 4 },
	{ "i686", EM_386, 4 }, { "aarch64", EM_AARCH64, 8 }, { "arm", EM_ARM, 4 }, { "ppc64", EM_PPC64, 8 },
	{ "ppc", EM_PPC, 4 }, { "s390x", EM_S390, 8 }, { "S390X", EM_S390, 8 }, { "s390", EM_S390, 0 },
	{ "S390", EM_S390, 0 }, { "riscv64", EM_RISCV, 8 }, { "riscv32", EM_RISCV, 4 }, { "riscv", EM_RISCV, 0 },
	{ "loongarch64", EM_LOONGARCH, 8 }, { "loongarch", EM_LOONGARCH, 0 }, { "mips64", EM_MIPS, 8 },
	{ "mips", EM_MIPS, 4 }, { "ia64", EM_IA_64, 8 }, { "alpha", EM_ALPHA_LINUX, 8 }, { "sparc64", EM_SPARCV9, 8 },
};

static size_t find(const char *name)
{
	size_t i = 0;

	while (i < ARRAY_SIZE(machines) && strncmp(name, machines[i].name, strlen(machines[i].name)))
		i++;
	return i;
}

uint16_t machine_number(const char *name)
{
	size_t i = find(name);

	return i < ARRAY_SIZE(machines) ? machines[i].number : 0;
}

unsigned int machine_word(const char *name)
{
	size_t i = find(name);

	return i < ARRAY_SIZE(machines) ? machines[i].word : 0;
}
