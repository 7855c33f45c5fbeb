"""The kernel as machine code: made once by ``python -m packets.compiled``, found again by what it was made
from.

numba compiles the kernel's own lines; what is kept is a plain object file, which llvmlite alone can load:
numba takes a third of a second to import, and writes its own cache where a confined reader may not. The file
is named for the kernel's source, the compiler and the processor, so that an outdated one is never loaded.
Without it everything works as well, interpreted.
"""

import ctypes
import hashlib
import os
import sys
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from types import FunctionType, ModuleType
from typing import Any

HERE = Path(__file__).resolve().parent
KERNEL = HERE / "kernel"
ENVIRONMENT = "PACKETS_KERNEL"  # a folder in which the compiled kernel is looked for, before all others
# Not empty: captures are read without the compiled kernel, to compare the two or to search a fault.
INTERPRETED = "PACKETS_INTERPRETED"
_COLUMNS = HERE / "columns.py"  # the kernel takes constants from it


def folders() -> Iterator[Path]:
    """Where a compiled kernel may lie, the preferred place first."""
    if os.environ.get(ENVIRONMENT):
        yield Path(os.environ[ENVIRONMENT])
    yield HERE / "__pycache__"
    yield Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "replaybook"


@cache
def file_name() -> str | None:
    """The name that the compiled kernel has on this machine; None where it cannot be compiled or loaded."""
    try:
        import llvmlite
        import llvmlite.binding as llvm

        parts = [llvmlite.__version__, llvm.get_default_triple(), llvm.get_host_cpu_name()]
        parts.append(llvm.get_host_cpu_features().flatten())
    except (ImportError, RuntimeError, OSError):
        return None
    digest = hashlib.sha256("\n".join(parts).encode())
    for source in (*sorted(KERNEL.glob("*.py")), _COLUMNS, Path(__file__)):
        digest.update(source.read_bytes())
    return f"kernel-{digest.hexdigest()[:20]}.o"


def find() -> Path | None:
    """The compiled kernel, where there is one."""
    name = file_name()
    if name is None:
        return None
    return next((folder / name for folder in folders() if (folder / name).is_file()), None)


Entry = Callable[..., int]


@cache
def load() -> dict[str, Entry] | None:
    """The compiled entries by name; None when there is no compiled kernel. Each returns what its function
    does.
    """
    path = find()
    if path is None:
        return None
    import llvmlite.binding as llvm

    llvm.initialize_native_target()
    llvm.initialize_native_asmprinter()
    # Named by code that arrays would need which own their memory; none of the kernel's do.
    llvm.add_symbol("NRT_MemInfo_call_dtor", ctypes.cast(_nothing, ctypes.c_void_p).value)
    engine = llvm.create_mcjit_compiler(
        llvm.parse_assembly(""), llvm.Target.from_default_triple().create_target_machine(jit=True)
    )
    engine.add_object_file(llvm.ObjectFileRef.from_data(path.read_bytes()))
    engine.finalize_object()
    _kept.append(engine)
    return {
        name: _callable(engine.get_function_address(name), arguments) for name, arguments in ENTRIES.items()
    }


def entries() -> dict[str, Entry] | None:
    """The compiled entries that are to be used; None where the kernel shall be interpreted."""
    return None if os.environ.get(INTERPRETED) else load()


_kept: list[Any] = []
_nothing = ctypes.CFUNCTYPE(None, ctypes.c_void_p)(lambda _: None)


def _callable(address: int, arguments: int) -> Entry:
    kinds = [ctypes.c_void_p, ctypes.c_void_p] + [ctypes.c_int64] * arguments
    native = ctypes.CFUNCTYPE(ctypes.c_int32, *kinds)(address)
    result, fault = ctypes.c_int64(), ctypes.c_void_p()

    def call(*values: int) -> int:
        status = native(ctypes.addressof(result), ctypes.addressof(fault), *values)
        if status:
            raise RuntimeError(f"the compiled kernel ended with status {status}")
        return result.value

    return call


# Names in the object file, and how many arguments each takes.
ENTRIES = {"replaybook_run": 30, "replaybook_move": 4, "replaybook_sort": 6, "replaybook_walk": 9}


def make(into: Path | None = None) -> Path | None:
    """Compile the kernel, in a process of its own; None where that is not possible. Takes some 20 seconds."""
    import subprocess
    import tempfile

    name = file_name()
    if name is None:
        return None
    for folder in [into] if into else list(folders()):
        try:
            folder.mkdir(parents=True, exist_ok=True)
            with tempfile.NamedTemporaryFile(dir=folder, prefix=".kernel-", delete=False) as file:
                half = Path(file.name)
        except OSError:
            continue
        try:
            done = subprocess.run(
                [sys.executable, "-m", "packets.compiled", str(half)], cwd=HERE.parent, check=False
            )
            if done.returncode == 0:
                half.replace(folder / name)
                (folder / name).chmod(0o644)
                _clear(folder, name)
                return folder / name
        finally:
            half.unlink(missing_ok=True)
        return None
    return None


def _clear(folder: Path, name: str) -> None:
    """Kernels of earlier versions of this very copy of the product; elsewhere they may be somebody's."""
    if folder.parent == HERE:
        for old in folder.glob("kernel-*.o"):
            if old.name != name:
                old.unlink(missing_ok=True)


def _compile(into: Path) -> None:
    """Write the object file. In this process the kernel's functions are compiled ones from now on."""
    from packets.kernel import entries

    _replace_functions()
    into.write_bytes(entries.object_file(tuple(ENTRIES)))


def _replace_functions() -> None:
    """Put numba's dispatcher in the place of every function of the kernel, wherever its name was imported
    to.
    """
    from numba import njit

    compiled: dict[FunctionType, Any] = {}
    modules = [module for name, module in sys.modules.items() if name.startswith("packets.kernel.")]
    for module in modules:
        for name, value in _functions(module):
            compiled.setdefault(value, njit(error_model="numpy")(value))
            setattr(module, name, compiled[value])


def _functions(module: ModuleType) -> list[tuple[str, FunctionType]]:
    return [
        (name, value)
        for name, value in vars(module).items()
        if isinstance(value, FunctionType)
        and value.__module__.startswith("packets.kernel.")
        and not value.__module__.endswith(".entries")
    ]


def main(arguments: list[str]) -> int:
    """Without an argument: make the kernel where it is missing. With one: write it there."""
    if arguments:
        _compile(Path(arguments[0]))
    elif file_name() is None:
        _say("The reader cannot be compiled here: captures are read without it, more slowly.")
    elif find() is None:
        _say("Compiling the reader for this processor, once: about half a minute …")
        return 0 if make() else 1
    return 0


def _say(sentence: str) -> None:
    sys.stderr.write(sentence + "\n")
    sys.stderr.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
