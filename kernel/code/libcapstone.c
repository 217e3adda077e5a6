/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kernel/code/libcapstone.h"

#include "base/library.h"

#define STRING(x) #x
/* struct cs_insn differs between versions: only that of the header will do */
#define FILE_OF(major) "libcapstone.so." STRING(major)

static struct {
	cs_err (*open)(cs_arch arch, cs_mode mode, csh *handle);
	cs_err (*close)(csh *handle);
	cs_err (*option)(csh handle, cs_opt_type type, size_t value);
	cs_insn *(*malloc)(csh handle);
	void (*free)(cs_insn *insn, size_t count);
	bool (*disasm_iter)(csh handle, const uint8_t **code, size_t *size, uint64_t *address, cs_insn *insn);
} capstone;

static const struct library_function functions[] = {
	{ "cs_open", &capstone.open },
	{ "cs_close", &capstone.close },
	{ "cs_option", &capstone.option },
	{ "cs_malloc", &capstone.malloc },
	{ "cs_free", &capstone.free },
	{ "cs_disasm_iter", &capstone.disasm_iter },
};

static const char *const files[] = { FILE_OF(CS_API_MAJOR), NULL };

DEFINE_LIBRARY(library, true, files, functions)

int libcapstone_load(void)
{
	return library_load(&library);
}

bool libcapstone_is_there(void)
{
	return library_is_there(&library);
}

cs_err cs_open(cs_arch arch, cs_mode mode, csh *handle)
{
	return capstone.open(arch, mode, handle);
}

cs_err cs_close(csh *handle)
{
	return capstone.close(handle);
}

cs_err cs_option(csh handle, cs_opt_type type, size_t value)
{
	return capstone.option(handle, type, value);
}

cs_insn *cs_malloc(csh handle)
{
	return capstone.malloc(handle);
}

void cs_free(cs_insn *insn, size_t count)
{
	capstone.free(insn, count);
}

bool cs_disasm_iter(csh handle, const uint8_t **code, size_t *size, uint64_t *address, cs_insn *insn)
{
	return capstone.disasm_iter(handle, code, size, address, insn);
}
