package io.atoll.internal.process;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.atoll.AtollException;
import org.junit.jupiter.api.Test;

class LibraryVersionsTest {
    @Test
    void shouldRefuseAnArrowThatIsTooOldByItsName() {
        assertThatThrownBy(() -> LibraryVersions.check("/a/x.jar:/repo/arrow-memory-core-16.1.0.jar:/a/classes"))
                .isInstanceOf(AtollException.class)
                .hasMessageContaining("Arrow 16.1.0 (/repo/arrow-memory-core-16.1.0.jar)")
                .hasMessageContaining("17.0.0 is the least");
        assertThatThrownBy(() -> LibraryVersions.check("arrow-vector-9.0.0.jar"))
                .isInstanceOf(AtollException.class);
    }

    @Test
    void shouldTakeAllOthers() {
        assertThatCode(() -> LibraryVersions.check("/r/arrow-vector-17.0.0.jar:/r/arrow-format-20.1.0-SNAPSHOT.jar"
                        + ":/r/arrow-flight-core-2.0.0.jar:/r/my-arrow-vector-1.0.jar:arrow-vector.jar:/r/16.0"))
                .doesNotThrowAnyException();
    }
}
