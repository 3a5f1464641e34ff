package io.atoll.examples.flights;

/** How far the job is, in one line of standard error, if that is a terminal; nothing at all elsewhere. */
final class ProgressBar implements Progress, AutoCloseable {
    private static final int WIDTH = 32;
    private static final String ERASE_LINE = "\r\033[K";

    private final boolean shown = Terminal.isErr();

    @Override
    public void show(String step, long done, long total) {
        if (!shown) {
            return;
        }
        StringBuilder line = new StringBuilder(ERASE_LINE).append(step);
        if (total > 0) {
            int filled = (int) (WIDTH * done / total);
            line.append(" [")
                    .append("=".repeat(filled))
                    .append(" ".repeat(WIDTH - filled))
                    .append("] ")
                    .append(done)
                    .append(" of ")
                    .append(total);
        } else {
            line.append(" ...");
        }
        System.err.print(line);
        System.err.flush();
    }

    /** Wipes it away: what stays on the screen is the result. */
    @Override
    public void close() {
        if (shown) {
            System.err.print(ERASE_LINE);
            System.err.flush();
        }
    }
}
