/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What libvirt puts before QEMU's migration stream (virsh save, managedsave): a header of 92 bytes in the byte order of
 * the host, the XML of the domain and a cookie. The stream behind it may be compressed as a whole, which is for other
 * containers. libvirt: src/qemu/qemu_saveimage.h.
 */
#include "formats/source/parts/container.h"

#include <errno.h>
#include <string.h>

#include "base/bytes.h"
#include "base/log.h"
#include "formats/source/parts/joined.h"

#define COMPLETE "LibvirtQemudSave"
#define PARTIAL "LibvirtQemudPart"
#define MAGIC_BYTES 16u
#define HEADER_BYTES 92u
#define VERSION_MAX 3u
#define COMPRESSED_LZOP 4u

static int libvirt_probe(const struct source *s)
{
	char magic[MAGIC_BYTES];
	ssize_t r = source_read_some(s, magic, sizeof(magic), 0);

	if (r < 0)
		return (int)r;
	return r == sizeof(magic) && (!memcmp(magic, COMPLETE, sizeof(magic)) || !memcmp(magic, PARTIAL, sizeof(magic)));
}

/* *stream: where QEMU's stream begins. 0, or a negative errno after a message. */
static int check_header(const struct source *s, const uint8_t *h, uint64_t *stream)
{
	bool big = get_u32(h + 16, false) > VERSION_MAX;
	uint32_t version = get_u32(h + 16, big);

	if (!version || version > VERSION_MAX)
		return fail(ENOTSUP, "%s: libvirt save file of version %u: only 1 to %u are known", s->name,
			    get_u32(h + 16, false), VERSION_MAX);
	*stream = HEADER_BYTES + (uint64_t)get_u32(h + 20, big);
	if (*stream >= s->size)
		return fail(EIO, "%s: libvirt save file: the file ends before the memory, at offset %#llx", s->name,
			    (unsigned long long)*stream);
	if (get_u32(h + 28, big) == COMPRESSED_LZOP)
		return fail(ENOTSUP, "%s: libvirt save file, compressed with lzop: unpack it with 'tail -c +%llu %s | lzop -dc "
			    "> FILE' and open that", s->name, (unsigned long long)*stream + 1, s->name);
	return 0;
}

static int libvirt_open(struct source *inner, struct source **out)
{
	struct joined_piece piece = { .src = inner };
	uint8_t h[HEADER_BYTES];
	int r = 0;

	if (source_read(inner, h, sizeof(h), 0))
		r = fail(EIO, "%s: libvirt save file: the file ends inside its header", inner->name);
	if (!r)
		r = check_header(inner, h, &piece.offset);
	if (r) {
		source_close(inner);
		return r;
	}
	piece.len = inner->size - piece.offset;
	*out = joined_new(&piece, 1, true);
	if (!*out)
		return -ENOMEM;
	if (!memcmp(h, PARTIAL, MAGIC_BYTES)) {
		(*out)->truncated = true;
		log_warn("%s: libvirt did not end writing this file", inner->name);
	}
	return 0;
}

const struct container_ops libvirt_container = {
	.name = "libvirt",
	.probe = libvirt_probe,
	.open = libvirt_open,
};
