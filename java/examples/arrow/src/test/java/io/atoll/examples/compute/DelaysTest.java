package io.atoll.examples.compute;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.atoll.arrow.ArrowCompute;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
class DelaysTest {
    /** As the page of the guide shows it. */
    @Test
    void shouldPrintWhatTheGuideSays() {
        assumeTrue(ArrowCompute.isAvailable(), ArrowCompute::unavailabilityCause);
        PrintStream out = System.out;
        Locale locale = Locale.getDefault();
        ByteArrayOutputStream printed = new ByteArrayOutputStream();
        try {
            Locale.setDefault(Locale.ROOT);
            System.setOut(new PrintStream(printed, true, StandardCharsets.UTF_8));
            Delays.main(new String[0]);
        } finally {
            System.setOut(out);
            Locale.setDefault(locale);
        }
        assertThat(printed.toString(StandardCharsets.UTF_8)).isEqualTo("""
            mean delay      7.72 minutes
            late            44266 flights
            median          8.00, 95 % at most 25.00
            hour  flights  mean delay
              23    13896       13.91
              22    13358       13.56
              21    12290       13.19
            """);
    }
}
