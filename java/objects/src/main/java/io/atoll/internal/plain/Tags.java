package io.atoll.internal.plain;

/** The byte that stands before each value. The numbers are part of the stored form. */
final class Tags {
    static final byte NULL = 0;
    static final byte TRUE = 1;
    static final byte FALSE = 2;
    static final byte BYTE = 3;
    static final byte SHORT = 4;
    static final byte CHAR = 5;
    static final byte INT = 6;
    static final byte LONG = 7;
    static final byte FLOAT = 8;
    static final byte DOUBLE = 9;
    /** A byte for each char. */
    static final byte LATIN1 = 10;
    /** Two for each. */
    static final byte UTF16 = 11;
    /** An object that was there before: its number. */
    static final byte SEEN = 12;

    static final byte RECORD = 13;
    static final byte ENUM = 14;
    static final byte REF = 15;
    static final byte BIG_INTEGER = 16;
    static final byte BIG_DECIMAL = 17;
    static final byte UUID = 18;

    static final byte INSTANT = 20;
    static final byte DURATION = 21;
    static final byte PERIOD = 22;
    static final byte LOCAL_DATE = 23;
    static final byte LOCAL_TIME = 24;
    static final byte LOCAL_DATE_TIME = 25;
    static final byte OFFSET_TIME = 26;
    static final byte OFFSET_DATE_TIME = 27;
    static final byte ZONE = 28;
    static final byte YEAR = 29;
    static final byte YEAR_MONTH = 30;
    static final byte MONTH_DAY = 31;
    /** Not among those before it: graphs keep apart and together what was so. */
    static final byte ZONED_DATE_TIME = 32;

    static final byte ARRAY_LIST = 40;
    static final byte LINKED_LIST = 41;
    static final byte ARRAY_DEQUE = 42;
    static final byte LIST_OF = 43;
    /** What {@code Stream.toList} gives. */
    static final byte LIST_WITH_NULLS = 44;

    static final byte AS_LIST = 45;
    static final byte EMPTY_LIST = 46;
    static final byte SINGLETON_LIST = 47;
    static final byte HASH_SET = 48;
    static final byte LINKED_HASH_SET = 49;
    static final byte TREE_SET = 50;
    static final byte SET_OF = 51;
    static final byte EMPTY_SET = 52;
    static final byte SINGLETON = 53;
    static final byte HASH_MAP = 54;
    static final byte LINKED_HASH_MAP = 55;
    static final byte TREE_MAP = 56;
    static final byte MAP_OF = 57;
    static final byte EMPTY_MAP = 58;
    static final byte SINGLETON_MAP = 59;
    static final byte ENTRY = 60;
    static final byte OPTIONAL = 61;
    static final byte OPTIONAL_INT = 62;
    static final byte OPTIONAL_LONG = 63;
    static final byte OPTIONAL_DOUBLE = 64;

    /** Of references. */
    static final byte ARRAY = 70;

    static final byte BOOLEANS = 71;
    static final byte BYTES = 72;
    static final byte SHORTS = 73;
    static final byte CHARS = 74;
    static final byte INTS = 75;
    static final byte LONGS = 76;
    static final byte FLOATS = 77;
    static final byte DOUBLES = 78;

    private Tags() {}
}
