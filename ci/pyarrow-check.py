"""Usage: pyarrow-check.py [--write] FOLDER

Reads objects of a store from their raw bytes: NAME.tensor as an Arrow tensor, NAME.stream as an Arrow stream of one
column. NAME.expected holds the values, one a line in row-major order, as the Java test that wrote them sees them.

With --write it is the other way round: pyarrow writes, and the Java test reads.
"""
import pathlib
import struct
import sys
import uuid

import pyarrow as pa


def number(value):
    if isinstance(value, float):
        return "nan" if value != value else "f:" + struct.pack(">d", value).hex()
    return "i:%d" % int(value)


def tensor_lines(path):
    tensor = pa.ipc.read_tensor(pa.py_buffer(path.read_bytes()))
    values = tensor.to_numpy()
    kind = float if values.dtype.kind == "f" else int
    return [str(list(tensor.shape))] + [number(kind(value)) for value in values.flatten()]


def text(value):
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "i:%d" % value
    if isinstance(value, (int, float)):
        return number(value)
    if isinstance(value, bytes):
        return "b:" + value.hex()
    if isinstance(value, str):
        return "s:" + value.encode().hex()
    if type(value) is tuple:  # an entry of a map
        return "{key=%s,value=%s}" % (text(value[0]), text(value[1]))
    if isinstance(value, dict):
        return "{" + ",".join(f"{key}={text(each)}" for key, each in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ",".join(text(each) for each in value) + "]"
    if isinstance(value, uuid.UUID):
        return "u:%s" % value
    if isinstance(value, pa.MonthDayNano):
        return "m:%d,%d,%d" % (value.months, value.days, value.nanoseconds)
    return "d:%s" % format(value, "f")


def stream_lines(path):
    table = pa.ipc.open_stream(pa.py_buffer(path.read_bytes())).read_all()
    column = table.column(0).combine_chunks()
    # The flat ones hold any bits, which not every time of day or date can be.
    table.validate(full=pa.types.is_nested(column.type) or pa.types.is_dictionary(column.type))
    if pa.types.is_temporal(column.type) and column.type != pa.month_day_nano_interval():
        # Numbers as they are stored: Python's own dates do not reach as far.
        column = column.view(pa.int32() if column.type.bit_width == 32 else pa.int64())
    return [text(value) for value in column.to_pylist()]


def main(folder):
    checked = 0
    for path in sorted(folder.iterdir()):
        if path.suffix not in (".tensor", ".stream"):
            continue
        found = tensor_lines(path) if path.suffix == ".tensor" else stream_lines(path)
        expected = path.with_suffix(".expected").read_text().splitlines()
        if found != expected:
            at = next((i for i, (a, b) in enumerate(zip(found, expected)) if a != b), "the end")
            sys.exit(f"{path.name}: differs at {at}: pyarrow read {found[:9]}..., stored were {expected[:9]}...")
        checked += 1
    print(f"pyarrow {pa.__version__} read {checked} objects")


def write(folder):
    """Streams as Atoll does not write them: text in the first column, which lies line by line beside each."""
    first, longer, other = pa.array(["a", "größe"]), pa.array(["a", "größe", "c", "d"]), pa.array(["x", "y", "z"])
    numbers = [0, 1, None, 1]

    def encoded(dictionary, indices):
        column = pa.DictionaryArray.from_arrays(pa.array(indices, pa.int8()), dictionary)
        return pa.record_batch([column], ["v"])

    plain = pa.record_batch([pa.array([f"text {i % 9}" if i % 4 else None for i in range(5000)]),
                             pa.array(range(5000)), pa.array([[i, None] for i in range(5000)])], ["v", "n", "l"])
    streams = {
        "deltas": ([encoded(first, numbers), encoded(longer, [3, 2, None, 0])], {"emit_dictionary_deltas": True}),
        "replaced": ([encoded(first, numbers), encoded(other, [2, None, 0]), encoded(first, numbers)], {}),
        "lz4": ([plain, plain], {"compression": "lz4"}),
        "zstd": ([plain, plain], {"compression": "zstd"}),
    }
    for name, (batches, options) in streams.items():
        options = pa.ipc.IpcWriteOptions(**options)
        with pa.ipc.new_stream(str(folder / f"{name}.stream"), batches[0].schema, options=options) as writer:
            for batch in batches:
                writer.write_batch(batch)
        values = [value for batch in batches for value in batch.column(0).to_pylist()]
        lines = ["null" if value is None else value for value in values]
        (folder / f"{name}.expected").write_text("\n".join(lines) + "\n")


if sys.argv[1] == "--write":
    write(pathlib.Path(sys.argv[2]))
else:
    main(pathlib.Path(sys.argv[1]))
