package io.atoll.internal.process;

import static org.assertj.core.api.Assertions.assertThat;

import io.atoll.Atoll;
import io.atoll.internal.runtime.ChildJvm;
import io.atoll.jni.SystemProperty;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A program can ask whether Atoll works here, before it starts anything. */
class AvailabilityTest {
    static final class Program {
        public static void main(String[] arguments) {
            System.out.println(Atoll.isAvailable() + " " + Atoll.unavailabilityCause());
        }
    }

    private static List<String> output(String flag) throws IOException, InterruptedException {
        String classPath = ChildJvm.classPath();
        try (ChildJvm program = ChildJvm.run(ChildJvm.java(), flag, "-cp", classPath, Program.class.getName())) {
            return program.readAllButWarnings().lines().toList();
        }
    }

    @Test
    void shouldSayThatItIsThere() throws Exception {
        assertThat(output("-ea")).containsExactly("true null");
    }

    @Test
    void shouldSayWhyItIsNot() throws Exception {
        assertThat(output("-D" + SystemProperty.LIBRARY_PATH.key() + "=/no/such/file.so"))
                .singleElement()
                .asString()
                .startsWith("false ")
                .contains("/no/such/file.so");
    }
}
