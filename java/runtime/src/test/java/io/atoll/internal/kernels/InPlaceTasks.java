package io.atoll.internal.kernels;

import io.atoll.Atoll;
import io.atoll.ObjectRef;
import io.atoll.tensor.DType;
import io.atoll.tensor.ResultTensor;
import io.atoll.tensor.Tensor;
import java.io.IOException;
import java.nio.DoubleBuffer;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.bytedeco.javacpp.indexer.DoubleIndexer;

/** Tasks that make their results in place, and some that do it wrongly. */
public final class InPlaceTasks {
    private InPlaceTasks() {}

    static Tensor numbers(long from, long count) {
        try (ResultTensor result = Tensor.createResult(DType.FLOAT64, count)) {
            DoubleBuffer out = result.as(DoubleBuffer.class);
            for (int i = 0; i < count; ++i) {
                out.put(i, from + i);
            }
            return result.toTensor();
        }
    }

    /** Rows of a multiplication table, by an indexer. */
    static Tensor products(long from, long to, long columns) {
        try (ResultTensor result = Tensor.createResult(DType.FLOAT64, to - from, columns)) {
            DoubleIndexer out = result.as(DoubleIndexer.class);
            for (long i = from; i < to; ++i) {
                for (long j = 0; j < columns; ++j) {
                    out.put(i - from, j, i * j);
                }
            }
            return result.toTensor();
        }
    }

    /** What was written last before the return: a copy made earlier would not have it. */
    static Tensor changedAfterwards() {
        ResultTensor result = Tensor.createResult(DType.FLOAT64, 3);
        DoubleBuffer out = result.as(DoubleBuffer.class);
        Tensor tensor = result.toTensor();
        result.close(); // Which is nothing now.
        out.put(1, tensor.getDouble(0) + 3);
        return tensor;
    }

    static Tensor twice() {
        try (ResultTensor first = Tensor.createResult(DType.FLOAT64, 3);
                ResultTensor second = Tensor.createResult(DType.FLOAT64, 3)) {
            return first.toTensor();
        }
    }

    static Tensor afterAnotherShape() {
        Tensor.createResult(DType.FLOAT64, 1000).close();
        return numbers(1, 2);
    }

    static Tensor slice() {
        return numbers(0, 10).slice(0, 2, 4);
    }

    static Tensor fails() {
        try (ResultTensor result = Tensor.createResult(DType.FLOAT64, 3)) {
            result.setDouble(1, 0);
            result.toTensor();
            throw new IllegalStateException("in the middle");
        }
    }

    static String another() {
        try (ResultTensor result = Tensor.createResult(DType.FLOAT64, 3)) {
            return "a text";
        }
    }

    /** The first attempt dies when it has filled half. */
    static Tensor dieOnce(String directory) throws IOException {
        ResultTensor result = Tensor.createResult(DType.FLOAT64, 2);
        result.setDouble(1, 0);
        try {
            Files.createFile(Path.of(directory, "died"));
            Runtime.getRuntime().halt(137);
        } catch (FileAlreadyExistsException e) {
            result.setDouble(2, 1);
        }
        return result.toTensor();
    }

    /** The thread that waits runs the child by itself, which has a result of its own. */
    static Tensor sumWithAChild() {
        try (ResultTensor result = Tensor.createResult(DType.FLOAT64, 1)) {
            ObjectRef<Tensor> child = Atoll.task(InPlaceTasks::numbers, 40L, 2L).remote();
            try (Tensor numbers = child.get()) {
                result.setDouble(numbers.getDouble(0) + numbers.getDouble(1), 0);
            }
            return result.toTensor();
        }
    }

    /** Two refs to values that were put of the result before it was one. */
    static Tensor putToo(String name) {
        Tensor result = numbers(5, 2);
        ObjectRef<Tensor> copy = Atoll.put(result);
        Atoll.publish(name, copy);
        return result;
    }
}
