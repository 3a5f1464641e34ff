/** The functions of Arrow C++ as tasks on stored tables. */
module io.atoll.arrow {
    requires transitive io.atoll;
    requires io.atoll.jni;
    requires org.apache.arrow.memory.core;
    requires org.apache.arrow.vector;
    requires static org.jspecify;

    exports io.atoll.arrow;

    uses io.atoll.jni.NativeArtifact;
}
