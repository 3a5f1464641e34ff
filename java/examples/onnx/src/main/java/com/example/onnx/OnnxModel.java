package com.example.onnx;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/** Writes a model of one layer, y = x w, as ONNX has it in protobuf; its weights are external, given by who opens it. */
final class OnnxModel {
    private static final int FLOAT = 1;

    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

    private OnnxModel() {}

    static byte[] layer(int inputs, int outputs) {
        OnnxModel node = new OnnxModel().text(1, "x").text(1, "w").text(2, "y").text(4, "MatMul");
        OnnxModel place = new OnnxModel().text(1, "location").text(2, "given.bin");
        OnnxModel weights = new OnnxModel()
                .number(1, inputs)
                .number(1, outputs)
                .number(2, FLOAT)
                .text(8, "w")
                .part(13, place)
                .number(14, 1); // external
        OnnxModel graph = new OnnxModel()
                .part(1, node)
                .text(2, "layer")
                .part(5, weights)
                .part(11, matrix("x", inputs))
                .part(12, matrix("y", outputs));
        OnnxModel operators = new OnnxModel().text(1, "").number(2, 17);
        return new OnnxModel().number(1, 8).part(7, graph).part(8, operators).bytes.toByteArray();
    }

    private static OnnxModel matrix(String name, int columns) {
        OnnxModel rows = new OnnxModel().text(2, "rows");
        OnnxModel shape = new OnnxModel().part(1, rows).part(1, new OnnxModel().number(1, columns));
        OnnxModel tensor = new OnnxModel().number(1, FLOAT).part(2, shape);
        return new OnnxModel().text(1, name).part(2, new OnnxModel().part(1, tensor));
    }

    private OnnxModel number(int field, long value) {
        varint(field << 3);
        varint(value);
        return this;
    }

    private OnnxModel text(int field, String value) {
        return part(field, value.getBytes(StandardCharsets.UTF_8));
    }

    private OnnxModel part(int field, OnnxModel value) {
        return part(field, value.bytes.toByteArray());
    }

    private OnnxModel part(int field, byte[] value) {
        varint(field << 3 | 2);
        varint(value.length);
        bytes.writeBytes(value);
        return this;
    }

    private void varint(long value) {
        for (; value > 127; value >>>= 7) {
            bytes.write((int) value & 127 | 128);
        }
        bytes.write((int) value);
    }
}
