/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Dumps that are not read here, and files that users take for dumps: told by a few of their bytes, with what to do instead.
 *
 * A row is for what nobody else claims; who writes a reader for it takes the row away.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "base/log.h"
#include "formats/reader/reader.h"

#define MAGIC_MAX 32u
#define TEXT_LOOKED_AT 512u		/* bytes that must be text in a text */
#define TEXT_MIN 16u			/* bytes: less is no sign */
#define LINE_SHOWN 40			/* bytes of its first line */

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
#define SOLARIS "a crash dump of Solaris or illumos: mdb reads it (a vmdump file: after savecore -f)"
#define MACOS "a core of macOS: lldb reads it"
#define FREEBSD "a crash dump of FreeBSD: kgdb reads it"

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
	{ AT(0, "HIBR"), { 0 }, "a hibernation file of Windows" },
	{ AT(0, "hibr"), { 0 }, "a hibernation file of Windows" },
	{ AT(0, "minidump FreeBSD/"), { 0 }, FREEBSD },
	{ AT(0, "FreeBSD Kernel Dump"), { 0 }, "a dump device of FreeBSD: its savecore makes a file of it, which kgdb reads" },
	{ AT(0, "\xed\xc8\xfe\xde"), { 0 }, SOLARIS },
	{ AT(0, "\xde\xfe\xc8\xed"), { 0 }, SOLARIS },
	{ AT(0, "\xcf\xfa\xed\xfe"), AT(12, "\4\0\0\0"), MACOS },
	{ AT(0, "\xce\xfa\xed\xfe"), AT(12, "\4\0\0\0"), MACOS },
	{ AT(0, "MDMP\x93\xa7"), { 0 }, "a minidump of a program: lldb and WinDbg read it" },

	{ AT(4086, "S1SUSPEND"), { 0 }, HIBERNATION },
	{ AT(4086, "S2SUSPEND"), { 0 }, HIBERNATION },
	{ AT(4086, "ULSUSPEND"), { 0 }, HIBERNATION },
	{ AT(4086, "LINHIB0001"), { 0 }, HIBERNATION },
	{ AT(4086, "SWAPSPACE2"), { 0 }, "a swap device without a dump in it" },

	{ AT(0x202, "HdrS"), AT(0x1fe, "\x55\xaa"), KERNEL_IMAGE " (bzImage)" },
	{ AT(0x38, "ARM\x64"), { 0 }, KERNEL_IMAGE " (Image)" },
	{ AT(0, "PK\x03\x04"), { 0 }, "a zip archive: unpack it (unzip)" },
	{ AT(0, "7z\xbc\xaf\x27\x1c"), { 0 }, "a 7z archive: unpack it (7z x)" },
	{ AT(0, "\x89LZO\0\r\n\x1a\n"), { 0 }, "packed by lzop: unpack it (lzop -d)" },
	{ AT(0, "\x1f\x9d"), { 0 }, "packed by compress: unpack it (gzip -d)" },
	{ AT(0, "LZIP"), { 0 }, "packed by lzip: unpack it (lzip -d)" },
	{ AT(0, "\x5d\0\0"), AT(5, "\xff\xff\xff\xff\xff\xff\xff\xff"), "packed by lzma: unpack it (xz -d)" },
	{ AT(0, "Rar!\x1a\x07"), { 0 }, "a rar archive: unpack it (unrar x)" },
	{ AT(0, "EVF\x09\x0d\x0a\xff\0"), { 0 }, "an image in the format of EnCase (EWF): ewfmount shows what is in it" },
	{ AT(0, "LUKS\xba\xbe"), { 0 }, "an encrypted volume (LUKS): open it (cryptsetup open), and give what is in it" },
	{ AT(0, "-----BEGIN PGP MESSAGE"), { 0 }, "encrypted by gpg: decrypt it (gpg -d)" },
	{ AT(0, "age-encryption.org/"), { 0 }, "encrypted by age: decrypt it (age -d)" },
	{ AT(0, "Salted__"), { 0 }, "encrypted by openssl: decrypt it (openssl enc -d)" },
	{ AT(0, "version https://git-lfs."), { 0 }, "a pointer to a file in Git LFS: fetch the file itself (git lfs pull)" },
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

/* UTF-8, as far as it goes, and what terminals get: no headers of a dump and no memory are made of that alone. */
static bool is_text(const uint8_t *b, size_t n)
{
	unsigned int more = 0;

	for (size_t i = 0; i < n; i++) {
		if (more && (b[i] & 0xc0) != 0x80)
			return false;
		if (more)
			more--;
		else if (b[i] >= 0xc2 && b[i] < 0xf5)
			more = 1u + (b[i] >= 0xe0) + (b[i] >= 0xf0);
		else if (b[i] >= 0x7f || (b[i] < ' ' && !memchr("\t\n\f\r\33", b[i], 5)))
			return false;
	}
	return n;
}

/* "[   12.345678]" or "[   12.345678][    T1]", maybe with the level before it, as dmesg, pstore and consoles write it. */
static bool is_kernel_log(const char *line)
{
	int end = 0;

	if (sscanf(line, "<%*3u>%n", &end) == EOF || !end)
		end = 0;
	line += end;
	if (*line != '[')
		return false;
	line += 1 + strspn(line + 1, " ");
	end = (int)strspn(line, "0123456789");
	return end && line[end] == '.' && strspn(line + end + 1, "0123456789") == 6 && line[end + 7] == ']';
}

/* What a text is, in a message. 1: *what is set and freed by the caller; 0: no text; -errno */
static int describe_text(const struct source *src, char **what)
{
	char head[TEXT_LOOKED_AT + 1];
	ssize_t n = source_read_some(src, head, TEXT_LOOKED_AT, 0);
	int len = 0;

	*what = NULL;
	if (n < 0)
		return (int)n;
	if (n < (ssize_t)TEXT_MIN || !is_text((uint8_t *)head, (size_t)n))
		return 0;
	head[n] = 0;
	if (is_kernel_log(head)) {
		*what = strdup("the text of a kernel log: the dump it belongs to is as a rule in the same folder");
		return *what ? 1 : -ENOMEM;
	}
	while (len < LINE_SHOWN && head[len] >= ' ' && head[len] <= '~')
		len++;
	if (asprintf(what, "a text, not a dump%s%.*s%s", len ? "; it begins with \"" : "", len, head, len ? "\"" : "") < 0) {
		*what = NULL;
		return -ENOMEM;
	}
	return 1;
}

static int recognised_probe(const struct source *src)
{
	char *text;
	size_t row;
	int r = find_row(src, &row);

	if (r)
		return r;
	r = describe_text(src, &text);
	if (r > 0)
		free(text);
	return r;
}

static int recognised_open(struct dump *d)
{
	char *text = NULL;
	size_t row;
	int r = find_row(d->src, &row), error;

	if (!r)
		r = describe_text(d->src, &text);
	if (r < 0)
		return fail(-r, "%s: cannot be read: %s", d->src->name, strerror(-r));
	error = fail(ENOTSUP, "%s: this is %s", d->src->name, !r ? "something else now" : text ? text : rows[row].message);
	free(text);
	return error;
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
