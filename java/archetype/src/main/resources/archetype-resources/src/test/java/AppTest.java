package ${package};

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.atoll.Atoll;
import io.atoll.AtollSession;
import org.junit.jupiter.api.Test;

class AppTest {
    @Test
    void shouldSumInWorkers() {
        try (AtollSession session = Atoll.init()) {
            assertEquals(15, App.sumInWorkers(new double[] {1, 2, 3, 4, 5}, 2));
        }
    }
}
