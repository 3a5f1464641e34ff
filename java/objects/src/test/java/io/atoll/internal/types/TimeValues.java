package io.atoll.internal.types;

import java.sql.Timestamp;
import java.time.Clock;
import java.time.DayOfWeek;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.Month;
import java.time.MonthDay;
import java.time.OffsetDateTime;
import java.time.OffsetTime;
import java.time.Period;
import java.time.Year;
import java.time.YearMonth;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.chrono.HijrahDate;
import java.time.chrono.IsoChronology;
import java.time.chrono.JapaneseChronology;
import java.time.chrono.JapaneseDate;
import java.time.chrono.JapaneseEra;
import java.time.chrono.MinguoDate;
import java.time.chrono.ThaiBuddhistDate;
import java.time.temporal.ChronoField;
import java.time.temporal.ChronoUnit;
import java.time.temporal.IsoFields;
import java.time.temporal.ValueRange;
import java.time.temporal.WeekFields;
import java.util.Calendar;
import java.util.Date;
import java.util.GregorianCalendar;
import java.util.List;
import java.util.Locale;
import java.util.SimpleTimeZone;
import java.util.TimeZone;
import java.util.concurrent.TimeUnit;

/** Dates and times, those about a change of the clock and at the ends of their ranges among them. */
final class TimeValues {
    private static final ZoneId BERLIN = ZoneId.of("Europe/Berlin");
    private static final ZoneId NEW_YORK = ZoneId.of("America/New_York");

    private TimeValues() {}

    @SuppressWarnings("ZoneIdOfZ") // as users may
    static List<Rows.Row> all() {
        Rows rows = new Rows("java.time");
        rows.equal(
                LocalDate.MIN,
                LocalDate.MAX,
                LocalDate.of(-1, 12, 31),
                LocalTime.MIN,
                LocalTime.MAX,
                LocalTime.of(0, 0, 0, 1),
                LocalTime.of(5, 6),
                LocalTime.of(5, 6, 7),
                LocalDateTime.MIN,
                LocalDateTime.MAX,
                Instant.MIN,
                Instant.MAX,
                Instant.EPOCH.minusNanos(1),
                Duration.ZERO,
                Duration.ofSeconds(Long.MIN_VALUE),
                Duration.ofSeconds(Long.MAX_VALUE, 999_999_999),
                Duration.ofNanos(-1),
                Period.ZERO,
                Period.of(Integer.MIN_VALUE, -1, Integer.MAX_VALUE),
                Year.of(Year.MIN_VALUE),
                Year.of(Year.MAX_VALUE),
                YearMonth.of(-5, 12),
                MonthDay.of(2, 29),
                DayOfWeek.SUNDAY,
                Month.FEBRUARY,
                ZoneOffset.MIN,
                ZoneOffset.MAX,
                ZoneOffset.ofTotalSeconds(1),
                ZoneOffset.ofTotalSeconds(-1),
                ZoneOffset.ofHoursMinutes(-9, -30),
                BERLIN,
                ZoneId.of("UTC+01:00"),
                ZoneId.of("GMT"),
                ZoneId.of("Z"),
                OffsetTime.MIN,
                OffsetTime.MAX,
                OffsetDateTime.MIN,
                OffsetDateTime.MAX,
                OffsetDateTime.parse("2024-10-27T02:30+01:00"));
        for (String instant : List.of(
                "2024-10-27T00:30:00Z", // 02:30 in Berlin, the first time, and an hour later the second
                "2024-10-27T01:30:00Z",
                "2024-10-27T00:59:59.999999999Z",
                "2024-03-31T00:59:59.999999999Z",
                "2024-03-31T01:00:00Z",
                "1893-03-31T23:06:32Z")) {
            rows.equal(Instant.parse(instant).atZone(BERLIN));
        }
        rows.equal(
                Instant.parse("2024-11-03T05:30:00Z").atZone(NEW_YORK),
                Instant.parse("2024-11-03T06:30:00Z").atZone(NEW_YORK),
                ZonedDateTime.ofLocal(
                        LocalDateTime.of(2024, 10, 27, 2, 30), ZoneId.of("Europe/Berlin"), ZoneOffset.ofHours(1)),
                ZonedDateTime.parse("2024-07-01T00:00Z"),
                ZonedDateTime.parse("2024-07-01T00:00+05:45"),
                ZonedDateTime.of(LocalDateTime.MIN, ZoneOffset.MAX),
                ZonedDateTime.of(LocalDateTime.MAX, ZoneOffset.MIN),
                BERLIN.getRules(),
                ZoneOffset.ofHours(2).getRules(),
                BERLIN.getRules().nextTransition(Instant.EPOCH),
                Clock.systemUTC(),
                Clock.fixed(Instant.MAX, ZoneOffset.UTC),
                Clock.offset(Clock.systemUTC(), Duration.ofDays(-3)),
                Clock.tick(Clock.systemUTC(), Duration.ofMinutes(1)),
                JapaneseDate.of(JapaneseEra.REIWA, 1, 5, 1),
                JapaneseEra.SHOWA,
                JapaneseChronology.INSTANCE,
                IsoChronology.INSTANCE,
                HijrahDate.from(LocalDate.of(2020, 1, 1)),
                MinguoDate.of(-5, 1, 1),
                ThaiBuddhistDate.of(2563, 2, 1),
                java.time.chrono.ChronoLocalDate.from(LocalDate.EPOCH).atTime(LocalTime.NOON),
                JapaneseDate.of(2020, 1, 1).atTime(LocalTime.NOON),
                JapaneseDate.of(2020, 1, 1).atTime(LocalTime.NOON).atZone(BERLIN),
                IsoChronology.INSTANCE.period(1, 2, 3),
                JapaneseChronology.INSTANCE.period(1, 2, 3),
                ValueRange.of(1, 28, 31),
                ChronoUnit.FOREVER,
                ChronoField.EPOCH_DAY,
                IsoFields.QUARTER_OF_YEAR,
                WeekFields.of(DayOfWeek.SATURDAY, 3),
                TimeUnit.DAYS);
        Rows old = new Rows("java.util dates");
        old.equal(
                new Date(Long.MIN_VALUE),
                new Date(Long.MAX_VALUE),
                new Date(-1),
                new java.sql.Date(-86_400_000L),
                new java.sql.Time(1),
                timestamp(-1_001, 999_999_999),
                timestamp(0, 1),
                TimeZone.getTimeZone("Europe/Berlin"),
                TimeZone.getTimeZone("GMT-03:30"),
                new SimpleTimeZone(3_600_000, "own", 2, -1, 1, 0, 9, -1, 1, 0));
        old.equal(
                "GregorianCalendar in the hour that comes twice", () -> calendar(1_729_992_600_000L, "Europe/Berlin"));
        old.equal("GregorianCalendar before its change", () -> calendar(-20_000_000_000_000L, "UTC"));
        old.equal("GregorianCalendar of another change", () -> {
            GregorianCalendar calendar = calendar(-15_000_000_000_000L, "UTC");
            calendar.setGregorianChange(new Date(Long.MIN_VALUE));
            return calendar;
        });
        old.equal("GregorianCalendar, strict, weeks from Saturday", () -> {
            GregorianCalendar calendar = calendar(5, "Asia/Tokyo");
            calendar.setLenient(false);
            calendar.setFirstDayOfWeek(Calendar.SATURDAY);
            calendar.setMinimalDaysInFirstWeek(7);
            return calendar;
        });
        old.equal("GregorianCalendar with a field set and not computed", () -> {
            GregorianCalendar calendar = calendar(0, "UTC");
            calendar.set(Calendar.MONTH, Calendar.MAY);
            return calendar;
        });
        old.equal(
                "a Buddhist calendar",
                () -> new Calendar.Builder()
                        .setCalendarType("buddhist")
                        .setInstant(7)
                        .build());
        old.equal("a Japanese calendar", () -> Calendar.getInstance(Locale.forLanguageTag("ja-JP-u-ca-japanese")));
        rows.all().addAll(old.all());
        return rows.all();
    }

    private static Timestamp timestamp(long millis, int nanos) {
        Timestamp timestamp = new Timestamp(millis);
        timestamp.setNanos(nanos);
        return timestamp;
    }

    private static GregorianCalendar calendar(long millis, String zone) {
        GregorianCalendar calendar = new GregorianCalendar(TimeZone.getTimeZone(zone));
        calendar.setTimeInMillis(millis);
        return calendar;
    }
}
