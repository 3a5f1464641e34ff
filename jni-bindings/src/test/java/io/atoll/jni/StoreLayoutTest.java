package io.atoll.jni;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class StoreLayoutTest {
    @Test
    void shouldAskSizesAndOffsetsOfC() {
        assertThat(StoreLayout.OBJECT_ID_SIZE).isEqualTo(16);
        assertThat(StoreLayout.OBJECT_ID_PLACE).isEqualTo(8);
        assertThat(StoreLayout.VIEW_CONTAINED_ADDRESS).isBetween(8, StoreLayout.VIEW_SIZE - 8);
        assertThat(StoreLayout.CLIENT_STATS_USER).isBetween(8, StoreLayout.CLIENT_STATS_SIZE - 32);
        assertThat(StoreLayout.CLIENT_OPTIONS_SIZE).isGreaterThanOrEqualTo(16);
        assertThat(StoreLayout.SCHEDULER_BELL).isEqualTo(0xffffffffL);
    }

    /** For older and newer versions of each struct, too, which is why the field is there. */
    @Test
    void shouldFindTheSizeInFront() {
        assertThat(StoreLayout.SERVER_OPTIONS_BYTES).isZero();
        assertThat(StoreLayout.CLIENT_OPTIONS_BYTES).isZero();
        assertThat(StoreLayout.STATS_BYTES).isZero();
        assertThat(StoreLayout.CLIENT_STATS_BYTES).isZero();
    }

    @Test
    void shouldHaveEveryCodeAsInC() throws Exception {
        for (Field code : StoreCode.class.getFields()) {
            assertThat(StoreNative.layout("ATOLL_" + code.getName()))
                    .as(code.getName())
                    .isEqualTo(code.getInt(null));
        }
        long constants = Arrays.stream(StoreCode.class.getFields())
                .filter(field -> Modifier.isStatic(field.getModifiers()))
                .count();
        assertThat(constants).isEqualTo(StoreCode.TOO_MANY_NAMES + 1);
    }

    @Test
    void shouldNotKnowOtherNames() {
        NativeLibrary.load();
        assertThat(StoreNative.layout("atoll_view.colour")).isEqualTo(-1);
        assertThat(StoreNative.layout(null)).isEqualTo(-1);
    }
}
