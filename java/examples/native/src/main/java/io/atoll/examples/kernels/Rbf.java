package io.atoll.examples.kernels;

import io.atoll.Atoll;
import io.atoll.ObjectRef;
import io.atoll.tensor.DType;
import io.atoll.tensor.ResultTensor;
import io.atoll.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.javacpp.DoublePointer;

/**
 * The kernel matrix of radial basis functions, k(a, b) = exp(-gamma |a - b|^2), by blocks of rows: one task a block, which
 * reads the one copy of the points and fills its rows where they stay. The matrix is the list of its blocks, in order.
 */
public final class Rbf {
    private Rbf() {}

    /** As a task: rows of the matrix. */
    public static Tensor rows(Tensor points, double gamma, long from, long to) {
        long n = points.shape()[0];
        try (ResultTensor result = Tensor.createResult(DType.FLOAT64, to - from, n)) {
            RbfKernel.rbfRows(
                    points.as(DoublePointer.class),
                    n,
                    points.shape()[1],
                    gamma,
                    from,
                    to,
                    result.as(DoublePointer.class));
            return result.toTensor();
        }
    }

    /**
     * All of it.
     *
     * @param points in rows of coordinates
     * @param n how many points there are
     * @param blocks how many tasks
     * @return a ref a block, in the order of its rows
     */
    public static List<ObjectRef<Tensor>> matrix(ObjectRef<Tensor> points, double gamma, long n, int blocks) {
        List<ObjectRef<Tensor>> matrix = new ArrayList<>();
        for (int i = 0; i < blocks; ++i) {
            matrix.add(Atoll.task(Rbf::rows, points, gamma, n * i / blocks, n * (i + 1) / blocks)
                    .remote());
        }
        return matrix;
    }
}
