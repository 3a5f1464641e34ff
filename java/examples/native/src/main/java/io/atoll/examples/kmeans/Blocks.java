package io.atoll.examples.kmeans;

import io.atoll.tensor.DType;
import io.atoll.tensor.ResultTensor;
import io.atoll.tensor.Tensor;
import java.nio.DoubleBuffer;

/** Tasks that make blocks of readings where they stay: in the store. */
final class Blocks {
    private Blocks() {}

    static Tensor read(Readings readings, int number) {
        try (ResultTensor block = Tensor.createResult(DType.FLOAT64, readings.rowsOf(number), Readings.COLUMNS)) {
            readings.fill(block.as(DoubleBuffer.class), number);
            return block.toTensor();
        }
    }

    /** A block without its bad rows. */
    static Tensor mended(Tensor block) {
        DoubleBuffer rows = block.asDoubleBuffer();
        try (ResultTensor good = Tensor.createResult(DType.FLOAT64, Readings.good(rows), Readings.COLUMNS)) {
            Readings.copyGood(rows, good.as(DoubleBuffer.class));
            return good.toTensor();
        }
    }
}
