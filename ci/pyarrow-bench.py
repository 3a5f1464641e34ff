"""Usage: pyarrow-bench.py FILE: what pyarrow takes for the group-by of ci/bench native-code, over the Arrow stream in FILE, on one
thread; a line for benchmarks/jmh."""
import sys
import time

import pyarrow as pa

pa.set_cpu_count(1)
with pa.memory_map(sys.argv[1]) as source:
    table = pa.ipc.open_stream(source).read_all()
    nanos = []
    for i in range(-5, 15):
        start = time.perf_counter_ns()
        groups = table.group_by("key", use_threads=False).aggregate([("value", "mean"), ([], "count_all")])
        if i >= 0:
            nanos.append(time.perf_counter_ns() - start)
    assert groups.num_rows == 500
print("arrow.groupby.3M.pyarrow\t%.3f\tns\tp50" % sorted(nanos)[len(nanos) // 2])
