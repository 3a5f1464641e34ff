package com.example.it;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.atoll.Atoll;
import io.atoll.AtollSession;
import org.junit.jupiter.api.Test;

class ProgramTest {
    private record Twice(int value) {}

    private static Twice twice(int value) {
        return new Twice(2 * value);
    }

    @Test
    void shouldRun() throws Exception {
        Program.run();
    }

    @Test
    void shouldRunFunctionsOfTheTest() {
        try (AtollSession session = Atoll.init()) {
            assertEquals(new Twice(14), Atoll.task(ProgramTest::twice, 7).remote().get());
        }
    }
}
