package com.example.onnx;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import io.atoll.Atoll;
import io.atoll.AtollSession;
import io.atoll.ObjectRef;
import io.atoll.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** ONNX Runtime in every worker, over one copy of the model's weights: the one in the store. */
public final class OnnxScoring {
    private static final int INPUTS = 4_096;
    private static final int OUTPUTS = 4_096;

    private static OrtSession opened; // in a worker, by its first task
    private static OnnxTensor view; // of the weights, as long as the session

    private OnnxScoring() {}

    private static synchronized OrtSession open(byte[] model, Tensor weights) throws OrtException {
        if (opened == null) {
            OrtEnvironment environment = OrtEnvironment.getEnvironment();
            view = OnnxTensor.createTensor(environment, weights.asFloatBuffer(), weights.shape());
            OrtSession.SessionOptions options = new OrtSession.SessionOptions();
            options.addInitializer("w", view); // as it lies; addExternalInitializers would take a copy
            options.addConfigEntry("session.disable_prepacking", "1"); // a second copy, laid out for the processor
            options.setIntraOpNumThreads(1); // the tasks are what runs in parallel
            opened = environment.createSession(model, options);
        }
        return opened;
    }

    static float[] score(byte[] model, Tensor weights, float[] row) throws OrtException {
        OrtSession session = open(model, weights);
        try (OnnxTensor x = OnnxTensor.createTensor(OrtEnvironment.getEnvironment(), new float[][] {row});
                OrtSession.Result result = session.run(Map.of("x", x))) {
            return ((float[][]) result.get(0).getValue())[0];
        }
    }

    /** What this process has of its own: neither the store nor libraries. */
    static long ownMegabytes() throws IOException {
        try (Stream<String> lines = Files.lines(Path.of("/proc/self/status"))) {
            String line = lines.filter(each -> each.startsWith("RssAnon:")).findFirst().orElseThrow();
            return Long.parseLong(line.replaceAll("\\D", "")) >> 10;
        }
    }

    public static void main(String[] args) {
        try (AtollSession session = Atoll.init()) {
            float[] weights = new float[INPUTS * OUTPUTS];
            for (int i = 0; i < weights.length; ++i) {
                weights[i] = i % OUTPUTS; // of output o it is o, from every input
            }
            ObjectRef<Tensor> shared = Atoll.put(Tensor.of(weights, INPUTS, OUTPUTS));
            byte[] model = OnnxModel.layer(INPUTS, OUTPUTS);
            List<ObjectRef<float[]>> scores = new ArrayList<>();
            for (int row = 0; row < 16; ++row) {
                float[] inputs = new float[INPUTS];
                inputs[row] = row;
                scores.add(Atoll.task(OnnxScoring::score, model, shared, inputs).remote());
            }
            float last = Atoll.get(scores).get(15)[OUTPUTS - 1];
            long own = Atoll.task(OnnxScoring::ownMegabytes).remote().get();
            System.out.printf(
                    "16 rows scored, the last %.0f, with %d MB of weights; a worker has %d MB of its own%n",
                    last, weights.length >> 18, own);
        }
    }
}
