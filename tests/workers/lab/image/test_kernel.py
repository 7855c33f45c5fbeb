"""The kernel's package, made in the test: a bzImage of each compression, and modules that need others."""

import gzip
import lzma
import struct

import lz4.block
import pytest
import zstandard

from workers.lab.image import kernel

ELF = b"\x7fELF" + bytes(range(256)) * 400


def size(data: bytes) -> bytes:
    """The kernel's build appends it to every payload but gzip's."""
    return struct.pack("<I", len(data))


def lz4_legacy(data: bytes) -> bytes:
    block = lz4.block.compress(data, store_size=False)
    return kernel.LZ4_LEGACY + struct.pack("<I", len(block)) + block


COMPRESSED = {
    "gzip": gzip.compress(ELF),
    "xz": lzma.compress(ELF, check=lzma.CHECK_CRC32) + size(ELF),
    "zstd": zstandard.compress(ELF) + size(ELF),
    "lz4": lz4_legacy(ELF) + size(ELF),
}


def bzimage(payload: bytes, sectors: int = 27) -> bytes:
    """Boot sector and setup code, then a decompressor, the payload, and more of the decompressor."""
    image = bytearray((sectors or 4) * 512 + 512)
    image[0x1F1] = sectors
    image[0x1FE:0x200] = b"\x55\xaa"
    image[0x202:0x206] = b"HdrS"
    struct.pack_into("<II", image, 0x248, 700, len(payload))
    return bytes(image) + b"\x90" * 700 + payload + b"\x90" * 300


@pytest.mark.parametrize("sectors", [0, 27])
@pytest.mark.parametrize("name", COMPRESSED)
def test_the_elf_is_found_in_a_bzimage_of_each_compression(name, sectors):
    assert kernel.elf(bzimage(COMPRESSED[name], sectors)) == ELF


def test_lz4_may_have_many_blocks():
    data = b"\x7fELF" + bytes(kernel.BLOCK)
    halves = data[: kernel.BLOCK], data[kernel.BLOCK :]
    payload = kernel.LZ4_LEGACY + b"".join(lz4_legacy(half)[4:] for half in halves) + size(data)
    assert kernel.elf(bzimage(payload)) == data


@pytest.mark.parametrize(
    "image",
    [
        b"",
        b"\x7fELF",
        bytes(1000),
        bzimage(COMPRESSED["xz"])[:0x240],
        bzimage(COMPRESSED["xz"]).replace(b"HdrS", b"SrdH"),
        bzimage(b"unknown"),
        bzimage(b""),
        bzimage(gzip.compress(b"no ELF")),
    ],
)
def test_another_file_is_refused(image):
    with pytest.raises(ValueError, match=r"bzImage|ELF|unknown way"):
        kernel.elf(image)


def module(*needs: str) -> bytes:
    """A module's .modinfo among other bytes."""
    return b"\x7fELF\0license=GPL\0depends=" + ",".join(needs).encode() + b"\0name=x\0"


@pytest.fixture
def package(tmp_path):
    """An unpacked kernel package: modules plain, with .xz and with .zst."""
    base = tmp_path / "lib/modules/6.1/kernel/net"
    base.mkdir(parents=True)
    (base / "nf-conntrack.ko").write_bytes(module("nf-defrag-ipv4", "libcrc32c"))
    (base / "nf_defrag_ipv4.ko.xz").write_bytes(lzma.compress(module()))
    (base / "libcrc32c.ko.zst").write_bytes(zstandard.compress(module("crc-missing")))
    (base / "nf_nat.ko").write_bytes(module("nf_conntrack"))
    (base / "nf_nat_h323.ko").write_bytes(module("nf_nat"))
    (base / "e1000.ko").write_bytes(module())
    (base / "modules.order").write_text("")
    return tmp_path


def test_modules_are_ordered_after_what_they_need(package):
    order = kernel.chosen(kernel.module_files(package))
    assert list(order) == ["nf_defrag_ipv4", "libcrc32c", "nf_conntrack", "nf_nat"]
    assert all(data.startswith(b"\x7fELF") for data in order.values())


def test_modules_that_nobody_wants_come_only_as_a_need_of_others(package):
    assert "libcrc32c" in kernel.chosen(kernel.module_files(package))
    assert "e1000" not in kernel.chosen(kernel.module_files(package))
    assert "nf_nat_h323" not in kernel.chosen(kernel.module_files(package))


def test_names_are_written_as_the_kernel_writes_them(package):
    assert "nf_conntrack" in kernel.module_files(package)
    assert kernel.needed_by(module("a-b", "c")) == ["a_b", "c"]
    assert kernel.needed_by(module()) == []
    assert kernel.needed_by(b"no section") == []
    assert kernel.needed_by(b"softdepends=x\0") == []
