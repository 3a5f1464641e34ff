"""Usage: pyarrow-compute.py --write FOLDER | --check FOLDER

--write makes columns of every type that Java knows, with nulls, as slices, dictionaries and without rows: NAME.stream.

--check compares what Atoll has given with what pyarrow gives for the same call. Each line of FOLDER/calls is a function, the
names of its columns divided by commas, and what it gave: "table", which lies in FOLDER/results/NUMBER.stream, NUMBER being that
of the line; "error", with what it said; or a scalar.
"""
import decimal
import pathlib
import struct
import sys

import pyarrow as pa
import pyarrow.compute as pc

ROWS = 23


def values(make):
    return [None if i % 5 == 3 else make(i) for i in range(ROWS)]


def columns():
    numbers = [pa.int8(), pa.int16(), pa.int32(), pa.int64(), pa.uint8(), pa.uint16(), pa.uint32(), pa.uint64()]
    for kind in numbers:
        yield str(kind), pa.array(values(lambda i: (i * 7) % 50), kind)
    for kind in (pa.float32(), pa.float64()):
        yield str(kind), pa.array(values(lambda i: [0.5, -1.25, float("nan"), float("inf"), 3.0][i % 5] * (i % 4 + 1)), kind)
    yield "float16", pa.array(values(lambda i: i / 2), pa.float16())
    yield "bool", pa.array(values(lambda i: i % 3 == 0))
    yield "null", pa.nulls(ROWS)
    for kind in (pa.string(), pa.large_string(), pa.binary(), pa.large_binary()):
        text = values(lambda i: "wörd " * (i % 3) + str(i % 4))
        yield str(kind), pa.array([v if v is None or "string" in str(kind) else v.encode() for v in text], kind)
    yield "numerals", pa.array(values(lambda i: str(i)))
    yield "fixed", pa.array(values(lambda i: bytes([i, 255 - i, 7])), pa.binary(3))
    for kind in (pa.date32(), pa.time32("s"), pa.time32("ms"), pa.time64("us"), pa.time64("ns")):
        yield str(kind), pa.array(values(lambda i: i * 1000), pa.int64()).cast(pa.int32() if kind.bit_width == 32 else pa.int64()).view(kind)
    yield "date64", pa.array(values(lambda i: i * 86400000), pa.int64()).view(pa.date64())
    for unit in ("s", "ms", "us", "ns"):
        yield "timestamp-" + unit, pa.array(values(lambda i: i * 86461 + 10**9), pa.int64()).view(pa.timestamp(unit))
        yield "duration-" + unit, pa.array(values(lambda i: i * 100), pa.int64()).view(pa.duration(unit))
    yield "timestamp-zone", pa.array(values(lambda i: i * 86461), pa.int64()).view(pa.timestamp("s", "UTC"))
    for kind in (pa.decimal128(12, 2), pa.decimal256(50, 2)):
        yield str(kind).replace(", ", "-"), pa.array(values(lambda i: decimal.Decimal(i) / 4 - 2), pa.decimal128(12, 2)).cast(kind)
    yield "months", pa.array(values(lambda i: (i, i + 1, i + 2)), pa.month_day_nano_interval())
    yield "list", pa.array(values(lambda i: list(range(i % 4))), pa.list_(pa.int32()))
    yield "large-list", pa.array(values(lambda i: list(range(i % 4))), pa.large_list(pa.int32()))
    yield "fixed-list", pa.array(values(lambda i: [i, i + 1]), pa.list_(pa.int16(), 2))
    yield "struct", pa.array(values(lambda i: {"n": i, "s": str(i % 3)}))
    yield "map", pa.array(values(lambda i: [("k%d" % (i % 3), i)]), pa.map_(pa.string(), pa.int64()))
    yield "dictionary", pa.array(values(lambda i: "w%d" % (i % 4))).dictionary_encode()


def write(folder):
    for name, column in columns():
        name = "".join(c if c.isalnum() else "-" for c in name)
        parts = {name: column}
        if name in ("int32", "int64", "double", "bool", "string", "list", "struct", "dictionary"):
            parts[name + ".slice"] = column[3:-2]
            parts[name + ".empty"] = column[:0]
            parts[name + ".two"] = pa.chunked_array([column[:5], column[5:]])
        for part, array in parts.items():
            table = pa.table({"v": array})
            with pa.ipc.new_stream(str(folder / f"{part}.stream"), table.schema) as writer:
                writer.write_table(table)


def scalar(value):
    python = value.as_py() if value.is_valid else None
    if python is None:
        return "null"
    if isinstance(python, bool):
        return "b:%d" % python
    if isinstance(python, int):
        return "i:%d" % python
    if isinstance(python, float):
        return "nan" if python != python else "f:" + struct.pack(">d", python).hex()
    return "s:" + python.encode().hex()


def read(path):
    table = pa.ipc.open_stream(pa.py_buffer(path.read_bytes())).read_all()
    table.validate()
    return table


def argument(path):
    column = read(path).column(0)
    if column.num_chunks == 1:
        return column.chunk(0)
    return column if column.num_chunks else pa.array([], column.type)


def plain(array):
    return array.combine_chunks() if isinstance(array, pa.ChunkedArray) else array


def is_sound(array):
    try:
        array.validate(full=True)
        return True
    except pa.ArrowInvalid:
        return False


def same(found, wanted):
    if found.type != wanted.type or len(found) != len(wanted):
        return False
    if is_sound(wanted) and not is_sound(found):  # some functions make times of day that are none
        return False
    return found.equals(wanted) or found.to_string(window=ROWS * ROWS) == wanted.to_string(window=ROWS * ROWS)


def difference(number, line, folder, cache):
    function, names, given = line.split("\t", 2)
    arguments = []
    for name in names.split(","):
        if name not in cache:
            cache[name] = argument(folder / f"{name}.stream")
        arguments.append(cache[name])
    try:
        wanted = pc.call_function(function, arguments)
    except KeyError as e:
        if not isinstance(e.args[0], int):
            return None if given.startswith("error ") else f"pyarrow says {e}"
        return None  # pyarrow has no class for the type that Arrow gives
    except Exception as e:  # of any kind: Atoll is to have failed, too
        return None if given.startswith("error ") else f"pyarrow says {e}"
    if given.startswith("error "):
        return f"pyarrow gives {wanted!r}"
    if isinstance(wanted, pa.Scalar):
        if given != "table":
            return None if given == scalar(wanted) else f"pyarrow gives {scalar(wanted)}"
        wanted = pa.repeat(wanted, 1)
    if given != "table":
        return f"pyarrow gives {wanted!r}"
    found = read(folder / "results" / f"{number}.stream")
    found = found.to_struct_array() if isinstance(wanted, (pa.Table, pa.RecordBatch)) else plain(found.column(0))
    wanted = wanted.to_struct_array() if isinstance(wanted, (pa.Table, pa.RecordBatch)) else plain(wanted)
    return None if same(found, wanted) else f"pyarrow gives {wanted!r}, Atoll {found!r}"


def check(folder):
    cache, different, errors, lines = {}, [], 0, (folder / "calls").read_text().splitlines()
    for number, line in enumerate(lines):
        errors += "\terror " in line
        wrong = difference(number, line, folder, cache)
        if wrong is not None:
            different.append(f"{line}: {wrong}")
    if different:
        sys.exit(f"{len(different)} of {len(lines)} calls differ:\n" + "\n".join(different[:40]))
    print(f"pyarrow {pa.__version__} gives the same for {len(lines) - errors} calls, and fails in the same {errors}")


if sys.argv[1] == "--write":
    write(pathlib.Path(sys.argv[2]))
else:
    check(pathlib.Path(sys.argv[2]))
