package io.atoll.examples.flights;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine.TypeConversionException;

class BytesTest {
    @ParameterizedTest
    @CsvSource({
        "1048576,1048576",
        "512MiB,536870912",
        "512M,536870912",
        "512 mib,536870912",
        "2GB,2000000000",
        "1k,1024",
        "7B,7"
    })
    void shouldReadSizesAsPeopleWriteThem(String text, long bytes) {
        assertThat(new Bytes().convert(text)).isEqualTo(bytes);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "much", "-1", "0", "1.5GB", "100TB", "999999999999999999T", "12XB"})
    void shouldRefuseWhatIsNoSizeOfAStore(String text) {
        assertThatThrownBy(() -> new Bytes().convert(text)).isInstanceOf(TypeConversionException.class);
    }

    @Test
    void shouldWriteSizesForPeople() {
        assertThat(Bytes.format(0)).isEqualTo("0 bytes");
        assertThat(Bytes.format(999)).isEqualTo("999 bytes");
        assertThat(Bytes.format(1_675_264)).isEqualTo("1.7 MB");
        assertThat(Bytes.format(999_999)).isEqualTo("1.0 MB");
        assertThat(Bytes.format(-20_480)).isEqualTo("-20.5 kB");
    }

    @Test
    void shouldNameASizeThatHoldsIt() {
        for (long bytes = 1; bytes < 1L << 40; bytes = 3 * bytes + 1) {
            assertThat(new Bytes().convert(Bytes.roomFor(bytes))).isGreaterThan(bytes);
        }
        assertThat(Bytes.roomFor(167_500_000)).isEqualTo("256MiB");
    }
}
