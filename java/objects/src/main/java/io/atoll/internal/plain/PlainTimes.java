package io.atoll.internal.plain;

import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.MonthDay;
import java.time.OffsetDateTime;
import java.time.OffsetTime;
import java.time.Period;
import java.time.Year;
import java.time.YearMonth;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;

/** What {@code java.time} holds, as numbers; zones by their names. */
final class PlainTimes {
    private PlainTimes() {}

    /** What is behind the tag. */
    static void write(Bytes out, byte tag, Object value) {
        switch (tag) {
            case Tags.INSTANT -> instant(out, (Instant) value);
            case Tags.DURATION -> duration(out, (Duration) value);
            case Tags.PERIOD -> {
                out.putSigned(((Period) value).getYears());
                out.putSigned(((Period) value).getMonths());
                out.putSigned(((Period) value).getDays());
            }
            case Tags.LOCAL_DATE -> out.putSigned(((LocalDate) value).toEpochDay());
            case Tags.LOCAL_TIME -> out.putVar(((LocalTime) value).toNanoOfDay());
            case Tags.LOCAL_DATE_TIME -> dateTime(out, (LocalDateTime) value);
            case Tags.OFFSET_TIME -> {
                out.putVar(((OffsetTime) value).toLocalTime().toNanoOfDay());
                offset(out, ((OffsetTime) value).getOffset());
            }
            case Tags.OFFSET_DATE_TIME -> {
                dateTime(out, ((OffsetDateTime) value).toLocalDateTime());
                offset(out, ((OffsetDateTime) value).getOffset());
            }
            case Tags.ZONED_DATE_TIME -> {
                dateTime(out, ((ZonedDateTime) value).toLocalDateTime());
                offset(out, ((ZonedDateTime) value).getOffset()); // which tells the hours that come twice apart
                out.putString(((ZonedDateTime) value).getZone().getId());
            }
            case Tags.ZONE -> out.putString(((ZoneId) value).getId());
            case Tags.YEAR -> out.putSigned(((Year) value).getValue());
            case Tags.YEAR_MONTH -> {
                out.putSigned(((YearMonth) value).getYear());
                out.putVar(((YearMonth) value).getMonthValue());
            }
            case Tags.MONTH_DAY -> {
                out.putVar(((MonthDay) value).getMonthValue());
                out.putVar(((MonthDay) value).getDayOfMonth());
            }
            default -> throw new AssertionError("tag " + tag + " is none of java.time");
        }
    }

    private static void instant(Bytes out, Instant value) {
        out.putSigned(value.getEpochSecond());
        out.putVar(value.getNano());
    }

    private static void duration(Bytes out, Duration value) {
        out.putSigned(value.getSeconds());
        out.putVar(value.getNano());
    }

    private static void dateTime(Bytes out, LocalDateTime value) {
        out.putSigned(value.toLocalDate().toEpochDay());
        out.putVar(value.toLocalTime().toNanoOfDay());
    }

    private static void offset(Bytes out, ZoneOffset offset) {
        out.putSigned(offset.getTotalSeconds());
    }

    static Object read(PlainReader in, byte tag) {
        return switch (tag) {
            case Tags.INSTANT -> Instant.ofEpochSecond(in.signed(), in.var());
            case Tags.DURATION -> Duration.ofSeconds(in.signed(), in.var());
            case Tags.PERIOD -> Period.of(in.signedInt(), in.signedInt(), in.signedInt());
            case Tags.LOCAL_DATE -> LocalDate.ofEpochDay(in.signed());
            case Tags.LOCAL_TIME -> LocalTime.ofNanoOfDay(in.var());
            case Tags.LOCAL_DATE_TIME -> dateTime(in);
            case Tags.OFFSET_TIME -> OffsetTime.of(LocalTime.ofNanoOfDay(in.var()), offset(in));
            case Tags.OFFSET_DATE_TIME -> OffsetDateTime.of(dateTime(in), offset(in));
            case Tags.ZONED_DATE_TIME -> ZonedDateTime.ofInstant(dateTime(in), offset(in), ZoneId.of(in.string()));
            case Tags.ZONE -> ZoneId.of(in.string());
            case Tags.YEAR -> Year.of(in.signedInt());
            case Tags.YEAR_MONTH -> YearMonth.of(in.signedInt(), Math.toIntExact(in.var()));
            default -> MonthDay.of(Math.toIntExact(in.var()), Math.toIntExact(in.var()));
        };
    }

    private static LocalDateTime dateTime(PlainReader in) {
        return LocalDateTime.of(LocalDate.ofEpochDay(in.signed()), LocalTime.ofNanoOfDay(in.var()));
    }

    private static ZoneOffset offset(PlainReader in) {
        return ZoneOffset.ofTotalSeconds(in.signedInt());
    }
}
