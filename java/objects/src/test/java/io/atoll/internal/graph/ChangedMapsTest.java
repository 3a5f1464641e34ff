package io.atoll.internal.graph;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.atoll.UnserializableException;
import io.atoll.internal.objects.Fixture;
import java.io.IOException;
import java.io.ObjectOutputStream;
import java.io.Serializable;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Maps that are changed while they are written, here by one of their own values. */
class ChangedMapsTest {
    /** Changes the map that it is in. */
    static final class Changer implements Serializable {
        private static final long serialVersionUID = 1;
        private final transient Map<String, Object> map;
        private final transient boolean adds;

        Changer(Map<String, Object> map, boolean adds) {
            this.map = map;
            this.adds = adds;
        }

        private void writeObject(ObjectOutputStream out) throws IOException {
            out.defaultWriteObject();
            if (adds) {
                map.put("z", 1);
            } else {
                map.remove("a");
            }
        }
    }

    static Stream<Map<String, Object>> maps() {
        return Stream.of(new HashMap<>(), new LinkedHashMap<>(), new TreeMap<>());
    }

    @ParameterizedTest
    @MethodSource("maps")
    void shouldRefuseAMapThatIsChangedMeanwhile(Map<String, Object> map) {
        for (boolean adds : new boolean[] {true, false}) {
            map.clear();
            map.put("a", 1);
            map.put("y", new Changer(map, adds)); // the last: nothing is iterated afterwards
            try (Fixture fixture = new Fixture()) {
                assertThatThrownBy(() -> fixture.codec.put(List.of(map, "x")))
                        .isInstanceOf(UnserializableException.class)
                        .hasMessageMatching("(?s)list12\\[0\\].*changed while it was being written.*");
                assertThat(fixture.objects()).isZero();
            }
        }
    }
}
