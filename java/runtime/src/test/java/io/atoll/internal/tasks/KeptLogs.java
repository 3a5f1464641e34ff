package io.atoll.internal.tasks;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.slf4j.ILoggerFactory;
import org.slf4j.IMarkerFactory;
import org.slf4j.Marker;
import org.slf4j.event.Level;
import org.slf4j.helpers.BasicMarkerFactory;
import org.slf4j.helpers.LegacyAbstractLogger;
import org.slf4j.helpers.MessageFormatter;
import org.slf4j.helpers.NOPMDCAdapter;
import org.slf4j.spi.MDCAdapter;
import org.slf4j.spi.SLF4JServiceProvider;

/** Keeps what is logged as WARN, and prints it: for a program that is started with {@link #FLAG}. */
public final class KeptLogs implements SLF4JServiceProvider {
    static final String FLAG = "-Dslf4j.provider=" + KeptLogs.class.getName();

    private static final List<String> LINES = new CopyOnWriteArrayList<>();

    /** Waits until there is such a line, for a minute at most. */
    static void await(String part) throws InterruptedException {
        for (int i = 0; i < 6000 && LINES.stream().noneMatch(line -> line.contains(part)); ++i) {
            Thread.sleep(10);
        }
    }

    @Override
    public ILoggerFactory getLoggerFactory() {
        return name -> new KeptLogger();
    }

    @Override
    public IMarkerFactory getMarkerFactory() {
        return new BasicMarkerFactory();
    }

    @Override
    public MDCAdapter getMDCAdapter() {
        return new NOPMDCAdapter();
    }

    @Override
    public String getRequestedApiVersion() {
        return "2.0.99";
    }

    @Override
    public void initialize() {}

    private static final class KeptLogger extends LegacyAbstractLogger {
        private static final long serialVersionUID = 1;

        @Override
        protected String getFullyQualifiedCallerName() {
            return null;
        }

        @Override
        protected void handleNormalizedLoggingCall(
                Level level, Marker marker, String pattern, Object[] arguments, Throwable thrown) {
            String line = MessageFormatter.basicArrayFormat(pattern, arguments);
            LINES.add(line);
            System.out.println("logged: " + line);
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
}
