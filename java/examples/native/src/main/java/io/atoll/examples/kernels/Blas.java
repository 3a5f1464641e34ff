package io.atoll.examples.kernels;

import static org.bytedeco.openblas.global.openblas_nolapack.CblasColMajor;
import static org.bytedeco.openblas.global.openblas_nolapack.CblasLower;
import static org.bytedeco.openblas.global.openblas_nolapack.CblasNoTrans;
import static org.bytedeco.openblas.global.openblas_nolapack.CblasTrans;
import static org.bytedeco.openblas.global.openblas_nolapack.CblasUpper;
import static org.bytedeco.openblas.global.openblas_nolapack.cblas_ddot;
import static org.bytedeco.openblas.global.openblas_nolapack.cblas_dsyrk;

import io.atoll.tensor.DType;
import io.atoll.tensor.ResultTensor;
import io.atoll.tensor.Tensor;
import org.bytedeco.javacpp.DoublePointer;
import org.bytedeco.javacpp.Pointer;

/**
 * OpenBLAS, by the presets that JavaCPP has for it, on tensors where they lie. It brings threads of its own: a node whose
 * workers have a CPU each sets {@code OPENBLAS_NUM_THREADS} to 1 in their environment.
 */
public final class Blas {
    private Blas() {}

    /** The dot product of two vectors. */
    public static double ddot(DoublePointer x, DoublePointer y) {
        if (x.limit() != y.limit()) {
            throw new IllegalArgumentException("vectors of " + x.limit() + " and " + y.limit() + " elements");
        }
        return cblas_ddot(Math.toIntExact(x.limit()), x, 1, y, 1);
    }

    /**
     * {@code dsyrk}, all eleven arguments: C := alpha A A^T + beta C (or A^T A), one triangle of it, where C begins as the
     * given one, which stays as it is, and is the result, made in place.
     *
     * @param uplo 'U' or 'L': which triangle
     * @param trans 'N' or 'T'
     * @param n order of C
     * @param k columns of A, or rows when it is transposed
     * @param a column by column, from {@code start} on
     * @param start offset of A's first element
     * @param lda distance of A's columns
     * @param c column by column, read only
     * @param ldc distance of its columns, and of the result's
     */
    public static Tensor kernelMatrix(
            char uplo,
            char trans,
            int n,
            int k,
            double alpha,
            DoublePointer a,
            long start,
            int lda,
            double beta,
            DoublePointer c,
            int ldc) {
        try (ResultTensor result = Tensor.createResult(DType.FLOAT64, n, ldc)) {
            DoublePointer out = result.as(DoublePointer.class);
            Pointer.memcpy(out, c, (long) n * ldc * Double.BYTES);
            cblas_dsyrk(
                    CblasColMajor,
                    uplo == 'U' ? CblasUpper : CblasLower,
                    trans == 'N' ? CblasNoTrans : CblasTrans,
                    n,
                    k,
                    alpha,
                    a.getPointer(start),
                    lda,
                    beta,
                    out,
                    ldc);
            return result.toTensor();
        }
    }
}
