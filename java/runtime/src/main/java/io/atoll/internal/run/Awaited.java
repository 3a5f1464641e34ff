package io.atoll.internal.run;

import io.atoll.ObjectId;
import java.util.List;

/** What the thread of a task waits for, as others see it. Any thread. */
public interface Awaited {
    /** Whether it has come, or something else will end the wait. */
    boolean isOver();

    /** What of it has not come. */
    default Missing missing() {
        return Missing.UNKNOWN;
    }

    /**
     * Objects that nobody has made yet.
     *
     * @param objects none when something else than objects may end the wait, as its time
     * @param wanted so many of them end it
     */
    record Missing(List<ObjectId> objects, int wanted) {
        public static final Missing UNKNOWN = new Missing(List.of(), 0);

        private static final int MOST = 64;

        /** Of these, which are not there; when they are many, only as many as say the same. */
        public static Missing of(List<ObjectId> objects, int wanted) {
            if (objects.size() <= MOST) {
                return new Missing(objects, wanted);
            }
            return wanted < objects.size() ? UNKNOWN : new Missing(objects.subList(0, MOST), MOST);
        }

        /** The same where the first that fails ends the wait for all: as long as one is under way, it may. */
        public static Missing ofUnlessOneFails(List<ObjectId> objects) {
            return new Missing(objects.subList(0, Math.min(objects.size(), MOST)), 1);
        }
    }
}
