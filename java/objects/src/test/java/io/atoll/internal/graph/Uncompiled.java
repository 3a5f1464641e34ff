package io.atoll.internal.graph;

import java.util.List;

/** Fields of each sort, in a class that has no say in how it is stored. */
class Uncompiled {
    private final int number;
    private final String text;
    private final List<Object> many;
    private Uncompiled next;

    Uncompiled(int number, String text, List<Object> many) {
        this.number = number;
        this.text = text;
        this.many = many;
        next = this;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Uncompiled that
                && number == that.number
                && text.equals(that.text)
                && many.equals(that.many)
                && isItsOwnNext()
                && that.isItsOwnNext();
    }

    private boolean isItsOwnNext() {
        return next == this;
    }

    @Override
    public int hashCode() {
        return number;
    }
}
