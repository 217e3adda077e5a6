# SPDX-License-Identifier: GPL-2.0-or-later
# For tests/cases/container-*.t: '. tests/lib.sh', '. tests/containers.sh': files made by the tools that users have.

READ=$BUILD/tests/tools/read_container

# 8 MiB that are memory of all kinds: chunks of all sizes come of it
container_dump() {
	small_dump "$1" 'page 0x400-0x4ff random 4' 'page 0x500-0x9ff zero' 'page 0xa00-0xb1f random 5'
	pages=$((($(stat -c %s "$1") + 4095) / 4096))
}

# pack KIND IN: to standard output; false: no such tool here
pack() {
	local kind=$1 in=$2 half
	half=$(($(stat -c %s "$in") / 3))
	case $kind in
	gzip) gzip -nc "$in" ;;
	gzip-1) gzip -1 -nc "$in" ;;
	gzip-members) head -c $half "$in" | gzip -nc; : | gzip -nc; tail -c +$((half + 1)) "$in" | gzip -9 -nc ;;
	gzip-padded) gzip -nc "$in"; head -c 1000 /dev/zero ;;
	gzip-name) gzip -c "$in" ;;
	pigz) have pigz && pigz -nc "$in" ;;
	pigz-independent) have pigz && pigz -i -b 128 -nc "$in" ;;
	pigz-zlib) have pigz && pigz -zc "$in" ;;
	bgzip) have bgzip && bgzip -c "$in" ;;
	bgzip-then-gzip) have bgzip && head -c $half "$in" | bgzip -c && tail -c +$((half + 1)) "$in" | gzip -c ;;
	# as LiME does it: LIME_COMPRESS, zlib_deflateInit2() with a window of 11 bits
	zlib-11) python3 -c 'import sys, zlib
c = zlib.compressobj(6, zlib.DEFLATED, 11)
sys.stdout.buffer.write(c.compress(open(sys.argv[1], "rb").read()) + c.flush())' "$in" ;;
	xz) xz -0 -c "$in" ;;
	xz-blocks) xz -0 -T1 --block-size=1MiB -c "$in" ;;
	xz-threads) xz -0 -T2 --block-size=1MiB -c "$in" ;;
	xz-streams) head -c $half "$in" | xz -0 -c --check=crc32; head -c 12 /dev/zero; tail -c +$((half + 1)) "$in" |
		xz -0 -c --check=sha256 --block-size=300KiB ;;
	xz-filter) xz --x86 --lzma2=preset=0 --check=none --block-size=1MiB -c "$in" ;;
	pixz) have pixz && pixz -0 -t <"$in" ;;
	zstd) have zstd && zstd -qc "$in" ;;
	zstd-no-size) have zstd && zstd -q --no-check -c <"$in" ;;
	zstd-frames) have zstd && split -b 1000000 --filter='zstd -qc' "$in" ;;
	zstd-frames-sizes) have zstd && split -b 1000000 --filter='cat >"$T/piece" && zstd -qc "$T/piece"' "$in" ;;
	pzstd) have pzstd && pzstd -qc "$in" ;;
	zstd-seekable) have zstd && python3 tests/tools/seekable_zstd.py "$in" /dev/fd/3 1000000 3>&1 >/dev/null ;;
	zstd-seekable-sums) have zstd && python3 tests/tools/seekable_zstd.py --sums "$in" /dev/fd/3 1000000 3>&1 >/dev/null ;;
	lz4) have lz4 && lz4 -qc "$in" ;;
	lz4-64K) have lz4 && lz4 -q -B4 -c "$in" ;;
	lz4-sums) have lz4 && lz4 -q -B5 -BX --content-size -c "$in" ;;
	lz4-linked) have lz4 && lz4 -q -B4 -BD -c "$in" ;;
	lz4-legacy) have lz4 && lz4 -q -l -c "$in" ;;
	lz4-frames) have lz4 && split -b 1000000 --filter='lz4 -q -B5 -c' "$in" ;;
	bzip2) have bzip2 && bzip2 -c "$in" ;;
	bzip2-1) have bzip2 && bzip2 -1 -c "$in" ;;
	bzip2-streams) have bzip2 && head -c $half "$in" | bzip2 -c && tail -c +$((half + 1)) "$in" | bzip2 -c ;;
	pbzip2) have pbzip2 && pbzip2 -c <"$in" ;;
	*) return 1 ;;
	esac
}

container_kinds="gzip gzip-1 gzip-members gzip-padded gzip-name pigz pigz-independent pigz-zlib bgzip bgzip-then-gzip zlib-11
	xz xz-blocks xz-threads xz-streams xz-filter pixz zstd zstd-no-size zstd-frames zstd-frames-sizes pzstd zstd-seekable
	zstd-seekable-sums lz4 lz4-64K lz4-sums lz4-linked lz4-legacy lz4-frames bzip2 bzip2-1 bzip2-streams pbzip2"

# container_name KIND: as info shows it
container_name() {
	case $1 in
	pigz-zlib|zlib-11) echo zlib ;;
	gzip*|pigz*|bgzip*) echo gzip ;;
	xz*|pixz) echo xz ;;
	*zstd*) echo zstd ;;
	lz4*) echo lz4 ;;
	*) echo bzip2 ;;
	esac
}
