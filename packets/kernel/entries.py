# mypy: ignore-errors
# ruff: noqa: ANN001, ANN201, D103 (pointers and lengths, which only numba sees; the functions behind are annotated)
"""What the compiled kernel offers to its callers: the functions with plain pointers and lengths for
arguments.

Only packets/compiled.py imports this, when it compiles.
"""

import re

import llvmlite.binding as llvm
from numba import carray, jit, types

from packets.kernel import connection, fields, hosts, network, run, sort, table, tallies, walk

_B, _H, _I, _Q = (types.CPointer(kind) for kind in (types.uint8, types.uint16, types.uint32, types.int64))
_i = types.int64


def replaybook_run(
    data, data_n, offset, captured, original, time, link_type, interface, fcs, rows, first, count, frame,
    out, words, conns, conns_n, slots, slots_n, hosts_, hosts_n, host_slots, host_slots_n, pool, pool_n,
    fragments, believed, believed_n, notes, g,
):  # fmt: skip
    return run.run(
        carray(data, data_n), carray(offset, rows), carray(captured, rows), carray(original, rows),
        carray(time, rows), carray(link_type, rows), carray(interface, rows), carray(fcs, rows),
        first, count, frame, carray(out, (count + 1, fields.WIDTH)), carray(words, network.WORDS),
        carray(conns, (conns_n, connection.WIDTH)), carray(slots, slots_n),
        carray(hosts_, (hosts_n, hosts.WIDTH)), carray(host_slots, host_slots_n), carray(pool, pool_n),
        carray(fragments, run.FIRST_FRAGMENTS),
        carray(believed, believed_n), carray(notes, (tallies.NOTES, 1 + tallies.KEPT)),
        carray(g, tallies.WIDTH),
    )  # fmt: skip


def replaybook_move(old, old_n, new, new_n):
    return table.move(carray(old, old_n), carray(new, new_n))


def replaybook_sort(owner, rows, first, first_n, order, loose):
    return sort.sort(carray(owner, rows), carray(first, first_n), carray(order, rows), loose)


def replaybook_walk(data, data_n, start, head, length_at, big, extra, out, most):
    return walk.walk(carray(data, data_n), start, head, length_at, big, extra, carray(out, most + 1), most)


_I32 = types.CPointer(types.int32)
_SIGNATURES = {
    "replaybook_run": (
        replaybook_run,
        _i(_B, _i, _Q, _I, _I, _Q, _H, _H, _B, _i, _i, _i, _i, _Q, _Q, _Q, _i, _Q, _i, _Q, _i, _Q, _i, _Q, _i,
           _Q, _Q, _i, _Q, _Q),
    ),
    "replaybook_move": (replaybook_move, _i(_Q, _i, _Q, _i)),
    "replaybook_sort": (replaybook_sort, _i(_I32, _i, _Q, _i, _I32, _i)),
    "replaybook_walk": (replaybook_walk, _i(_B, _i, _i, _i, _i, _i, _i, _Q, _i)),
}  # fmt: skip


# No array of the kernel owns its memory, so numba's counting of references counts nothing; it would cost half
# of the time.
_COUNTING = re.compile(r"^.*call .*@NRT_(?:in|de)cref\(.*$", re.MULTILINE)
_INLINED = 600  # LLVM's threshold: the kernel is many small functions, called for every packet


def object_file(names: tuple[str, ...]) -> bytes:
    """Compile the entries into one object file, in which they have their own names."""
    machine = llvm.Target.from_default_triple().create_target_machine(
        cpu=llvm.get_host_cpu_name(), features=llvm.get_host_cpu_features().flatten(), opt=3, jit=True
    )
    whole = llvm.parse_assembly("")
    for name in names:
        whole.link_in(_module(name))
    _optimise(whole, machine, names)
    return bytes(machine.emit_object(whole))


def _module(name: str) -> llvm.ModuleRef:
    function, signature = _SIGNATURES[name]
    compiled = jit(
        signature, nopython=True, error_model="numpy", no_cpython_wrapper=True, no_cfunc_wrapper=True
    )(function)
    result = next(iter(compiled.overloads.values()))
    module = llvm.parse_assembly(_COUNTING.sub("", result.library.get_llvm_str()))
    module.get_function(result.fndesc.llvm_func_name).name = name
    return module


def _optimise(module: llvm.ModuleRef, machine: llvm.TargetMachine, names: tuple[str, ...]) -> None:
    for function in module.functions:
        if not function.is_declaration and function.name not in names:
            function.linkage = "internal"  # nobody else calls it: it may vanish into its callers
    options = llvm.create_pipeline_tuning_options(speed_level=3)
    options.inlining_threshold = _INLINED
    builder = llvm.create_pass_builder(machine, options)
    builder.getModulePassManager().run(module, builder)
