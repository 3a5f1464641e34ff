package io.atoll.internal.lineage;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What may be forgotten, the oldest first: armed ones, then those that are about to be, then calm ones. One thread at a time. */
final class MadeList {
    private @Nullable Made first;
    private @Nullable Made last;
    private @Nullable Made firstCalm;
    /** Of the calm ones: the next to be looked at. */
    private @Nullable Made looked;

    private int size;

    /** Null when there is none. */
    @Nullable
    Made first() {
        return first;
    }

    int size() {
        return size;
    }

    /** A calm one. */
    void append(Made made) {
        link(made, null);
        if (firstCalm == null) {
            firstCalm = made;
        }
    }

    /** An armed one. */
    void insert(Made made) {
        link(made, firstCalm);
    }

    private void link(Made made, @Nullable Made next) {
        ++size;
        made.after = next;
        made.before = next == null ? last : next.before;
        if (next == null) {
            last = made;
        } else {
            next.before = made;
        }
        if (made.before == null) {
            first = made;
        } else {
            made.before.after = made;
        }
    }

    void remove(Made made) {
        --size;
        if (made == firstCalm) {
            firstCalm = made.after;
        }
        if (made == looked) {
            looked = made.after;
        }
        if (made.before == null) {
            first = made.after;
        } else {
            made.before.after = made.after;
        }
        if (made.after == null) {
            last = made.before;
        } else {
            made.after.before = made.before;
        }
        made.before = null;
        made.after = null;
    }

    /** The next to be looked at: again and again all that are calm. Null when there is none. */
    @Nullable
    Made next() {
        Made next = looked == null ? firstCalm : looked;
        looked = next == null ? null : next.after;
        return next;
    }

    /** So many of the calm ones at most, which are about to be armed from now on. */
    List<Made> takeCalm(int most) {
        List<Made> taken = new ArrayList<>();
        while (firstCalm != null && taken.size() < most) {
            taken.add(firstCalm);
            firstCalm.state = Made.State.ARMING;
            firstCalm = firstCalm.after;
        }
        looked = null;
        return taken;
    }
}
