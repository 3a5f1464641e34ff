/** Values as objects of a store: tensors, tables, codecs of users' own. */
module io.atoll.objects {
    requires transitive io.atoll.store;
    requires transitive org.apache.arrow.memory.core;
    requires transitive org.apache.arrow.vector;
    requires static org.apache.arrow.c;
    requires static org.tensorflow.ndarray;
    requires flatbuffers.java;
    requires io.atoll.jni;
    requires org.apache.arrow.format;
    requires org.apache.arrow.memory.unsafe;
    requires org.apache.fory.core;
    requires org.bytedeco.javacpp;
    requires org.slf4j;
    requires static org.jspecify;

    exports io.atoll.codec;
    exports io.atoll.objects;
    exports io.atoll.table;
    exports io.atoll.tensor;
    exports io.atoll.internal.codecs to
            io.atoll;
    exports io.atoll.internal.graph to
            io.atoll;
    exports io.atoll.internal.log to
            io.atoll;
    exports io.atoll.internal.memory to
            io.atoll,
            io.atoll.arrow;
    exports io.atoll.internal.objects to
            io.atoll,
            io.atoll.arrow;
}
