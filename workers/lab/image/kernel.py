"""The kernel's package: the ELF inside its bzImage, which QEMU starts without decompressing, and its
modules.
"""

import lzma
import re
import struct
import zlib
from collections.abc import Iterable
from pathlib import Path

import lz4.block
import zstandard

# Offsets in the boot header, Documentation/arch/x86/boot.rst.
SECTORS, MAGIC, PAYLOAD, LENGTH = 0x1F1, 0x202, 0x248, 0x24C
LZ4_LEGACY, ZSTD, XZ, GZIP = b"\x02\x21\x4c\x18", b"\x28\xb5\x2f\xfd", b"\xfd7zXZ", b"\x1f\x8b"
BLOCK = 8 << 20  # bytes of a block of LZ4's legacy format
DEPENDS = re.compile(rb"(?:^|\0)depends=([^\0]*)\0")

# Names of modules, or the first letters of several with a star. What a kernel has not is left out.
WANTED = (
    "qemu_fw_cfg", "veth", "dummy", "bridge", "llc", "stp", "tun",
    "sch_*", "cls_*", "act_*", "ifb", "em_*",
    "inet_diag", "tcp_diag", "udp_diag", "raw_diag", "unix_diag", "af_packet_diag", "netlink_diag",
    "nf_*", "nft_*", "nfnetlink*", "xt_*", "x_tables", "ip_tables", "ip6_tables", "iptable_*", "ip6table_*",
    "ipt_*", "ip6t_*", "arp_tables", "ip_set*",
    "tcp_bbr", "tcp_westwood", "tcp_vegas", "tcp_bic", "tcp_dctcp",
    "ipip", "ip_gre", "gre", "vxlan", "8021q", "sctp", "tls", "af_key", "esp4", "mpls*",
)  # fmt: skip
# Helpers and targets of other worlds: loading them costs memory and shows nothing here.
UNWANTED = (
    "nf_conntrack_bridge", "nf_conntrack_h323", "nf_nat_h323", "nf_conntrack_pptp", "nf_nat_pptp",
    "nf_conntrack_snmp",
    "nf_nat_snmp_basic", "nf_conntrack_sane", "nf_conntrack_amanda", "nf_nat_amanda",
    "nf_conntrack_netbios_ns",
    "xt_LED", "xt_IDLETIMER", "xt_AUDIT", "xt_SECMARK", "xt_CONNSECMARK", "xt_time", "nft_synproxy",
    "xt_ipvs", "nf_flow_table", "nf_flow_table_inet", "nft_flow_offload", "act_ct", "act_ctinfo",
    "sctp", "sch_etf", "sch_taprio", "act_simple", "act_sample", "nft_xfrm", "esp4", "af_key", "mpls*",
    "ip_set*", "xt_set",
)  # fmt: skip


def elf(image: bytes) -> bytes:
    """The uncompressed kernel in a bzImage.

    Raises:
        ValueError: for another file.
    """
    if image[MAGIC : MAGIC + 4] != b"HdrS" or len(image) < LENGTH + 4:
        raise ValueError("This is no bzImage.")
    start = (image[SECTORS] or 4) * 512 + 512 + struct.unpack_from("<I", image, PAYLOAD)[0]
    payload = image[start : start + struct.unpack_from("<I", image, LENGTH)[0]]
    kernel = unpack(payload)
    if kernel[:4] != b"\x7fELF":
        raise ValueError("The kernel's payload is no ELF file.")
    return kernel


def unpack(payload: bytes) -> bytes:
    """The payload's contents, of any compression that Debian has used.

    Its size stands after it in four bytes, but for gzip, which ends with the size itself.
    """
    if payload.startswith(LZ4_LEGACY):
        return b"".join(lz4_blocks(payload[4:-4]))
    if payload.startswith(ZSTD):
        return zstandard.ZstdDecompressor().decompressobj().decompress(payload)
    if payload.startswith(XZ):
        return lzma.LZMADecompressor().decompress(payload)
    if payload.startswith(GZIP):
        return zlib.decompressobj(wbits=16 + zlib.MAX_WBITS).decompress(payload)
    raise ValueError("The kernel is compressed in an unknown way.")


def lz4_blocks(data: bytes) -> Iterable[bytes]:
    """Blocks of LZ4's legacy format: a size, then so many bytes."""
    at = 0
    while at + 4 <= len(data):
        size = struct.unpack_from("<I", data, at)[0]
        yield lz4.block.decompress(data[at + 4 : at + 4 + size], uncompressed_size=BLOCK)
        at += 4 + size


def module_files(folder: Path) -> dict[str, Path]:
    """Name of each module in an unpacked kernel package, with underscores as the kernel writes it."""
    paths = (path for path in folder.rglob("*.ko*") if path.is_file())
    return {path.name.split(".ko")[0].replace("-", "_"): path for path in paths}


def module_bytes(path: Path) -> bytes:
    """A module, uncompressed."""
    data = path.read_bytes()
    if path.suffix == ".xz":
        return lzma.decompress(data)
    if path.suffix == ".zst":
        return zstandard.ZstdDecompressor().decompressobj().decompress(data)
    return data


def needed_by(module: bytes) -> list[str]:
    """The modules that a module names in its section .modinfo."""
    found = DEPENDS.search(module)
    names = found[1].decode("ascii") if found else ""
    return [name.replace("-", "_") for name in names.split(",") if name]


def chosen(files: dict[str, Path]) -> dict[str, bytes]:
    """The wanted modules and those that they need, each after what it needs."""
    order: dict[str, bytes] = {}
    for name in sorted(files):
        if matches(name, WANTED) and not matches(name, UNWANTED):
            add(name, files, order)
    return order


def matches(name: str, patterns: tuple[str, ...]) -> bool:
    """True when one of the patterns is the name, or its beginning with a star."""
    return any(name.startswith(p[:-1]) if p.endswith("*") else name == p for p in patterns)


def add(name: str, files: dict[str, Path], order: dict[str, bytes]) -> None:
    """Adds a module after those that it needs."""
    if name in order or name not in files:
        return
    module = module_bytes(files[name])
    for other in needed_by(module):
        add(other, files, order)
    order[name] = module
