package io.atoll.examples.flights;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.DataInputStream;
import java.io.IOException;
import org.junit.jupiter.api.Test;

class FlightsMainTest {
    @Test
    void shouldBeReadableToJava8() throws IOException {
        try (DataInputStream in = new DataInputStream(FlightsMain.class.getResourceAsStream("FlightsMain.class"))) {
            assertThat(in.readInt()).isEqualTo(0xCAFEBABE);
            in.readUnsignedShort();
            assertThat(in.readUnsignedShort()).as("class file version").isEqualTo(52);
        }
    }

    @Test
    void shouldRefuseAnOldJavaInOneLine() {
        assertThat(FlightsMain.complaint("1.8"))
                .startsWith("flights: this is Java 8 in ")
                .endsWith("; Java 17 or later is needed")
                .doesNotContain("\n");
        assertThat(FlightsMain.complaint("16")).startsWith("flights: this is Java 16 in ");
        assertThat(FlightsMain.complaint("17")).isNull();
        assertThat(FlightsMain.complaint("25")).isNull();
    }
}
