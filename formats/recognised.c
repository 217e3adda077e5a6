/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Dumps that are not read here, and files that users take for dumps: told by a few of their bytes, with what to do instead.
 *
 * A row is for what nobody else claims; who writes a reader for it takes the row away.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "base/log.h"
#include "formats/reader.h"

#define MAGIC_MAX 32u

struct magic {
	uint32_t offset, len;			/* in the file; len 0: nothing is asked */
	const char *bytes;
};

#define AT(offset, bytes) { offset, sizeof(bytes) - 1, bytes }
#define MCORE "a dump of Mission Critical Linux (Mcore): crash reads it"
#define LKCD_DEVICE "a device with an LKCD dump in it: copy that, without the first block (dd bs=4096 skip=1), and give the copy"
#define DISKDUMP_DEVICE "a device that diskdump wrote to: the savecore of diskdumputils makes a dump of it"
#define XEN_SAVE "a saved Xen domain: restore it, and use 'xl dump-core'"
#define XEN_OLD_CORE "a core of a Xen domain in the form before Xen 3.1: crash reads it"
#define WINDOWS "a crash dump of Windows: WinDbg reads it"
#define HIBERNATION "a swap device with a hibernation image: only the kernel that wrote it reads that, when it resumes"
#define KERNEL_IMAGE "a kernel to boot, not a dump"
#define EXT_MAGIC "\x53\xef"

/* Messages go on after "FILE: this is ". */
static const struct {
	struct magic first, second;		/* both must be there */
	const char *message;
} rows[] = {
	{ AT(0, "\xdd\xcc\x8b\x9a\xdd\xcc\x8b\x9a"), { 0 }, MCORE },
	{ AT(0, "\x9a\x8b\xcc\xdd\x9a\x8b\xcc\xdd"), { 0 }, MCORE },
	{ AT(4096, "\xed\x23\x8f\x61\x73\x01\x19\xa8"), { 0 }, LKCD_DEVICE },
	{ AT(4096, "\xa8\x19\x01\x73\x61\x8f\x23\xed"), { 0 }, LKCD_DEVICE },
	{ AT(4096, "DISKDUMP"), { 0 }, DISKDUMP_DEVICE },
	{ AT(0, "diskdump"), { 0 }, DISKDUMP_DEVICE },
	{ AT(0, "\xe2\xd9"), AT(4096, "\xc8\xc3\xd7\xc4\xc6\xd4\xc2\xd2"),
	  "a dump of z/VM (VMDUMP): convert it with vmconvert of s390-tools" },

	{ AT(0, "LinuxGuestRecord"), { 0 }, XEN_SAVE },
	{ AT(0, "Xen saved domain, xl format"), { 0 }, XEN_SAVE },
	{ AT(0, "\xff\xff\xff\xff\xff\xff\xff\xff" "XENF"), { 0 }, XEN_SAVE },
	{ AT(0, "\xed\xeb\x0f\xf0"), { 0 }, XEN_OLD_CORE },
	{ AT(0, "\xee\xeb\x0f\xf0"), { 0 }, XEN_OLD_CORE },
	{ AT(0, "\x7f" "VirtualBox SavedState V"), { 0 },
	  "a saved state of VirtualBox: 'VBoxManage debugvm NAME dumpvmcore --filename FILE' of the running machine makes a dump" },
	{ AT(0, "\x14\x20\x28\x01"), AT(4096, "\x14\x20\x28\x01"),
	  "a saved state of Hyper-V: convert it to an ELF core, or let kdump of the guest make a dump" },
	{ AT(0, "QFI\xfb"), { 0 },
	  "a disk image of QEMU (qcow2): if it has a snapshot with memory, load that (-loadvm) and use dump-guest-memory" },
	{ AT(0, "KDMV"), { 0 }, "a disk image of VMware: memory of a suspended machine is in its .vmss and .vmem files" },
	{ AT(0, "vhdxfile"), { 0 }, "a disk image of Hyper-V, not memory: mount it, and give the dump in it" },

	{ AT(0, "PAGEDU64"), { 0 }, WINDOWS },
	{ AT(0, "PAGEDUMP"), { 0 }, WINDOWS },
	{ AT(0, "MDMP\x93\xa7"), { 0 }, "a minidump of a program: lldb and WinDbg read it" },

	{ AT(4086, "S1SUSPEND"), { 0 }, HIBERNATION },
	{ AT(4086, "S2SUSPEND"), { 0 }, HIBERNATION },
	{ AT(4086, "ULSUSPEND"), { 0 }, HIBERNATION },
	{ AT(4086, "LINHIB0001"), { 0 }, HIBERNATION },
	{ AT(4086, "SWAPSPACE2"), { 0 }, "a swap device without a dump in it" },

	{ AT(0x202, "HdrS"), AT(0x1fe, "\x55\xaa"), KERNEL_IMAGE " (bzImage)" },
	{ AT(0x38, "ARM\x64"), { 0 }, KERNEL_IMAGE " (Image)" },
	{ AT(0, "[    0.000000] "), { 0 }, "the text of a kernel log: the dump it belongs to is as a rule in the same folder" },
	{ AT(0, "PK\x03\x04"), { 0 }, "a zip archive: unpack it (unzip)" },
	{ AT(0, "7z\xbc\xaf\x27\x1c"), { 0 }, "a 7z archive: unpack it (7z x)" },
	{ AT(0, "\x89LZO\0\r\n\x1a\n"), { 0 }, "packed by lzop: unpack it (lzop -d)" },
	{ AT(0, "EFI PART"), { 0 }, "a partition table, not a dump" },
	{ AT(512, "EFI PART"), { 0 }, "a disk with partitions: mount the one with the dump, and give the dump" },
	{ AT(0, "XFSB"), { 0 }, "a file system (xfs): mount it, and give the dump in it" },
	{ AT(0x438, EXT_MAGIC), AT(0x419, "\0\0\0"), "a file system (ext2, ext3 or ext4): mount it, and give the dump in it" },
};

/* 1, 0 or -errno */
static int is_there(const struct source *src, const struct magic *m)
{
	char bytes[MAGIC_MAX];
	ssize_t r;

	if (!m->len)		/* a row with one magic */
		return 1;
	r = source_read_some(src, bytes, m->len, m->offset);
	if (r < 0)
		return (int)r;
	return (size_t)r == m->len && !memcmp(bytes, m->bytes, m->len);
}

static int find_row(const struct source *src, size_t *row)
{
	int r = 0;

	for (*row = 0; *row < ARRAY_SIZE(rows); ++*row) {
		r = is_there(src, &rows[*row].first);
		if (r > 0)
			r = is_there(src, &rows[*row].second);
		if (r)
			return r;
	}
	return 0;
}

static int recognised_probe(const struct source *src)
{
	size_t row;

	return find_row(src, &row);
}

static int recognised_open(struct dump *d)
{
	size_t row;
	int r = find_row(d->src, &row);

	if (r < 0)
		return fail(-r, "%s: cannot be read: %s", d->src->name, strerror(-r));
	return fail(ENOTSUP, "%s: this is %s", d->src->name, r ? rows[row].message : "something else now");
}

static void recognised_close(struct dump *d)
{
	(void)d;
}

const struct dump_ops recognised_dump_ops = {
	.name = "recognised",
	.probe = recognised_probe,
	.open = recognised_open,
	.close = recognised_close,
};
