/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "arch/arch.h"

#include <elf.h>

#include "arch/arm.h"
#include "arch/arm64.h"
#include "arch/i386.h"
#include "arch/ia64.h"
#include "arch/loongarch64.h"
#include "arch/mips64.h"
#include "arch/ppc.h"
#include "arch/ppc64.h"
#include "arch/riscv64.h"
#include "arch/s390x.h"
#include "arch/sparc64.h"
#include "arch/x86_64.h"
#include "base/bytes.h"

const struct arch *const arches[] = {
	&arch_arm,
	&arch_armeb,
	&arch_arm64,
	&arch_arm64_be,
	&arch_i386,
	&arch_ia64,
	&arch_loongarch64,
	&arch_mips64,
	&arch_mips64el,
	&arch_ppc,
	&arch_ppc64,
	&arch_ppc64le,
	&arch_riscv64,
	&arch_s390x,
	&arch_sparc64,
	&arch_x86_64,
	NULL
};

/* Machines whose 32-bit kernels are another architecture under the same number. */
static bool is_other_class(const struct arch *a, unsigned int elf_class)
{
	return elf_class == 32 && a->elf_class == 64 && a->elf_machine != EM_X86_64 && a->elf_machine != EM_PPC64;
}

const struct arch *arch_find(uint16_t elf_machine, unsigned int elf_class, bool big_endian)
{
	for (const struct arch *const *a = arches; *a; a++)
		if ((*a)->elf_machine == elf_machine && (*a)->big_endian == big_endian && !is_other_class(*a, elf_class))
			return *a;
	return NULL;
}

const char *arch_name(uint16_t elf_machine, unsigned int elf_class, bool big_endian)
{
	static const struct { uint16_t elf_machine; const char *name; } names[] = {
		{ 0x9026, "alpha" }, { EM_68K, "m68k" }, { EM_SPARC, "sparc" }, { EM_MIPS, "mips" }, { EM_PARISC, "parisc" },
		{ EM_SH, "sh" }, { EM_S390, "s390" }, { EM_RISCV, "riscv32" }, { EM_LOONGARCH, "loongarch32" },
		{ EM_OPENRISC, "or1k" }, { EM_XTENSA, "xtensa" }, { EM_MICROBLAZE, "microblaze" }, { EM_ALTERA_NIOS2, "nios2" },
		{ 195, "arc" }, { EM_CSKY, "csky" }, { EM_QDSP6, "hexagon" },
	};
	const struct arch *a = arch_find(elf_machine, elf_class, big_endian);

	if (a)
		return a->name;
	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		if (names[i].elf_machine == elf_machine)
			return names[i].name;
	return NULL;
}
