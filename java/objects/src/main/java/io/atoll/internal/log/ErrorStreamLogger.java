package io.atoll.internal.log;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.jspecify.annotations.Nullable;
import org.slf4j.Marker;
import org.slf4j.event.Level;
import org.slf4j.helpers.LegacyAbstractLogger;
import org.slf4j.helpers.MessageFormatter;

/** Prints warnings and errors to the standard error, each at once, and nothing else. */
final class ErrorStreamLogger extends LegacyAbstractLogger {
    static final ErrorStreamLogger INSTANCE = new ErrorStreamLogger();

    private static final long serialVersionUID = 1;

    private ErrorStreamLogger() {
        name = "atoll";
    }

    @Override
    protected @Nullable String getFullyQualifiedCallerName() {
        return null;
    }

    @Override
    protected void handleNormalizedLoggingCall(
            Level level,
            @Nullable Marker marker,
            String pattern,
            @Nullable Object @Nullable [] arguments,
            @Nullable Throwable thrown) {
        StringWriter text = new StringWriter();
        text.append("atoll: ").append(MessageFormatter.basicArrayFormat(pattern, arguments));
        if (thrown != null) {
            thrown.printStackTrace(new PrintWriter(text.append(System.lineSeparator()), true));
        }
        System.err.println(text.toString().stripTrailing());
    }

    @Override
    public boolean isTraceEnabled() {
        return false;
    }

    @Override
    public boolean isDebugEnabled() {
        return false;
    }

    @Override
    public boolean isInfoEnabled() {
        return false;
    }

    @Override
    public boolean isWarnEnabled() {
        return true;
    }

    @Override
    public boolean isErrorEnabled() {
        return true;
    }
}
